//! The text of HTML: for previews, search, quoting, and where HTML cannot be shown.
//!
//! One pass, linear, without a tree: broken HTML gives what text can be had of it. The result is
//! text, never HTML: whoever shows it escapes it.

use super::contain::contained;

/// Deepest quoting that is written out.
const QUOTE_DEPTH_MAX: usize = 20;
/// Longest character reference that is looked for, in bytes.
const REFERENCE_BYTES_MAX: usize = 32;

/// The text of `html`. Blocks stand on lines of their own, paragraphs have a blank line between
/// them, block quotes have `> ` before each line, list items a dash.
pub fn text_of_html(html: &str) -> String {
    run(html, Writer::default())
}

/// The same with all that plain text can hold of it: links have their addresses behind them, items of
/// a numbered list their numbers, spaces that do not break stay. For clean HTML.
pub fn text_with_links(html: &str) -> String {
    let writer = Writer {
        is_whole: true,
        ..Writer::default()
    };
    run(html, writer)
}

fn run(html: &str, mut writer: Writer) -> String {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, from) = rest.split_at(at);
        writer.text(text);
        rest = match markup(from) {
            Some(Markup::Tag(tag)) => {
                writer.tag(&tag);
                skip_raw(&tag, from.get(tag.len..).unwrap_or_default())
            }
            Some(Markup::Comment(len)) => from.get(len..).unwrap_or_default(),
            None => {
                writer.text("<");
                from.get(1..).unwrap_or_default()
            }
        };
    }
    writer.text(rest);
    writer.out
}

struct Tag<'a> {
    name: &'a str,
    /// All of it, with its brackets.
    source: &'a str,
    is_end: bool,
    /// Length with its brackets, in bytes.
    len: usize,
}

impl Tag<'_> {
    fn is(&self, names: &[&str]) -> bool {
        names
            .iter()
            .any(|name| self.name.eq_ignore_ascii_case(name))
    }
}

enum Markup<'a> {
    Tag(Tag<'a>),
    Comment(usize),
}

/// The tag or comment that `from`, which begins with `<`, begins with.
fn markup(from: &str) -> Option<Markup<'_>> {
    if from.starts_with("<!--") {
        let end = from.find("-->").map_or(from.len(), |at| at + 3);
        return Some(Markup::Comment(end));
    }
    let inner = from.get(1..)?;
    if inner.starts_with(['!', '?']) {
        let end = from.find('>').map_or(from.len(), |at| at + 1);
        return Some(Markup::Comment(end));
    }
    let is_end = inner.starts_with('/');
    let named = if is_end { inner.get(1..)? } else { inner };
    if !named.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let name_len = named
        .find(|c: char| c.is_whitespace() || matches!(c, '/' | '>'))
        .unwrap_or(named.len());
    let len = tag_len(from);
    Some(Markup::Tag(Tag {
        name: named.get(..name_len)?,
        source: from.get(..len)?,
        is_end,
        len,
    }))
}

/// How long the tag at the start of `from` is; a `>` in quotes does not end it.
fn tag_len(from: &str) -> usize {
    let mut quote = None;
    let mut before = b' ';
    for (at, byte) in from.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            // Elsewhere than at the start of a value a quote is a mistake, not a quote.
            (None, b'"' | b'\'') if before == b'=' => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    from.len()
}

/// What follows an element whose content is not text to read.
fn skip_raw<'a>(tag: &Tag<'_>, after: &'a str) -> &'a str {
    const RAW: &[&str] = &["style", "script", "title", "template", "svg", "math"];
    if tag.is_end || !tag.is(RAW) {
        return after;
    }
    let mut searched = 0;
    while let Some(at) = after.get(searched..).and_then(|rest| rest.find("</")) {
        let at = searched + at;
        let name = after
            .get(at + 2..)
            .and_then(|rest| rest.get(..tag.name.len()));
        if name.is_some_and(|name| name.eq_ignore_ascii_case(tag.name)) {
            return after.get(at..).unwrap_or_default();
        }
        searched = at + 2;
    }
    ""
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Line ends to write before the next word.
    line_ends: usize,
    needs_space: bool,
    quote_depth: usize,
    /// How deep the last word stood.
    written_depth: usize,
    preformatted_depth: usize,
    /// Whether links, spaces and numbers are kept too.
    is_whole: bool,
    /// Whether nothing of an item was written but what marks it.
    is_after_marker: bool,
    /// The lists that are open: the last number of each that has numbers.
    lists: Vec<Option<u32>>,
    /// The address of the link that is open, and where its text begins in `out`.
    link: Option<(String, usize)>,
}

impl Writer {
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find('&') {
            let (before, from) = rest.split_at(at);
            self.characters(before);
            let (decoded, len) = reference(from);
            if self.is_whole && from.starts_with("&nbsp;") {
                self.start_word();
                self.out.push(' ');
            } else {
                self.characters(&decoded);
            }
            rest = from.get(len..).unwrap_or_default();
        }
        self.characters(rest);
    }

    fn characters(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\n' if self.preformatted_depth > 0 => self.break_line(),
                c if c.is_whitespace() && self.preformatted_depth == 0 => self.needs_space = true,
                '\r' => {}
                c => {
                    self.start_word();
                    self.out.push(c);
                }
            }
        }
    }

    fn start_word(&mut self) {
        let at_start = self.out.is_empty();
        if self.line_ends > 0 || at_start {
            let line_ends = if at_start { 0 } else { self.line_ends };
            for at in 0..line_ends {
                self.out.push('\n');
                if at + 1 < line_ends {
                    let depth = self.quote_depth.min(self.written_depth);
                    self.out.push_str(&">".repeat(depth));
                }
            }
            for _ in 0..self.quote_depth {
                self.out.push_str("> ");
            }
        } else if self.needs_space {
            self.out.push(' ');
        }
        self.line_ends = 0;
        self.needs_space = false;
        self.is_after_marker = false;
        self.written_depth = self.quote_depth;
    }

    fn break_line(&mut self) {
        self.line_ends = (self.line_ends + 1).min(2);
        self.needs_space = false;
    }

    fn at_least(&mut self, line_ends: usize) {
        if self.is_after_marker {
            return;
        }
        self.line_ends = self.line_ends.max(line_ends);
        self.needs_space = false;
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        const PARAGRAPHS: &[&str] = &[
            "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "hr", "pre",
        ];
        const BLOCKS: &[&str] = &[
            "address",
            "article",
            "aside",
            "body",
            "center",
            "dd",
            "div",
            "dt",
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "form",
            "header",
            "main",
            "nav",
            "option",
            "section",
            "tr",
        ];
        if tag.is(&["br"]) {
            self.break_line();
        } else if tag.is(PARAGRAPHS) {
            self.at_least(2);
        } else if tag.is(BLOCKS) {
            self.at_least(1);
        } else if tag.is(&["td", "th"]) {
            self.needs_space = true;
        } else if tag.is(&["li"]) {
            self.is_after_marker = false;
            self.at_least(1);
            if !tag.is_end {
                self.start_word();
                let marker = self.marker();
                self.out.push_str(&marker);
                self.needs_space = true;
                self.is_after_marker = true;
            }
        } else if tag.is(&["blockquote"]) {
            self.at_least(2);
            self.quote_depth = step(self.quote_depth, tag.is_end);
        }
        if tag.is(&["pre"]) {
            self.preformatted_depth = step(self.preformatted_depth, tag.is_end);
        }
        if self.is_whole && tag.is(&["a"]) {
            self.link(tag);
        }
        if self.is_whole && tag.is(&["ol", "ul"]) {
            match tag.is_end {
                true => drop(self.lists.pop()),
                false => self.lists.push(tag.is(&["ol"]).then_some(0)),
            }
        }
    }

    /// What stands before the next item of a list.
    fn marker(&mut self) -> String {
        match self.lists.last_mut() {
            Some(Some(number)) => {
                *number = number.saturating_add(1);
                format!("{number}.")
            }
            Some(None) | None => "-".to_owned(),
        }
    }

    /// Writes the address of a link after its text, unless that says it.
    fn link(&mut self, tag: &Tag<'_>) {
        if !tag.is_end {
            self.link = address(tag.source).map(|address| (address, self.out.len()));
            return;
        }
        let Some((address, start)) = self.link.take() else {
            return;
        };
        let said = self.out.get(start..).unwrap_or_default().trim();
        let bare = address.strip_prefix("mailto:").unwrap_or(&address);
        if said != address && said != bare {
            self.out.push_str(&format!(" <{bare}>"));
        }
    }
}

/// Where a link leads, as a clean tag says it.
fn address(tag: &str) -> Option<String> {
    let (_, from) = tag.split_once(" href=\"")?;
    let (value, _) = from.split_once('"')?;
    let mut address = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        let (decoded, len) = reference(from);
        address.push_str(before);
        address.push_str(&decoded);
        rest = from.get(len..).unwrap_or_default();
    }
    address.push_str(rest);
    Some(address)
}

fn step(depth: usize, is_end: bool) -> usize {
    if is_end {
        depth.saturating_sub(1)
    } else {
        (depth + 1).min(QUOTE_DEPTH_MAX)
    }
}

/// What the character reference at the start of `from`, which begins with `&`, stands for, and its
/// length; the `&` itself where there is none.
fn reference(from: &str) -> (String, usize) {
    let end = from
        .bytes()
        .take(REFERENCE_BYTES_MAX)
        .position(|byte| byte == b';');
    let known = end
        .and_then(|end| from.get(..=end))
        .and_then(|text| Some((decode(text)?, text.len())));
    known.unwrap_or_else(|| ("&".to_owned(), 1))
}

fn decode(reference: &str) -> Option<String> {
    let name = reference.strip_prefix('&')?.strip_suffix(';')?;
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#') || name.is_empty() {
        return None;
    }
    let decoded = contained(|| mail_parser::decoders::html::html_to_text(reference))?;
    // Where it knows none, it gives the reference back.
    let is_known = decoded != reference && !decoded.is_empty();
    is_known.then(|| decoded.replace('\u{A0}', " "))
}

#[cfg(test)]
mod tests;
