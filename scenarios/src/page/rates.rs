//! The summary in figures: rates with their Wilson intervals, and McNemar's test.

use super::svg::percent;
use crate::scenario::Variant;
use crate::summary::{Paired, Rates, Share, Summary};
use maud::{Markup, html};

/// A row for each detector, over all programs.
pub fn table(summary: &Summary) -> Markup {
    let all: Vec<_> = summary.rates.iter().filter(|r| r.class.is_none()).collect();
    rows("All programs", "detector", &all, |r| &r.detector)
}

/// A table for each detector, by class.
pub fn by_class(summary: &Summary) -> Markup {
    let detectors = summary.rates.iter().filter(|r| r.class.is_none());
    html! { @for detector in detectors.map(|r| &r.detector) {
        @let mine: Vec<_> = summary.rates.iter()
            .filter(|r| r.detector == *detector && r.class.is_some()).collect();
        (rows(detector, "class", &mine, |r| r.class.as_deref().unwrap_or_default()))
    } }
}

fn rows(caption: &str, first: &str, rates: &[&Rates], name: fn(&Rates) -> &str) -> Markup {
    let titles = [
        first,
        "races not detected",
        "twins reported",
        "strays",
        "wrong outcome, not detected",
        "crashed",
        "hung",
        "programs not run",
    ];
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr { @for title in titles { th scope="col" { (title) } } } }
                tbody { @for r in rates { tr {
                    th scope="row" { (name(r)) }
                    @for share in [&r.false_negatives, &r.false_positives, &r.strays, &r.missed] {
                        td { (figure(share)) }
                    }
                    td { (r.crashed) } td { (r.hung) } td { (r.not_run) " of " (r.programs) }
                } } }
            }
        }
    }
}

fn figure(share: &Share) -> Markup {
    html! { @match (share.rate, share.ci95) {
        (Some(rate), Some([low, high])) => {
            (percent(rate)) " (" (share.hits) "/" (share.runs) ")"
            small { (percent(low)) " – " (percent(high)) }
        }
        _ => { "–" small { "no runs" } },
    } }
}

/// Which detector is better than which, and how sure that is.
pub fn mcnemar(summary: &Summary) -> Markup {
    let caption = "McNemar's test: runs in which only one of two detectors reported";
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr { @for title in ["two detectors", "programs", "both", "only the first", "only the second",
                    "neither", "p", "paired by"] { th scope="col" { (title) } } } }
                tbody { @for pair in &summary.mcnemar { tr {
                    th scope="row" { (pair.a) ", " (pair.b) }
                    td { @match pair.variant { Variant::Racy => "racy", Variant::Fixed => "fixed" } }
                    td { (pair.both) } td { (pair.only_a) } td { (pair.only_b) } td { (pair.neither) }
                    td { @if pair.p < 0.001 { "< 0.001" } @else { (format!("{:.3}", pair.p)) } }
                    td { @match pair.paired { Paired::Recordings => "recording", Paired::Seeds => "seed" } }
                } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::tests::results;

    #[test]
    fn a_rate_stands_with_its_count_and_interval() {
        let text = table(&Summary::of(&results())).into_string();
        assert!(text.contains("25% (1/4)"), "{text}");
        assert!(text.contains("5%") && text.contains("70%"), "{text}");
        assert!(text.contains("no runs"), "{text}");
    }

    #[test]
    fn every_table_says_what_its_heads_are_of() {
        let summary = Summary::of(&results());
        for text in [table(&summary), by_class(&summary), mcnemar(&summary)] {
            let text = text.into_string();
            assert_eq!(
                text.matches("<th ").count(),
                text.matches("<th scope=").count()
            );
            assert!(text.contains("<caption>"));
        }
    }
}
