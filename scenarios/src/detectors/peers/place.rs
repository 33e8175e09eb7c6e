//! Where in a scenario a tool's report points.

use crate::detectors::Pair;
use crate::mark::{Site, Source};
use crate::scenario::Scenario;

/// A frame of a stack, as a tool tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The file, in whatever form.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

/// One side of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// Its stack, innermost frame first.
    Shown(Vec<Frame>),
    /// The tool does not say.
    Untold,
}

/// The sides of a report as lines of `scenario`'s file: of each the innermost frame that is in it, since
/// that is the line which a user would look at first.
///
/// Tools that show one side only have their reports completed: if that side is one of the marked lines,
/// the other is taken to be the other. That errs in the tool's favour.
pub fn pair(scenario: &Scenario, sides: &[Side; 2]) -> Pair {
    let place = |side: &Side| match side {
        Side::Shown(stack) => innermost(&scenario.source, stack),
        Side::Untold => None,
    };
    let placed = sides.each_ref().map(place);
    match (sides, &placed) {
        ([Side::Shown(_), Side::Untold], [Some(site), _])
        | ([Side::Untold, Side::Shown(_)], [_, Some(site)]) => {
            let [a, b] = scenario.sites();
            match site {
                site if *site == a || *site == b => [Some(a), Some(b)],
                _ => placed,
            }
        }
        _ => placed,
    }
}

fn innermost(source: &Source, stack: &[Frame]) -> Option<Site> {
    stack
        .iter()
        .find(|frame| is_in(source, frame))
        .map(|frame| Site {
            file: source.file.to_owned(),
            line: frame.line,
        })
}

/// Whether a frame lies in a source file; the tool may name that in some folder.
pub fn is_in(source: &Source, frame: &Frame) -> bool {
    let before = frame.file.strip_suffix(source.file);
    before.is_some_and(|folder| folder.is_empty() || folder.ends_with(['/', '\\']))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::catalog;

    /// The scenario that the samples in `tests/data` are of.
    pub fn sample() -> &'static Scenario {
        catalog::find("publication/flag-before-data").expect("it is there")
    }

    /// A sample, which has the marked lines' numbers as `@A@` and `@B@`.
    pub fn text(sample_text: &str) -> String {
        let [a, b] = sample().sites().map(|site| site.line.to_string());
        sample_text.replace("@A@", &a).replace("@B@", &b)
    }

    pub fn frame(file: &str, line: u32) -> Frame {
        let file = file.to_owned();
        Frame { file, line }
    }

    fn at(line: u32) -> Side {
        let inner = frame("/rustc/1/library/core/src/ptr.rs", 7);
        let here = frame(&format!("/home/me/{}", sample().source.file), line);
        Side::Shown(vec![inner, here, frame("src/main.rs", 1)])
    }

    #[test]
    fn a_side_is_the_innermost_line_of_the_scenarios_file() {
        let site = |line| {
            let file = sample().source.file.to_owned();
            Some(Site { file, line })
        };
        assert_eq!(pair(sample(), &[at(3), at(4)]), [site(3), site(4)]);
        let elsewhere = Side::Shown(vec![frame("x/not_the_flag_before_data.rs", 3)]);
        assert_eq!(pair(sample(), &[at(3), elsewhere]), [site(3), None]);
    }

    #[test]
    fn a_report_of_one_side_is_completed_only_if_that_side_is_marked() {
        let [a, b] = sample().sites();
        let marked = pair(sample(), &[at(b.line), Side::Untold]);
        assert_eq!(marked, [Some(a.clone()), Some(b)]);
        let not_marked = pair(sample(), &[Side::Untold, at(1)]);
        assert_eq!(not_marked[0], None);
        assert_ne!(not_marked[1], Some(a));
    }
}
