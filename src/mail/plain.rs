//! Plain text mail as HTML: escaped, with links, quotes and the signature set apart.
//!
//! The result consists of these elements alone, so that the page's style sheet can address them:
//! `div.text` (one run of lines, `white-space: pre-wrap` is assumed), `blockquote.quote` (nested by
//! depth), `details.quoted` around quoted text that ends the message, `div.signature`, and `a`.

use std::fmt::Write as _;

use super::sanitize::is_link;

/// Deepest quoting that is nested; deeper lines stand at this depth.
pub const QUOTE_DEPTH_MAX: usize = 40;
/// Longest link that is made one, in bytes.
const LINK_BYTES_MAX: usize = 2048;

/// How paragraphs are wrapped (RFC 3676).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wrapping {
    /// Lines are lines.
    #[default]
    Fixed,
    /// `format=flowed`: a line that ends in a space goes on.
    Flowed {
        /// `delsp=yes`: that space is not part of the text.
        delete_space: bool,
    },
}

/// Text as HTML. Quoted text at the end can be folded away under `quote_label`, where one is given
/// (it is escaped).
pub fn to_html(text: &str, wrapping: Wrapping, quote_label: Option<&str>) -> String {
    let lines = match wrapping {
        Wrapping::Fixed => text.lines().map(fixed_line).collect(),
        Wrapping::Flowed { delete_space } => unflow(text, delete_space),
    };
    let tail = quoted_tail(&lines);
    let (shown, folded) = lines.split_at(tail);
    let mut out = String::with_capacity(text.len() + text.len() / 4 + 64);
    write_lines(&mut out, shown);
    match quote_label {
        Some(label) if !folded.is_empty() => {
            out.push_str("<details class=\"quoted\"><summary>");
            escape(&mut out, label);
            out.push_str("</summary>");
            write_lines(&mut out, folded);
            out.push_str("</details>");
        }
        _ => write_lines(&mut out, folded),
    }
    out
}

/// One line with its quote marks counted off.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    depth: usize,
    text: String,
}

/// `> > text` as people and clients write it.
fn fixed_line(line: &str) -> Line {
    let mut depth = 0;
    let mut rest = line;
    loop {
        let bare = rest.strip_prefix(' ').unwrap_or(rest);
        // A space before the first mark makes it text.
        let candidate = if depth == 0 { rest } else { bare };
        match candidate.strip_prefix('>') {
            Some(after) => {
                depth += 1;
                rest = after;
            }
            None => break,
        }
    }
    if depth > 0 {
        rest = rest.strip_prefix(' ').unwrap_or(rest);
    }
    Line {
        depth: depth.min(QUOTE_DEPTH_MAX),
        text: rest.to_owned(),
    }
}

/// Joins the lines of paragraphs (RFC 3676 §4).
fn unflow(text: &str, delete_space: bool) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        let depth = line.bytes().take_while(|&b| b == b'>').count();
        let content = line.get(depth..).unwrap_or_default();
        // Space stuffing (§4.4).
        let content = content.strip_prefix(' ').unwrap_or(content);
        let depth = depth.min(QUOTE_DEPTH_MAX);
        let is_flowed = content.ends_with(' ') && content != "-- ";
        let kept = if is_flowed && delete_space {
            content.get(..content.len() - 1).unwrap_or(content)
        } else {
            content
        };
        match lines.last_mut() {
            Some(last) if is_open && last.depth == depth && content != "-- " => {
                last.text.push_str(kept);
            }
            _ => lines.push(Line {
                depth,
                text: kept.to_owned(),
            }),
        }
        is_open = is_flowed;
    }
    lines
}

/// Where the quoted text begins that ends the message; the number of lines where none does.
fn quoted_tail(lines: &[Line]) -> usize {
    let is_quiet = |line: &Line| line.depth > 0 || line.text.trim().is_empty();
    let tail = lines.iter().rev().take_while(|line| is_quiet(line)).count();
    let mut start = lines.len() - tail;
    // Empty lines before it belong to the text.
    while lines.get(start).is_some_and(|line| line.depth == 0) {
        start += 1;
    }
    // A message that is one quote is shown.
    let has_own_text = lines
        .iter()
        .take(start)
        .any(|line| !line.text.trim().is_empty());
    if has_own_text { start } else { lines.len() }
}

fn write_lines(out: &mut String, lines: &[Line]) {
    let mut depth = 0;
    let mut rest = lines;
    while let Some(first) = rest.first() {
        let run = rest
            .iter()
            .take_while(|line| line.depth == first.depth)
            .count();
        let (run, tail) = rest.split_at(run);
        rest = tail;
        while depth < first.depth {
            out.push_str("<blockquote class=\"quote\">");
            depth += 1;
        }
        while depth > first.depth {
            out.push_str("</blockquote>");
            depth -= 1;
        }
        write_run(out, run);
    }
    (0..depth).for_each(|_| out.push_str("</blockquote>"));
}

fn write_run(out: &mut String, lines: &[Line]) {
    let signature = lines
        .iter()
        .position(|line| line.text == "-- ")
        .unwrap_or(lines.len());
    let (text, signature) = lines.split_at(signature);
    write_block(out, "text", text);
    write_block(out, "signature", signature);
}

fn write_block(out: &mut String, class: &str, lines: &[Line]) {
    if lines.iter().all(|line| line.text.trim().is_empty()) {
        return;
    }
    // dir=auto: each run finds its own direction.
    let _ = write!(out, "<div class=\"{class}\" dir=\"auto\">");
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        write_linked(out, &line.text);
    }
    out.push_str("</div>");
}

/// Text with its web addresses made links.
fn write_linked(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(start) = find_link(rest) {
        let (before, from) = rest.split_at(start);
        let len = link_len(from);
        let (link, after) = from.split_at(len);
        escape(out, before);
        if is_honest(link) {
            out.push_str("<a href=\"");
            escape(out, link);
            out.push_str("\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">");
            escape(out, link);
            out.push_str("</a>");
        } else {
            escape(out, link);
        }
        rest = after;
    }
    escape(out, rest);
}

const LINK_STARTS: &[&str] = &["http://", "https://", "mailto:"];

/// Where the next link begins, at the start of a word.
fn find_link(text: &str) -> Option<usize> {
    let mut searched = 0;
    while let Some(colon) = memchr::memchr(b':', text.as_bytes().get(searched..)?) {
        let colon = searched + colon;
        for start in LINK_STARTS {
            let scheme_len = start.find(':').unwrap_or(0);
            let Some(at) = colon.checked_sub(scheme_len) else {
                continue;
            };
            let matches = text
                .get(at..)
                .and_then(|t| t.get(..start.len()))
                .is_some_and(|t| t.eq_ignore_ascii_case(start));
            let before = text.get(..at).and_then(|t| t.chars().next_back());
            if matches && !before.is_some_and(char::is_alphanumeric) {
                return Some(at);
            }
        }
        searched = colon + 1;
    }
    None
}

/// How long the link at the start of `text` is; what ends a sentence is not part of it.
fn link_len(text: &str) -> usize {
    let end = text
        .find(|c: char| c.is_whitespace() || c.is_control() || "<>\"`{}|\\^".contains(c))
        .unwrap_or(text.len());
    let mut link = text.get(..end).unwrap_or_default();
    while let Some(last) = link.chars().next_back() {
        let is_unopened = |open: char, close: char| {
            last == close && link.matches(close).count() > link.matches(open).count()
        };
        let is_trailing =
            ".,;:!?'*_~…”’»".contains(last) || is_unopened('(', ')') || is_unopened('[', ']');
        if !is_trailing || link.len() > LINK_BYTES_MAX {
            break;
        }
        link = link.get(..link.len() - last.len_utf8()).unwrap_or_default();
    }
    // Never nothing: the search must go on behind it.
    link.len().max(LINK_STARTS[0].len().min(text.len()))
}

/// Whether a link leads where it seems to: a host, no user name before it that looks like one.
fn is_honest(link: &str) -> bool {
    if link.len() > LINK_BYTES_MAX || !is_link(link) {
        return false;
    }
    let Some((scheme, rest)) = link.split_once(':') else {
        return false;
    };
    if scheme.eq_ignore_ascii_case("mailto") {
        return rest.contains('@');
    }
    let authority = rest.strip_prefix("//").unwrap_or(rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    !authority.contains('@') && authority.starts_with(|c: char| c.is_alphanumeric() || c == '[')
}

/// `text` with the characters that mean something to HTML written as references.
pub fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' => out.push('\t'),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
