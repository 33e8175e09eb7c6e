//! The JSON form, for programs: the model as it is, under a versioned schema. What the fields mean
//! is written in `docs/report-schema.md`; `docs/report.schema.json` is the same for validators.

use super::Report;
use serde::{Serialize, Serializer};

/// Changes when a field is renamed, removed or changes its meaning; not when one is added.
const SCHEMA: &str = "fidge-report/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    #[serde(flatten)]
    report: &'a Report,
}

impl Report {
    /// The report as one JSON document on one line, after the schema `fidge-report/1`
    /// (`docs/report-schema.md`).
    pub fn to_json(&self) -> String {
        serde_json::to_string(&Document {
            schema: SCHEMA,
            report: self,
        })
        .expect("the model has string keys only, and a String takes any length")
    }
}

/// JSON's numbers cannot hold every address, and people read them in hexadecimal.
pub(super) fn address<S: Serializer>(
    address: &Option<usize>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match address {
        Some(address) => serializer.collect_str(&format_args!("{address:#x}")),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use serde_json::Value;

    #[test]
    fn a_report_has_the_documented_form() {
        let report = sample::report(sample::findings());
        let json: Value = serde_json::from_str(&report.to_json()).unwrap();
        assert_eq!(json["schema"], "fidge-report/1");
        assert_eq!(json["held_back"], 3);
        let race = &json["races"][0];
        assert_eq!(
            (&race["kind"], &race["severity"]),
            (&"data-race".into(), &"error".into())
        );
        assert_eq!(race["accesses"][0]["op"], "UnsafeCell::with");
        assert_eq!(race["accesses"][1]["location"]["line"], sample::SECOND_LINE);
        assert_eq!(race["accesses"][1]["strand"]["name"], "b");
        assert_eq!(race["accesses"][1]["address"], Value::Null);
    }

    #[test]
    fn golden_json() {
        let report = sample::report_of(vec![sample::race()]);
        let json: Value = serde_json::from_str(&report.to_json()).unwrap();
        sample::golden("data_race.json", &format!("{json:#}\n"));
    }

    /// The text of `off.rs`.
    #[test]
    fn an_empty_report_is_the_same_as_without_detection() {
        let off = r#"{"schema":"fidge-report/1","races":[],"held_back":0,"suppressed":0}"#;
        assert_eq!(super::Report::default().to_json(), off);
    }

    #[test]
    fn addresses_are_hexadecimal_and_only_there_when_verbose() {
        let options = crate::options::Options::parse("verbose=1").unwrap();
        let report = sample::report_with(sample::findings(), &options);
        let json: Value = serde_json::from_str(&report.to_json()).unwrap();
        assert_eq!(json["races"][0]["accesses"][0]["address"], "0x1000");
    }

    #[test]
    fn every_sample_is_valid_under_the_schema_file() {
        let schema: Value =
            serde_json::from_str(include_str!("../../../docs/report.schema.json")).unwrap();
        let verbose = crate::options::Options::parse("verbose=1").unwrap();
        for report in [
            super::Report::default(),
            sample::report(sample::findings()),
            sample::report_with(sample::findings(), &verbose),
        ] {
            let json = serde_json::from_str(&report.to_json()).unwrap();
            validate(&schema, &schema, &json, "$");
        }
    }

    #[test]
    #[should_panic(expected = ": unexpected")]
    fn the_validator_sees_a_field_that_the_schema_lacks() {
        let schema = serde_json::json!({"type": "object", "properties": {}});
        let json = serde_json::from_str(&super::Report::default().to_json()).unwrap();
        validate(&schema, &schema, &json, "$");
    }

    /// As much of JSON Schema as our file uses. Objects are closed: a field that the file does not
    /// document fails.
    fn validate(root: &Value, schema: &Value, value: &Value, path: &str) {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = root
                .pointer(reference.trim_start_matches('#'))
                .expect(reference);
            return validate(root, target, value, path);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let choice = choices
                .iter()
                .find(|c| (c["type"] == "null") == value.is_null());
            return validate(root, choice.expect(path), value, path);
        }
        if let Some(expected) = schema.get("const") {
            assert_eq!(value, expected, "{path}");
        }
        if let Some(values) = schema["enum"].as_array() {
            assert!(values.contains(value), "{path}: {value}");
        }
        let right_type = match schema["type"].as_str() {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("integer") => value.is_u64(),
            Some("boolean") => value.is_boolean(),
            Some("null") => value.is_null(),
            other => panic!("{path}: the validator does not know type {other:?}"),
        };
        assert!(
            right_type,
            "{path}: expected {}, found {value}",
            schema["type"]
        );
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(
                value.get(name.as_str().unwrap()).is_some(),
                "{path}: {name} is missing"
            );
        }
        for (name, field) in value.as_object().into_iter().flatten() {
            let field_schema = schema["properties"].get(name);
            let path = format!("{path}.{name}");
            validate(
                root,
                field_schema.unwrap_or_else(|| panic!("{path}: unexpected")),
                field,
                &path,
            );
        }
        for (i, item) in value.as_array().into_iter().flatten().enumerate() {
            validate(root, &schema["items"], item, &format!("{path}[{i}]"));
        }
    }
}
