//! The first words of a message.

use super::fields::cut;
pub use super::html_text::text_of_html;
use super::words;

/// The first words of a body on one line, without quoted lines and filler.
pub fn preview(source: &str, is_html: bool, bytes_max: usize) -> String {
    let text;
    let source = if is_html {
        text = text_of_html(source);
        &text
    } else {
        source
    };
    let mut out = String::with_capacity(bytes_max + 32);
    let lines = source.lines().map(str::trim);
    for line in lines.filter(|line| !line.starts_with('>')) {
        if line == "--" {
            // The signature begins.
            break;
        }
        for word in line.split_whitespace() {
            let start = out.len();
            if !out.is_empty() {
                out.push(' ');
            }
            let before = out.len();
            out.extend(word.chars().filter(|&c| is_shown(c)));
            if out.len() == before {
                out.truncate(start);
            }
            if out.len() > bytes_max {
                return cut(out, bytes_max);
            }
        }
    }
    out
}

/// Whether a character is more than filler: newsletters pad their first line with invisible ones.
fn is_shown(c: char) -> bool {
    !(c.is_control()
        || words::is_deceptive(c)
        || matches!(
            c,
            '\u{AD}' | '\u{34F}' | '\u{200C}' | '\u{2007}' | '\u{2060}'..='\u{2064}'
        ))
}

#[cfg(test)]
mod tests {
    use super::preview;

    #[test]
    fn previews_show_the_first_words() {
        let cases: &[(&str, bool, &str)] = &[
            ("Hello\r\n\r\n  world", false, "Hello world"),
            ("> old\n> older\nnew", false, "new"),
            ("text\n-- \nAnn", false, "text"),
            ("<style>p{}</style><p>Hi <b>you</b></p>", true, "Hi you"),
            ("a \u{34f}\u{200c} \u{34f} b", false, "a b"),
            ("", false, ""),
            ("<script>alert(1)", true, ""),
        ];
        for (source, is_html, expected) in cases {
            assert_eq!(preview(source, *is_html, 100), *expected, "{source}");
        }
        assert_eq!(preview("ääää ääää", false, 5), "ää");
    }
}
