//! Text with formatting that is written here: a few elements, cleaned before it is kept or sent.
//!
//! What a browser posts is as hostile as what comes by mail, and what goes out bears the hoster's name: so
//! there is less in it than mail may have. No style, no colour, no picture, nothing that fetches.

use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};

use super::{TAGS_WITH_CONTENT, budget, is_link};
use crate::mail::contain::contained;
use crate::mail::html_text::text_with_links;

/// Most HTML that somebody writes, in bytes.
pub const FORMATTED_BYTES_MAX: usize = 1024 * 1024;

const TAGS: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "br",
    "div",
    "em",
    "i",
    "li",
    "ol",
    "p",
    "strong",
    "u",
    "ul",
];
const HEAD: &str = "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n";
const TAIL: &str = "\n</body></html>\n";

/// Text with formatting, clean: a fragment that can be put into a page or a message as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted(String);

impl Formatted {
    /// Cleans what a browser posted or a draft holds. None where no text is left, or where it asks for
    /// more room or time than a text may have: then there is the plain text.
    pub fn clean(html: &str) -> Option<Self> {
        if html.len() > FORMATTED_BYTES_MAX {
            return None;
        }
        let html = html.replace('\0', "");
        if !budget::is_within(&html) {
            return None;
        }
        let cleaned = contained(|| builder().clean(&html).to_string())?;
        let formatted = Self(cleaned.trim().to_owned());
        (!formatted.text().trim().is_empty()).then_some(formatted)
    }

    /// The fragment.
    pub fn as_html(&self) -> &str {
        &self.0
    }

    /// What it says, as plain text: quotes with `> `, lists with dashes, links with their addresses.
    pub fn text(&self) -> String {
        let text = text_with_links(&self.0);
        let lines = text.split('\n').map(|line| match line {
            // Browsers drop the space that makes a line the separator of the signature (RFC 3676 §4.3).
            "--" => "-- ",
            line => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// As the body of a part of type text/html.
    pub fn document(&self) -> String {
        [HEAD, &self.0, TAIL].concat()
    }
}

fn builder() -> Builder<'static> {
    let set = |names: &[&'static str]| names.iter().copied().collect::<HashSet<_>>();
    let mut builder = Builder::empty();
    builder
        .tags(set(TAGS))
        .clean_content_tags(set(TAGS_WITH_CONTENT))
        .generic_attributes(HashSet::new())
        .tag_attributes(HashMap::from([("a", set(&["href"]))]))
        .url_schemes(set(&["http", "https", "mailto", "tel"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(None)
        // Mail programs draw quotes that say so as quotes.
        .set_tag_attribute_value("blockquote", "type", "cite")
        .strip_comments(true)
        .attribute_filter(|_, name, value| {
            (name != "href" || is_link(value)).then_some(value.into())
        });
    builder
}

#[cfg(test)]
mod tests {
    use super::{FORMATTED_BYTES_MAX, Formatted};

    #[test]
    fn what_is_written_is_cleaned_and_has_a_text() {
        // What is posted, what is kept of it, what it says.
        let cases: &[(&str, &str, &str)] = &[
            (
                "<div>a <b>bold</b> <i>word</i></div><div><br></div><div>b</div>",
                "<div>a <b>bold</b> <i>word</i></div><div><br></div><div>b</div>",
                "a bold word\n\nb",
            ),
            (
                "<ul><li>one</li><li>two</li></ul>",
                "<ul><li>one</li><li>two</li></ul>",
                "- one\n- two",
            ),
            (
                "<ol><li>one</li><li><div>two</div></li></ol>",
                "<ol><li>one</li><li><div>two</div></li></ol>",
                "1. one\n2. two",
            ),
            (
                "<div>On Monday:</div><blockquote style=\"margin:0\"><div>so</div><blockquote>no</blockquote></blockquote>",
                "<div>On Monday:</div><blockquote type=\"cite\"><div>so</div><blockquote type=\"cite\">no</blockquote></blockquote>",
                "On Monday:\n\n> so\n>\n> > no",
            ),
            (
                "<div>see <a href=\"https://x.example/?a=1&amp;b=2\" onclick=\"x()\">this</a>.</div>",
                "<div>see <a href=\"https://x.example/?a=1&amp;b=2\">this</a>.</div>",
                "see this <https://x.example/?a=1&b=2>.",
            ),
            (
                "<a href=\"https://x.example/\">https://x.example/</a> <a href=\"mailto:a@x.example\">a@x.example</a>",
                "<a href=\"https://x.example/\">https://x.example/</a> <a href=\"mailto:a@x.example\">a@x.example</a>",
                "https://x.example/ a@x.example",
            ),
            ("<a href=\"javascript:alert(1)\">x</a>", "<a>x</a>", "x"),
            ("<a href=\"/mail\">x</a>", "<a>x</a>", "x"),
            (
                "<div>--&nbsp;</div><div>Ann&nbsp;&nbsp;B</div>",
                "<div>--&nbsp;</div><div>Ann&nbsp;&nbsp;B</div>",
                "-- \nAnn  B",
            ),
            (
                "<div>--</div><div>Ann</div>",
                "<div>--</div><div>Ann</div>",
                "-- \nAnn",
            ),
            (
                "x<script>alert(1)</script><img src=x onerror=alert(1)><style>*{}</style><svg><a>y</a></svg>",
                "x",
                "x",
            ),
            (
                "<form><input><font color=red>text</font></form><h1 id=x>y</h1>",
                "texty",
                "texty",
            ),
            ("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c", "a <b> & c"),
        ];
        for (posted, kept, text) in cases {
            let formatted = Formatted::clean(posted).expect(posted);
            assert_eq!(formatted.as_html(), *kept, "{posted}");
            assert_eq!(formatted.text(), *text, "{posted}");
            let again = Formatted::clean(&formatted.document()).expect(posted);
            assert_eq!(again, formatted, "what is sent is what is kept");
        }
    }

    #[test]
    fn what_has_no_text_or_too_much_is_none() {
        let deep = "<b><div>".repeat(20_000);
        let large = "x".repeat(FORMATTED_BYTES_MAX + 1);
        for html in ["", "<div><br></div>", "<script>x</script>", &deep, &large] {
            assert_eq!(Formatted::clean(html), None, "{} bytes", html.len());
        }
    }
}
