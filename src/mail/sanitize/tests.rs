use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer,
};
use proptest::prelude::*;

use super::{
    ATTRIBUTES, HTML_BYTES_MAX, ImageLinks, Options, RemoteImages, TAG_ATTRIBUTES, TAGS,
    TooComplex, is_link, sanitize, style,
};

fn via() -> RemoteImages {
    let encode = |url: &str| {
        percent_encoding::utf8_percent_encode(url, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    RemoteImages::Via(ImageLinks::new(move |url| {
        format!("/proxy?url={}", encode(url))
    }))
}

fn options(remote: RemoteImages) -> Options {
    Options {
        inline_url_prefix: "/mail/inbox/7/part/".to_owned(),
        inline_parts: HashMap::from([("logo".to_owned(), 3)]),
        remote,
    }
}

fn clean(html: &str) -> String {
    sanitize(html, &options(RemoteImages::Blocked))
        .unwrap()
        .html
}

/// Checks each token of sanitised HTML against the promise of the module.
struct Walk<'a> {
    source: &'a str,
    tags: RefCell<usize>,
}

impl TokenSink for Walk<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => {
                *self.tags.borrow_mut() += 1;
                self.check(&tag);
            }
            Token::CommentToken(_) | Token::DoctypeToken(_) => {
                panic!("a comment or doctype survives in {}", self.source)
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Walk<'_> {
    fn check(&self, tag: &Tag) {
        let source = self.source;
        let name = &*tag.name;
        assert!(TAGS.contains(&name), "<{name}> survives in {source}");
        if tag.kind == TagKind::EndTag {
            assert!(tag.attrs.is_empty());
            return;
        }
        for attribute in &tag.attrs {
            let (key, value) = (&*attribute.name.local, &*attribute.value);
            let is_own = TAG_ATTRIBUTES
                .iter()
                .any(|(tag, keys)| *tag == name && keys.contains(&key));
            let is_set = name == "a" && matches!(key, "target" | "rel");
            assert!(
                is_own || is_set || ATTRIBUTES.contains(&key),
                "{key} survives in {source}"
            );
            let is_safe = match key {
                "href" => is_link(value),
                "src" => {
                    value.starts_with("/mail/inbox/7/part/")
                        || value.starts_with("/proxy?url=http")
                        || value.starts_with("data:image/png;base64,")
                        || value.starts_with("data:image/gif;base64,")
                }
                "style" => style::filter(value) == *value,
                "target" => value == "_blank",
                "rel" => value == "noopener noreferrer nofollow",
                _ => true,
            };
            assert!(is_safe, "{key}={value} survives in {source}");
        }
        if name == "a" {
            let has = |key: &str| tag.attrs.iter().any(|a| &*a.name.local == key);
            assert!(has("rel") && has("target"), "{source}");
        }
    }
}

/// Sanitises and checks that nothing but the promised survives; also when done twice.
fn check(html: &str) -> String {
    for remote in [via(), RemoteImages::Blocked] {
        let Ok(first) = sanitize(html, &options(remote.clone())) else {
            return String::new();
        };
        walk(html, &first.html);
        let again = sanitize(&first.html, &options(remote)).unwrap();
        walk(html, &again.html);
    }
    clean(html)
}

fn walk(source: &str, html: &str) {
    let sink = Walk {
        source,
        tags: RefCell::new(0),
    };
    let tokenizer = Tokenizer::new(sink, Default::default());
    let input = BufferQueue::default();
    input.push_back(html.into());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
}

#[test]
fn no_hostile_payload_survives() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hostile-html");
    let mut count = 0;
    for entry in fs::read_dir(directory).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for payload in text.split("\n%%\n") {
            let cleaned = check(payload);
            let lower = cleaned.to_lowercase();
            assert!(!lower.contains("evil.invalid"), "{payload} gives {cleaned}");
            // As text it may stay; as a piece of a tag it may not.
            for framing in [
                "<body>",
                "<div><table><tr><td>",
                "<svg><p>",
                "<math><mtext>",
            ] {
                check(&format!("{framing}{payload}"));
            }
            count += 1;
        }
    }
    assert!(count >= 60, "only {count} payloads");
}

#[test]
fn the_walk_notices_what_survives() {
    for bad in [
        "<script>",
        "<p onclick=x>",
        "<a href=javascript:x rel=x target=_blank>",
        "<img src=http://evil.invalid/>",
        "<p style=position:fixed>",
        "<p id=x>",
        "<!-- -->",
    ] {
        let noticed = std::panic::catch_unwind(|| walk(bad, bad));
        assert!(noticed.is_err(), "{bad}");
    }
}

#[test]
fn ordinary_mail_stays_readable() {
    let cases: &[(&str, &str)] = &[
        ("<p>Hello <b>you</b></p>", "<p>Hello <b>you</b></p>"),
        (
            "<html><head><title>T</title><style>p{}</style></head><body bgcolor=red><p style='color:red;position:fixed'>x</body></html>",
            "<p style=\"color:red\">x</p>",
        ),
        (
            "<a href=\"https://example.com/?a=1&amp;b=2\">x</a>",
            "<a href=\"https://example.com/?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">x</a>",
        ),
        (
            "<img src=\"cid:logo\" alt=\"Logo\">",
            "<img src=\"/mail/inbox/7/part/3\" alt=\"Logo\">",
        ),
        (
            "<img src=\"CID:logo\">",
            "<img src=\"/mail/inbox/7/part/3\">",
        ),
        (
            "<img src=\"cid:lo%67o\">",
            "<img src=\"/mail/inbox/7/part/3\">",
        ),
        (
            "<img src=data:image/gif;base64,R0lG>",
            "<img src=\"data:image/gif;base64,R0lG\">",
        ),
        ("<form><p>text</p></form>", "<p>text</p>"),
        ("<button>Buy</button>", "Buy"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<o:p>&nbsp;</o:p>", "&nbsp;"),
        ("", ""),
    ];
    for (html, expected) in cases {
        assert_eq!(check(html), *expected, "{html}");
    }
}

#[test]
fn remote_images_are_counted_or_fetched_by_the_proxy() {
    let html = "<img src='http://a.example/x y?z'><img src=https://b.example/><img src=cid:logo>";
    let blocked = sanitize(html, &options(RemoteImages::Blocked)).unwrap();
    assert_eq!(blocked.images_blocked, 2);
    assert!(!blocked.html.contains("example"));
    let via = sanitize(html, &options(via())).unwrap();
    assert_eq!(via.images_blocked, 0);
    assert!(
        via.html
            .contains("/proxy?url=http%3A%2F%2Fa%2Eexample%2Fx%20y%3Fz"),
        "{}",
        via.html
    );
}

#[test]
fn what_asks_for_too_much_is_refused() {
    let options = options(RemoteImages::Blocked);
    let large = "x".repeat(HTML_BYTES_MAX + 1);
    assert_eq!(sanitize(&large, &options), Err(TooComplex));
    let deep = "<div>".repeat(50_000);
    assert_eq!(sanitize(&deep, &options), Err(TooComplex));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_text_makes_it_panic(html in any::<String>()) {
        check(&html);
    }

    #[test]
    fn no_mixture_of_pieces_survives(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..40)) {
        check(&pieces.concat());
    }
}

const PIECES: &[&str] = &[
    "<svg>",
    "</svg>",
    "<math>",
    "</math>",
    "<mtext>",
    "<mglyph>",
    "<style>",
    "</style>",
    "<table>",
    "<td>",
    "</table>",
    "<p>",
    "</p>",
    "<a href=javascript:alert(1)>",
    "</a>",
    "<img src=x onerror=alert(1)>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "--!>",
    "<title>",
    "</title>",
    "<foreignObject>",
    "<annotation-xml encoding=text/html>",
    "<textarea>",
    "</textarea>",
    "<noscript>",
    "</noscript>",
    "<template>",
    "</template>",
    "<select>",
    "<option>",
    "<form>",
    "</form>",
    "\"",
    "'",
    ">",
    "<",
    "&lt;",
    "&quot;",
    "=",
    " ",
    "x",
    "<b>",
    "<i title=\"",
    "<![CDATA[",
    "]]>",
    "<br>",
    "</br>",
    "<body onload=alert(1)>",
    "<frameset>",
    "<plaintext>",
    "<desc>",
    "<p style=\"color:red;background:url(",
    ")\">",
    "<img src=cid:logo>",
    "\0",
    "<iframe>",
];
