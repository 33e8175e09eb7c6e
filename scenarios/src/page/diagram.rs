//! The space-time diagram (Lamport, "Time, clocks, and the ordering of events", CACM 1978): strands as
//! lanes side by side, time downward, events as dots, happens-before as arrows, and what each event
//! is at the right, in its row.

use super::interleaving::{Interleaving, Row};
use super::svg;
use maud::{Markup, html};

const TOP: f64 = 48.0;
const ROW: f64 = 28.0;
const LEFT: f64 = 30.0;
const LANE: f64 = 46.0;
const RADIUS: f64 = 5.5;
/// About as wide as a letter gets on average.
const LETTER: f64 = 7.0;

/// The picture of one execution of the scenario at `path`.
pub fn picture(path: &str, shown: &Interleaving) -> Markup {
    let size = Geometry::of(shown);
    let title = format!("An execution of {path}");
    let desc = describe(shown);
    let text = size.text();
    svg::picture(
        "interleaving",
        size.size(),
        &title,
        &desc,
        html! {
            defs { marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto" {
                path.head d="M0 0L8 4L0 8z" {}
            } }
            @for row in shown.pair {
                rect.tint x="0" y=(size.y(row) - ROW / 2.0) width=(size.width) height=(ROW) {}
            }
            text x="4" y="18" font-weight="600" { "strand" }
            @for lane in 0..shown.strands.len() {
                text.number x=(size.x(lane)) y="38" { (lane + 1) }
                @if let Some((first, last)) = span(shown, lane) {
                    line.lane x1=(size.x(lane)) y1=(size.y(first)) x2=(size.x(lane)) y2=(size.y(last)) {}
                }
            }
            @for (from, to) in &shown.edges {
                @if let Some(d) = size.edge(shown, *from, *to) { path.edge d=(d) marker-end="url(#arrow)" {} }
            }
            @if let [Some(a), Some(b)] = shown.pair.map(|row| size.dot(shown, row)) {
                @if shown.unordered { line.unordered x1=(a.0) y1=(a.1) x2=(b.0) y2=(b.1) {} }
            }
            @for (i, row) in shown.rows.iter().enumerate() {
                @let racing = shown.pair.contains(&i);
                @match row {
                    Row::Event { lane, call, effect, line } => {
                        line.guide x1=(size.x(*lane) + 12.0) y1=(size.y(i)) x2=(text - 6.0) y2=(size.y(i)) {}
                        circle class=(if racing { "racing" } else { "event" }) cx=(size.x(*lane)) cy=(size.y(i)) r=(RADIUS) {}
                        @if racing { circle.ring cx=(size.x(*lane)) cy=(size.y(i)) r=(RADIUS + 3.5) {} }
                        text x=(text) y=(size.y(i) + 4.5) font-weight=(if racing { "600" } else { "400" }) {
                            (call)
                            tspan.muted font-weight="400" {
                                "  " (effect) @if let Some(line) = line { " · line " (line) }
                            }
                        }
                    }
                    Row::Gap(count) => {
                        text.muted x=(text) y=(size.y(i) + 4.5) { "⋮ " (count) @if *count == 1 { " event" } @else { " events" } " not shown" }
                    }
                }
            }
        },
    )
}

/// The pair and the edges in words.
fn describe(shown: &Interleaving) -> String {
    let event = |row: usize| match &shown.rows[row] {
        Row::Event { lane, call, .. } => format!("{call} by strand {}", lane + 1),
        Row::Gap(_) => String::new(),
    };
    let [a, b] = shown.pair.map(event);
    let order = if shown.unordered {
        "is not ordered with"
    } else {
        "comes before"
    };
    let edges = shown
        .edges
        .iter()
        .map(|(from, to)| format!("{} before {}", event(*from), event(*to)));
    let edges: Vec<_> = edges.collect();
    format!(
        "{a} {order} {b}. Happens-before edges: {}.",
        edges.join("; ")
    )
}

/// The first and last row of a lane.
fn span(shown: &Interleaving, lane: usize) -> Option<(usize, usize)> {
    let mine = |row: &Row| matches!(row, Row::Event { lane: l, .. } if *l == lane);
    Some((
        shown.rows.iter().position(mine)?,
        shown.rows.iter().rposition(mine)?,
    ))
}

/// Where things lie, in pixels.
struct Geometry {
    lanes: usize,
    rows: usize,
    width: f64,
}

impl Geometry {
    fn of(shown: &Interleaving) -> Self {
        let letters = shown.rows.iter().map(|row| match row {
            Row::Event {
                call, effect, line, ..
            } => {
                call.chars().count() + effect.chars().count() + if line.is_some() { 12 } else { 2 }
            }
            Row::Gap(_) => 24,
        });
        let mut size = Geometry {
            lanes: shown.strands.len(),
            rows: shown.rows.len(),
            width: 0.0,
        };
        size.width = size.text() + letters.max().unwrap_or(0) as f64 * LETTER + 8.0;
        size
    }

    fn x(&self, lane: usize) -> f64 {
        LEFT + lane as f64 * LANE
    }

    fn y(&self, row: usize) -> f64 {
        TOP + (row as f64 + 0.5) * ROW
    }

    /// Where the words begin.
    fn text(&self) -> f64 {
        self.x(self.lanes.saturating_sub(1)) + 30.0
    }

    fn size(&self) -> (u32, u32) {
        (
            self.width.ceil() as u32,
            (self.y(self.rows) + 4.0).ceil() as u32,
        )
    }

    fn dot(&self, shown: &Interleaving, row: usize) -> Option<(f64, f64)> {
        match shown.rows[row] {
            Row::Event { lane, .. } => Some((self.x(lane), self.y(row))),
            Row::Gap(_) => None,
        }
    }

    /// From rim to rim of two dots.
    fn edge(&self, shown: &Interleaving, from: usize, to: usize) -> Option<String> {
        let ((x1, y1), (x2, y2)) = (self.dot(shown, from)?, self.dot(shown, to)?);
        let length = (x2 - x1).hypot(y2 - y1);
        if length == 0.0 {
            return None;
        }
        let (dx, dy) = ((x2 - x1) / length, (y2 - y1) / length);
        let (start, end) = (RADIUS, RADIUS + 1.5);
        Some(format!(
            "M{:.1} {:.1}L{:.1} {:.1}",
            x1 + dx * start,
            y1 + dy * start,
            x2 - dx * end,
            y2 - dy * end
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn shown() -> Interleaving {
        let event = |lane, call: &str| Row::Event {
            lane,
            call: call.into(),
            effect: "write".into(),
            line: Some(7),
        };
        Interleaving {
            strands: vec![4, 9],
            rows: vec![event(0, "spawn"), event(1, "a"), Row::Gap(3), event(0, "b")],
            edges: BTreeSet::from([(0, 1)]),
            pair: [1, 3],
            unordered: true,
            others: 0,
        }
    }

    #[test]
    fn lanes_go_right_and_time_goes_down_within_the_picture() {
        let shown = shown();
        let size = Geometry::of(&shown);
        assert_eq!(size.x(1) - size.x(0), LANE);
        assert_eq!(size.y(1) - size.y(0), ROW);
        assert!(size.text() > size.x(1) && size.text() < size.width);
        assert!(size.y(3) + RADIUS < f64::from(size.size().1));
        assert_eq!(span(&shown, 0), Some((0, 3)));
    }

    #[test]
    fn an_edge_goes_from_rim_to_rim() {
        let shown = shown();
        let size = Geometry::of(&shown);
        let d = size.edge(&shown, 0, 1).expect("two dots");
        let numbers: Vec<f64> = d[1..]
            .split([' ', 'L'])
            .map(|n| n.parse().expect("a number"))
            .collect();
        let distance = |x: f64, y: f64, row| {
            let (cx, cy) = size.dot(&shown, row).expect("a dot");
            (x - cx).hypot(y - cy)
        };
        assert!(
            (distance(numbers[0], numbers[1], 0) - RADIUS).abs() < 0.1,
            "{d}"
        );
        assert!(
            (distance(numbers[2], numbers[3], 1) - RADIUS - 1.5).abs() < 0.1,
            "{d}"
        );
        assert_eq!(size.edge(&shown, 0, 2), None);
    }

    #[test]
    fn the_pair_is_marked_and_told_in_words() {
        let text = picture("map/x", &shown()).into_string();
        assert_eq!(text.matches("class=\"ring\"").count(), 2);
        assert_eq!(text.matches("class=\"unordered\"").count(), 1);
        assert!(
            text.contains("a by strand 2 is not ordered with b by strand 1"),
            "{text}"
        );
        assert!(text.contains("3 events not shown"), "{text}");
    }
}
