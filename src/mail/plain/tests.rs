use proptest::prelude::*;

use super::{QUOTE_DEPTH_MAX, Wrapping, to_html};

fn shown(text: &str) -> String {
    to_html(text, Wrapping::Fixed, Some("Quoted"))
        .replace(
            " target=\"_blank\" rel=\"noopener noreferrer nofollow\"",
            "",
        )
        .replace(" dir=\"auto\"", "")
}

#[test]
fn text_becomes_html() {
    let cases: &[(&str, &str)] = &[
        ("", ""),
        ("a\nb", "<div class=\"text\">a\nb</div>"),
        (
            "<b>&\"'",
            "<div class=\"text\">&lt;b&gt;&amp;&quot;&#39;</div>",
        ),
        ("a\0b", "<div class=\"text\">ab</div>"),
        (
            "hi\n\n> old\n> > older\n",
            "<div class=\"text\">hi\n</div><details class=\"quoted\"><summary>Quoted</summary><blockquote class=\"quote\"><div class=\"text\">old</div><blockquote class=\"quote\"><div class=\"text\">older</div></blockquote></blockquote></details>",
        ),
        (
            "> q\nanswer",
            "<blockquote class=\"quote\"><div class=\"text\">q</div></blockquote><div class=\"text\">answer</div>",
        ),
        (
            "> all quote",
            "<blockquote class=\"quote\"><div class=\"text\">all quote</div></blockquote>",
        ),
        (
            " > not a quote",
            "<div class=\"text\"> &gt; not a quote</div>",
        ),
        (
            "text\n-- \nAnn\nTel",
            "<div class=\"text\">text</div><div class=\"signature\">-- \nAnn\nTel</div>",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), *expected, "{text:?}");
    }
}

#[test]
fn flowed_text_is_joined() {
    let cases: &[(&str, bool, &str)] = &[
        ("a \nb\nc", false, "<div class=\"text\">a b\nc</div>"),
        ("a \nb", true, "<div class=\"text\">ab</div>"),
        (
            " > stuffed",
            false,
            "<div class=\"text\">&gt; stuffed</div>",
        ),
        (
            "a \n-- \nAnn",
            false,
            "<div class=\"text\">a </div><div class=\"signature\">-- \nAnn</div>",
        ),
        (
            "a \n> b",
            false,
            "<div class=\"text\">a </div><blockquote class=\"quote\"><div class=\"text\">b</div></blockquote>",
        ),
    ];
    for (text, delete_space, expected) in cases {
        let wrapping = Wrapping::Flowed {
            delete_space: *delete_space,
        };
        let html = to_html(text, wrapping, None).replace(" dir=\"auto\"", "");
        assert_eq!(html, *expected, "{text:?}");
    }
}

#[test]
fn links_are_made_of_honest_addresses_only() {
    let link = |url: &str| format!("<a href=\"{url}\">{url}</a>");
    let cases: &[(&str, String)] = &[
        (
            "see https://example.com.",
            format!("see {}.", link("https://example.com")),
        ),
        (
            "(http://example.com/a_(b))",
            format!("({})", link("http://example.com/a_(b)")),
        ),
        ("HTTPS://EXAMPLE.COM", link("HTTPS://EXAMPLE.COM")),
        (
            "https://a.example/?a=1&b=2",
            link("https://a.example/?a=1&amp;b=2"),
        ),
        ("mailto:a@example.com", link("mailto:a@example.com")),
        (
            "&lt;https://x.example&gt;",
            format!(
                "&amp;lt;{}&amp;gt;",
                "<a href=\"https://x.example&amp;gt\">https://x.example&amp;gt</a>"
            )
            .replace("&amp;gt;", ";"),
        ),
        (
            "https://x.example\"onclick=\"alert(1)",
            format!("{}&quot;onclick=&quot;alert(1)", link("https://x.example")),
        ),
        (
            "https://good.example@evil.example/",
            "https://good.example@evil.example/".to_owned(),
        ),
        ("javascript:alert(1)", "javascript:alert(1)".to_owned()),
        ("data:text/html,x", "data:text/html,x".to_owned()),
        ("xhttps://a.example", "xhttps://a.example".to_owned()),
        ("https://", "https://".to_owned()),
        ("https:///x", "https:///x".to_owned()),
        (
            "https://\u{202e}moc.elpmaxe",
            "https://\u{202e}moc.elpmaxe".to_owned(),
        ),
        ("http://[::1]/", link("http://[::1]/")),
        ("mailto:", "mailto:".to_owned()),
        (":::::", ":::::".to_owned()),
    ];
    for (text, expected) in cases {
        assert_eq!(
            shown(text),
            format!("<div class=\"text\">{expected}</div>"),
            "{text}"
        );
    }
}

#[test]
fn quoting_is_bounded() {
    let html = shown(&format!("{} deep", ">".repeat(100_000)));
    assert_eq!(html.matches("<blockquote").count(), QUOTE_DEPTH_MAX);
    assert_eq!(html.matches("</blockquote>").count(), QUOTE_DEPTH_MAX);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_of_the_text_becomes_markup(text in "([<>&\"' \n:a/.@-]|https://|mailto:|> |-- \n|<script>|é){0,60}") {
        for wrapping in [Wrapping::Fixed, Wrapping::Flowed { delete_space: true }] {
            let html = to_html(&text, wrapping, Some("<b>"));
            for tag in html.split('<').skip(1) {
                let known = ["div class=\"", "/div>", "blockquote class=\"quote\">", "/blockquote>", "details class=\"quoted\">", "/details>", "summary>", "/summary>", "a href=\"", "/a>"];
                prop_assert!(known.iter().any(|k| tag.starts_with(k)), "{}", tag);
            }
            prop_assert_eq!(html.matches("<blockquote").count(), html.matches("</blockquote").count());
        }
    }
}
