//! Style attributes by allow-list of properties and of the tokens their values may have.
//!
//! What is written is made from tokens, never copied; no URL, no function but colours, no at-rule,
//! no custom property, nothing that positions over other things or moves.

use cssparser::{Delimiter, ParseError, Parser, ToCss as _, Token};

/// Longest style attribute that is read, in bytes.
const STYLE_BYTES_MAX: usize = 8 * 1024;
/// Most declarations read of one attribute.
const DECLARATIONS_MAX: usize = 200;
/// Most tokens of one value.
const TOKENS_MAX: usize = 32;

const PROPERTIES: &[&str] = &[
    "background",
    "background-color",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-left-radius",
    "border-bottom-right-radius",
    "border-bottom-style",
    "border-bottom-width",
    "border-collapse",
    "border-color",
    "border-left",
    "border-left-color",
    "border-left-style",
    "border-left-width",
    "border-radius",
    "border-right",
    "border-right-color",
    "border-right-style",
    "border-right-width",
    "border-spacing",
    "border-style",
    "border-top",
    "border-top-color",
    "border-top-left-radius",
    "border-top-right-radius",
    "border-top-style",
    "border-top-width",
    "border-width",
    "caption-side",
    "clear",
    "color",
    "direction",
    "display",
    "empty-cells",
    "float",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style",
    "list-style-position",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "overflow-wrap",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "table-layout",
    "text-align",
    "text-decoration",
    "text-decoration-color",
    "text-decoration-line",
    "text-decoration-style",
    "text-indent",
    "text-transform",
    "unicode-bidi",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
    "word-spacing",
    "word-wrap",
];

const COLOUR_FUNCTIONS: &[&str] = &["rgb", "rgba", "hsl", "hsla"];

/// The declarations of `style` that are allowed, written anew; empty when there are none.
pub(super) fn filter(style: &str) -> String {
    let mut out = String::new();
    if style.len() > STYLE_BYTES_MAX {
        return out;
    }
    let mut parser = Parser::new(style);
    for _ in 0..DECLARATIONS_MAX {
        if parser.is_exhausted() {
            break;
        }
        let parsed: Result<String, ParseError<()>> =
            parser.parse_until_after(Delimiter::Semicolon, declaration);
        if let Ok(declaration) = parsed {
            if !out.is_empty() {
                out.push(';');
            }
            out.push_str(&declaration);
        }
    }
    out
}

fn refused<T>() -> Result<T, ParseError<()>> {
    Err(ParseError::unexpected_token())
}

fn declaration(parser: &mut Parser<'_>) -> Result<String, ParseError<()>> {
    let property = parser.expect_ident()?.to_ascii_lowercase();
    if PROPERTIES.binary_search(&property.as_str()).is_err() {
        return refused();
    }
    parser.expect_colon()?;
    let mut out = property.clone();
    out.push(':');
    let start = out.len();
    let mut tokens = 0;
    while !parser.is_exhausted() {
        tokens += 1;
        if tokens > TOKENS_MAX {
            return refused();
        }
        let token = parser.next()?.clone();
        if out.len() > start && !matches!(token, Token::Comma) {
            out.push(' ');
        }
        value_token(parser, &property, &token, &mut out)?;
    }
    if out.len() == start {
        return refused();
    }
    Ok(out)
}

fn value_token(
    parser: &mut Parser<'_>,
    property: &str,
    token: &Token<'_>,
    out: &mut String,
) -> Result<(), ParseError<()>> {
    let is_kept = match token {
        Token::Ident(ident) => is_plain(ident) && is_ident_allowed(property, ident),
        Token::Hash(hash) | Token::IDHash(hash) => {
            hash.len() <= 8 && hash.bytes().all(|b| b.is_ascii_hexdigit())
        }
        Token::Number { value, .. } => is_number_allowed(property, *value),
        Token::Percentage { unit_value, .. } => is_number_allowed(property, *unit_value),
        Token::Dimension { value, unit, .. } => {
            is_number_allowed(property, *value) && unit.bytes().all(|b| b.is_ascii_alphabetic())
        }
        Token::QuotedString(text) => {
            property.starts_with("font")
                && text
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.'))
        }
        Token::Comma => true,
        Token::Delim('/') => property == "font",
        Token::Delim('!') => {
            parser.expect_ident_matching("important")?;
            out.push_str("!important");
            return Ok(());
        }
        Token::Function(name)
            if COLOUR_FUNCTIONS
                .iter()
                .any(|f| name.eq_ignore_ascii_case(f)) =>
        {
            out.push_str(&name.to_ascii_lowercase());
            out.push('(');
            parser.parse_nested_block(|inner| colour_arguments(inner, out))?;
            out.push(')');
            return Ok(());
        }
        _ => false,
    };
    if !is_kept || token.to_css(out).is_err() {
        return refused();
    }
    Ok(())
}

fn colour_arguments(parser: &mut Parser<'_>, out: &mut String) -> Result<(), ParseError<()>> {
    let mut tokens = 0;
    while !parser.is_exhausted() {
        tokens += 1;
        let token = parser.next()?.clone();
        let is_kept = match &token {
            Token::Number { value, .. }
            | Token::Percentage {
                unit_value: value, ..
            } => value.is_finite(),
            Token::Dimension { unit, .. } => unit.eq_ignore_ascii_case("deg"),
            Token::Comma | Token::Delim('/') => true,
            _ => false,
        };
        if !is_kept || tokens > TOKENS_MAX {
            return refused();
        }
        if tokens > 1 && !matches!(token, Token::Comma) {
            out.push(' ');
        }
        if token.to_css(out).is_err() {
            return refused();
        }
    }
    Ok(())
}

fn is_plain(ident: &str) -> bool {
    ident.len() <= 64
        && ident
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn is_ident_allowed(property: &str, ident: &str) -> bool {
    // A message must not take over the whole frame, nor lie over itself.
    const DISPLAYS: &[&str] = &[
        "block",
        "inherit",
        "initial",
        "inline",
        "inline-block",
        "inline-table",
        "list-item",
        "none",
        "table",
        "table-caption",
        "table-cell",
        "table-column",
        "table-column-group",
        "table-footer-group",
        "table-header-group",
        "table-row",
        "table-row-group",
    ];
    property != "display" || DISPLAYS.iter().any(|d| ident.eq_ignore_ascii_case(d))
}

fn is_number_allowed(property: &str, value: f32) -> bool {
    // Negative margins and indents pull text over other text or out of sight.
    let may_be_negative = matches!(
        property,
        "letter-spacing" | "word-spacing" | "vertical-align"
    );
    value.is_finite() && value.abs() < 100_000.0 && (value >= 0.0 || may_be_negative)
}

#[cfg(test)]
mod tests {
    use super::{PROPERTIES, filter};

    #[test]
    fn the_list_is_sorted() {
        assert!(PROPERTIES.is_sorted());
    }

    #[test]
    fn declarations_are_kept_or_dropped_whole() {
        let cases: &[(&str, &str)] = &[
            ("color:red", "color:red"),
            ("COLOR : Red ; ", "color:Red"),
            ("color:#fff;font-size:12px", "color:#fff;font-size:12px"),
            ("margin:0 auto 1.5em", "margin:0 auto 1.5em"),
            ("width:100%!important", "width:100% !important"),
            (
                "font:bold 12px/1.5 \"Open Sans\", Arial, sans-serif",
                "font:bold 12px / 1.5 \"Open Sans\", Arial, sans-serif",
            ),
            (
                "background:rgba(1, 2,3,.5)",
                "background:rgba(1, 2, 3, 0.5)",
            ),
            ("color:rgb(1 2 3 / 50%)", "color:rgb(1 2 3 / 50%)"),
            ("background:url(http://x/y)", ""),
            ("background:#fff url(http://x/y)", ""),
            ("background-image:url(x);color:red", "color:red"),
            ("background:image-set('x' 1x)", ""),
            ("width:expression(alert(1));color:red", "color:red"),
            ("width:calc(1px + 1px)", ""),
            ("color:var(--x)", ""),
            ("--x:red", ""),
            ("position:fixed;top:0;color:red", "color:red"),
            ("behavior:url(x)", ""),
            ("-moz-binding:url(x)", ""),
            ("margin-left:-9999px", ""),
            ("text-indent:-9999px", ""),
            ("display:flex", ""),
            ("display:none", "display:none"),
            ("color:red;}*{position:fixed", "color:red"),
            (
                "color:red/**/;/*x*/font-size:1px",
                "color:red;font-size:1px",
            ),
            ("@import 'x';color:red", "color:red"),
            ("font-family:\"</style><script>\"", ""),
            ("font-family:'a\\22;}'", ""),
            ("col\\6fr:red", "color:red"),
            ("color:r\\65 d", "color:red"),
            ("color:ur\\6c(x)", ""),
            ("color:red;((((((((", "color:red"),
            ("width:1e400px", ""),
            ("", ""),
            (";;;", ""),
        ];
        for (style, expected) in cases {
            assert_eq!(filter(style), *expected, "{style}");
        }
        assert_eq!(
            filter(&format!("color:red;{}", "(".repeat(7000))),
            "color:red"
        );
        assert_eq!(filter(&"a".repeat(9000)), "");
    }
}
