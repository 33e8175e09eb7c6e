//! What all pictures share: a root that stands alone as a file, with its title and description.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// What tells our pages from others', near their beginning.
pub const PAGE: &str = r#"<meta name="generator" content="fidge-scenarios">"#;

/// What tells our pictures' files from others'.
pub const FILE: &str = "<!-- fidge-scenarios -->";

/// The colours and strokes of pictures, light and dark.
pub const STYLE: &str = include_str!("picture.css");

/// An SVG element, `width` by `height` pixels, that says what it is to those who do not see it. `id` is
/// unique in a page.
pub fn picture(
    id: &str,
    (width, height): (u32, u32),
    title: &str,
    desc: &str,
    content: Markup,
) -> Markup {
    html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(width) height=(height)
            viewBox=(format!("0 0 {width} {height}")) role="img"
            aria-labelledby=(format!("{id}-title {id}-desc")) {
            title id=(format!("{id}-title")) { (title) }
            desc id=(format!("{id}-desc")) { (desc) }
            (content)
        }
    }
}

/// The picture as a file of its own: with the style that it has in the page, and a ground.
pub fn file(picture: &Markup) -> String {
    let (root, content) = picture.0.split_once('>').expect("an element");
    let ground = html! { rect.paper width="100%" height="100%" {} }.into_string();
    format!("{root}>{FILE}<style>{STYLE}</style>{ground}{content}\n")
}

/// The page's skeleton.
pub fn document(title: &str, style: &str, body: Markup) -> String {
    // Nothing is loaded and nothing runs; a browser holds the page to it.
    let policy = "default-src 'none'; style-src 'unsafe-inline'";
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                (PreEscaped(PAGE))
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(style)) }
            }
            body { (body) }
        }
    };
    page.into_string() + "\n"
}

/// A share, without decimals unless rounding would make it all or nothing.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent.fract() == 0.0 || (0.5..99.5).contains(&percent) {
        format!("{percent:.0}%")
    } else {
        format!("{percent:.1}%")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_makes_nothing_all_or_none() {
        let texts = [0.0, 0.001, 0.333, 0.998, 1.0].map(percent);
        assert_eq!(texts, ["0%", "0.1%", "33%", "99.8%", "100%"]);
    }

    #[test]
    fn a_file_has_its_style_and_its_names() {
        let drawn = picture("x", (10, 20), "a <b>", "c", html! { g {} });
        let text = file(&drawn);
        assert!(text.starts_with("<svg xmlns="), "{text}");
        assert!(
            text.contains("<style>") && text.contains("a &lt;b&gt;</title>"),
            "{text}"
        );
        assert!(text.ends_with("</svg>\n"), "{text}");
    }
}
