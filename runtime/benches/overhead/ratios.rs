//! The table of ratios, from the medians that criterion left behind.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// `(workload, median off in ns, median on in ns)` of what was measured.
fn medians(root: &Path) -> BTreeMap<String, [Option<f64>; 2]> {
    let mut found = BTreeMap::new();
    for file in estimates(root) {
        let median = fs::read_to_string(&file)
            .ok()
            .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
            .and_then(|json| json["median"]["point_estimate"].as_f64());
        // ROOT/GROUP[/FUNCTION]/SIDE/new/estimates.json
        let Some(side_folder) = file.parent().and_then(Path::parent) else {
            continue;
        };
        let Some(side) = side_folder.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let name = side_folder
            .parent()
            .and_then(|name| name.strip_prefix(root).ok());
        let (Some(name), Some(side)) = (name, ["off", "on"].iter().position(|s| *s == side)) else {
            continue;
        };
        let entry: &mut [Option<f64>; 2] = found.entry(name.display().to_string()).or_default();
        entry[side] = median;
    }
    found
}

fn estimates(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.flatten().map(|entry| entry.path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                estimates(&path)
            } else if path.ends_with("new/estimates.json") {
                vec![path]
            } else {
                Vec::new()
            }
        })
        .collect()
}

/// Prints the table; nothing when nothing was measured (`--list`, `--test`).
pub fn print() {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        PathBuf::from,
    );
    println!(
        "{:34} {:>12} {:>12} {:>7}",
        "workload", "off", "on", "ratio"
    );
    for (name, sides) in medians(&target.join("criterion")) {
        if let [Some(off), Some(on)] = sides {
            println!("{name:34} {off:>9.1} ns {on:>9.1} ns {:>6.2}x", on / off);
        }
    }
}
