use proptest::prelude::*;

use super::text_of_html;

#[test]
fn text_keeps_its_lines() {
    let cases: &[(&str, &str)] = &[
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<p>x</p><p>y</p>", "x\n\ny"),
        ("a<br>b<br/>c", "a\nb\nc"),
        (
            "<div>Hi,<div><br></div><div>there</div></div>",
            "Hi,\n\nthere",
        ),
        (
            "<ul><li>one</li><li>two <b>x</b></li></ul>after",
            "- one\n- two x\n\nafter",
        ),
        (
            "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>",
            "1 2\n3",
        ),
        ("<h1>T</h1>text", "T\n\ntext"),
        ("a\n  b\t c", "a b c"),
        ("a<b>b</b> <i>c</i>", "ab c"),
        (
            "answer<blockquote>q<br>r<blockquote>s</blockquote></blockquote>end",
            "answer\n\n> q\n> r\n>\n> > s\n\nend",
        ),
        ("<pre>x  y\n z</pre>", "x  y\n z"),
        (
            "&lt;b&gt; &amp;&#228;&euro;&nbsp;&unknown; & &",
            "<b> &ä€ &unknown; & &",
        ),
        ("<style>p{}</style>s<script>alert('</p>')</script>t", "st"),
        ("<head><title>no</title></head><body>yes", "yes"),
        ("<!-- <p> -->x<!doctype html>y", "xy"),
        ("<a title='a > b' href=x>l</a>", "l"),
        ("<a title=it's>l</a>", "l"),
        ("1 < 2 <3", "1 < 2 <3"),
        ("<script>never closed", ""),
        ("<p never closed", ""),
        ("<", "<"),
        ("", ""),
    ];
    for (html, expected) in cases {
        assert_eq!(text_of_html(html), *expected, "{html}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_html_makes_it_panic(html in "(<|>|/|&|;|\"|'|=|<p>|</p>|<!--|-->|<blockquote>|<li>|<pre>|<style>|</style>|#|é|[a-z ]){0,60}") {
        let text = text_of_html(&html);
        prop_assert!(text.len() <= html.len() * 45 + 45);
    }
}
