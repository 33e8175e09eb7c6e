//! The page, and what of it is a program's text or a program's report.

use fidge::{Kind, Report};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::{env, fs};

const PAGE: &str = "docs/kinds.md";

/// Tests that bless the page do it one after the other.
static WRITING: Mutex<()> = Mutex::new(());

/// In the section of that kind the first and the last block of Rust must be `source`, cut in two where
/// `fixed` begins, and the block of text the report.
#[track_caller]
pub fn holds(kind: Kind, source: &str, report: &Report) {
    let (racy, fixed) = source.split_once("pub fn fixed").expect("a fix");
    let blocks = [
        ("rust", racy.trim_end().to_owned()),
        ("text", as_printed(&report.races()[0].to_string())),
        ("rust", format!("pub fn fixed{}", fixed.trim_end())),
    ];
    let mut pages = vec![(PAGE, kind.name(), &blocks[..])];
    let first_part = [blocks[0].clone(), ("text", first_part(&blocks[1].1))];
    if kind == Kind::StaleWrite {
        pages.push(("README.md", "What no other detector sees", &first_part));
    }
    for (page, heading, blocks) in pages {
        compare(page, heading, blocks);
    }
}

/// The report without its notes but the last two lines, which help.
fn first_part(report: &str) -> String {
    let told = |line: &&str| !line.contains("= note:") && !line.starts_with("        ");
    report.lines().filter(told).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn compare(page: &str, heading: &str, blocks: &[(&str, String)]) {
    let path = format!("{}/../{page}", env!("CARGO_MANIFEST_DIR"));
    let _one = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let is = fs::read_to_string(&path).expect("the page");
    let expected = with_blocks(&is, heading, blocks);
    if env::var_os("FIDGE_BLESS").is_some() {
        return fs::write(path, expected).expect("the page can be written");
    }
    assert!(
        is == expected,
        "{page}, {heading:?}: this is not the program's text or not its report any more; bless it, and read \
         the difference\n{blocks:#?}",
    );
}

/// The page with these blocks, in this order, in the section with that heading.
fn with_blocks(page: &str, heading: &str, blocks: &[(&str, String)]) -> String {
    let heading = format!("\n## {heading}\n");
    let start = page.find(&heading).expect("the section") + heading.len();
    let end = page[start..]
        .find("\n## ")
        .map_or(page.len(), |end| start + end);
    let (mut made, mut rest) = (page[..start].to_owned(), &page[start..end]);
    for (language, text) in blocks {
        let open = format!("```{language}\n");
        let (before, after) = rest.split_once(&open).expect("a block to fill");
        let (_, after) = after.split_once("```\n").expect("a block that ends");
        made += &format!("{before}{open}{text}\n```\n");
        rest = after;
    }
    made + rest + &page[end..]
}

/// Less the frames of the test that runs the program, and with strands that count from 1: what a
/// process that does nothing else prints.
fn as_printed(report: &str) -> String {
    let ours = |line: &&str| !line.contains(" at tests/tests/kinds/main.rs:");
    let lines: Vec<&str> = report.lines().filter(ours).map(str::trim_end).collect();
    renumbered(&lines.join("\n"))
}

fn renumbered(text: &str) -> String {
    const NAME: &str = "strand ";
    let number = |part: &str| {
        part.split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse::<u32>()
            .ok()
    };
    let known: BTreeSet<u32> = text.split(NAME).skip(1).filter_map(number).collect();
    let mut parts = text.split(NAME);
    let mut renumbered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        renumbered += NAME;
        match number(part) {
            Some(n) => {
                let place = known
                    .iter()
                    .position(|&other| other == n)
                    .expect("collected")
                    + 1;
                renumbered += &place.to_string();
                renumbered += part.trim_start_matches(|c: char| c.is_ascii_digit());
            }
            None => renumbered += part,
        }
    }
    renumbered
}

#[test]
fn blocks_are_replaced_in_their_section_only() {
    let page = "# x\n\n## aba\n\na\n\n```rust\nold\n```\n\nb\n\n```text\nold\n```\n\n## atomicity\n\n```rust\nkept\n```\n";
    let blocks = [("rust", "new".to_owned()), ("text", "report".to_owned())];
    assert_eq!(
        with_blocks(page, "aba", &blocks),
        "# x\n\n## aba\n\na\n\n```rust\nnew\n```\n\nb\n\n```text\nreport\n```\n\n## atomicity\n\n```rust\nkept\n```\n"
    );
}

#[test]
fn strands_count_from_one_in_the_order_in_which_they_were_made() {
    assert_eq!(
        renumbered("strand 71 before strand 9; a strand more"),
        "strand 2 before strand 1; a strand more"
    );
}
