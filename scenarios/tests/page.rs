//! The page of pictures, in a browser: as wide as its window on a phone and on a desk, in light and
//! in dark, silent, and whole. Needs Chromium, and says so where there is none.
//!
//! `FIDGE_SCREENSHOTS=DIR` keeps what was seen there, as base64 of PNGs.

#![cfg(all(unix, feature = "detect"))]

mod chromium;

use std::path::Path;
use std::process::Command;

const SIZES: [(u32, u32); 2] = [(390, 844), (1280, 800)];
const SECTIONS: [&str; 6] = ["summary", "heat-map", "runs", "costs", "race", "details"];

fn write(page: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_fidge-scenarios"))
        .args(["compare", "flag-before-data", "--runs", "2"])
        .args(["--detectors", "fidge,lockset,cells4", "--html"])
        .arg(page)
        .output()
        .expect("it starts");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{error}");
}

#[test]
fn the_page_is_whole_and_fits_its_window_by_light_and_in_the_dark() {
    let Some(program) = chromium::find() else {
        eprintln!("SKIPPED: no Chromium in PATH; on Debian: apt-get install chromium");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let made = folder.path().join("page.html");
    write(&made);
    // Another page to look at: FIDGE_PAGE=FILE.
    let page = std::env::var_os("FIDGE_PAGE").map_or(made, Into::into);
    let mut browser = chromium::Browser::start(&program);
    let mut grounds = Vec::new();
    for size in SIZES {
        for scheme in ["light", "dark"] {
            browser.open(&page, size, scheme);
            let what = format!("{size:?}, {scheme}");
            let width = browser.evaluate("document.documentElement.scrollWidth");
            assert_eq!(width, size.0, "{what}: the body overflows");
            for section in SECTIONS {
                let height = format!("document.getElementById('{section}').offsetHeight");
                let height = browser.evaluate(&height).as_u64();
                assert!(height > Some(20), "{what}: {section} is {height:?} high");
            }
            for drawn in [
                "#runs svg polyline",
                "#race svg circle",
                "#heat-map td.rated",
            ] {
                let count =
                    browser.evaluate(&format!("document.querySelectorAll('{drawn}').length"));
                assert!(count.as_u64() > Some(0), "{what}: there is no {drawn}");
            }
            let unnamed = "[...document.querySelectorAll('svg[role=img]')].filter(s => \
                 !s.querySelector(':scope > title') || !s.querySelector(':scope > desc')).length";
            assert_eq!(
                browser.evaluate(unnamed),
                0,
                "{what}: a picture without its name"
            );
            let contrast = browser.evaluate(CONTRAST).as_f64();
            assert!(contrast >= Some(4.5), "{what}: contrast is {contrast:?}");
            grounds.push(browser.evaluate("getComputedStyle(document.body).backgroundColor"));
            if let Some(folder) = std::env::var_os("FIDGE_SCREENSHOTS") {
                let name = format!("{}-{scheme}.png.b64", size.0);
                let kept = Path::new(&folder).join(name);
                std::fs::write(kept, browser.picture()).expect("writable");
            }
        }
    }
    assert!(browser.console.is_empty(), "{:?}", browser.console);
    assert_ne!(grounds[0], grounds[1], "dark is as light");
    assert_eq!(grounds[..2], grounds[2..]);
}

/// The least contrast (WCAG 2) of any table cell or paragraph with the ground that it stands on; colours
/// are taken from a canvas, which knows all ways to write one.
const CONTRAST: &str = r"(() => {
    const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const luminance = colour => {
        pen.clearRect(0, 0, 1, 1);
        pen.fillStyle = colour;
        pen.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...pen.getImageData(0, 0, 1, 1).data].map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = element => {
        for (let e = element; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if (colour !== 'rgba(0, 0, 0, 0)' && colour !== 'transparent') return colour;
        }
        return 'white';
    };
    const contrasts = [...document.querySelectorAll('p, h1, h2, th, td, small, figcaption, a')].map(e => {
        const [a, b] = [luminance(getComputedStyle(e).color), luminance(ground(e))];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    });
    return Math.min(...contrasts);
})()";
