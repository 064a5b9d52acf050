//! How much work a browser's parsing rules make of some HTML, found out before it is done in full.
//!
//! The rules are not linear: unclosed formatting elements are opened again in every block, tables
//! push content out in front of themselves, every start tag may walk the stack of open elements.
//! A few kilobytes can ask for gigabytes. So the HTML is first parsed into nothing, by the same
//! parser with the same rules, in small pieces, and the steps are counted; past the budget it
//! stops.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink as _};
use html5ever::{Attribute, QualName, local_name, ns};

use crate::mail::contain::contained;

/// Most elements that a message's tree may have.
const ELEMENTS_MAX: u64 = 100_000;
/// Most steps its parsing may take; a newsletter takes some hundred thousand.
const STEPS_MAX: u64 = 10_000_000;
/// Text shorter than this, in bytes, is a crumb: longer runs are few.
const CRUMB_BYTES: usize = 32;
/// How much is parsed between two looks at the counters, in bytes.
const PIECE_BYTES: usize = 128;

/// Whether `html` can be parsed within the budget.
pub(super) fn is_within(html: &str) -> bool {
    contained(|| run(html)).unwrap_or(false)
}

fn run(html: &str) -> bool {
    let context = QualName::new(None, ns!(html), local_name!("div"));
    let mut parser = html5ever::parse_fragment(
        Counter::default(),
        html5ever::ParseOpts::default(),
        context,
        Vec::new(),
        false,
    );
    let mut separators = Separators::default();
    let mut rest = html;
    while !rest.is_empty() {
        let (piece, tail) = rest.split_at(piece_len(rest));
        rest = tail;
        let sink = &parser.tokenizer.sink.sink;
        sink.step(separators.steps(piece, sink.calls.get()));
        parser.process(StrTendril::from_slice(piece));
        if parser.tokenizer.sink.sink.is_exhausted() {
            return false;
        }
    }
    !parser.finish().is_exhausted()
}

fn piece_len(text: &str) -> usize {
    if text.len() <= PIECE_BYTES {
        return text.len();
    }
    (1..=PIECE_BYTES)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(text.len())
}

/// The tokenizer compares each new attribute of a tag with all before it. Attributes have
/// something between them, so the separators since the tree was last touched bound their number.
#[derive(Default)]
struct Separators {
    pending: u64,
    calls_seen: u64,
}

impl Separators {
    fn steps(&mut self, piece: &str, calls: u64) -> u64 {
        if calls != self.calls_seen {
            self.calls_seen = calls;
            self.pending = 0;
        }
        let count = piece
            .bytes()
            .filter(|b| {
                matches!(
                    b,
                    b' ' | b'\t' | b'\n' | b'\x0C' | b'\r' | b'/' | b'"' | b'\''
                )
            })
            .count() as u64;
        let steps = count.saturating_mul(self.pending) / 8;
        self.pending += count;
        steps
    }
}

/// An element of a tree that is never built.
#[derive(Debug)]
struct Element {
    name: QualName,
    is_integration_point: bool,
}

/// Counts what a tree would cost.
#[derive(Debug, Default)]
struct Counter {
    elements: Cell<u64>,
    steps: Cell<u64>,
    calls: Cell<u64>,
    /// Text inserted since the last element.
    text_bytes: Cell<u64>,
    /// Insertions so far: how long a list of children may be that has to be searched.
    inserted: Cell<u64>,
}

impl Counter {
    fn step(&self, steps: u64) {
        self.steps.set(self.steps.get().saturating_add(steps));
    }

    fn call(&self) {
        self.calls.set(self.calls.get() + 1);
    }

    fn insertion(&self, child: &NodeOrText<Rc<Element>>) {
        self.call();
        self.inserted.set(self.inserted.get() + 1);
        self.step(5);
        // Text is added to the text before it, which costs more the longer that is; in crumbs, as
        // character references come, it adds up.
        let text = match child {
            NodeOrText::AppendText(text) if text.len() < CRUMB_BYTES => {
                self.step(self.text_bytes.get() / 2048);
                self.text_bytes.get() + text.len() as u64
            }
            NodeOrText::AppendText(text) => self.text_bytes.get() + text.len() as u64,
            NodeOrText::AppendNode(_) => 0,
        };
        self.text_bytes.set(text);
    }

    /// A search through a list of siblings.
    fn search(&self) {
        self.call();
        self.step(self.inserted.get() / 16 + 1);
    }

    fn is_exhausted(&self) -> bool {
        self.elements.get() > ELEMENTS_MAX || self.steps.get() > STEPS_MAX
    }

    fn node(name: QualName, is_integration_point: bool) -> Rc<Element> {
        Rc::new(Element {
            name,
            is_integration_point,
        })
    }

    fn nameless() -> Rc<Element> {
        Self::node(QualName::new(None, ns!(), local_name!("")), false)
    }
}

impl TreeSink for Counter {
    type Handle = Rc<Element>;
    type Output = Self;
    type ElemName<'a> = html5ever::ExpandedName<'a>;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _message: Cow<'static, str>) {
        // Costs as much as an element, and a single byte can be one.
        self.step(20);
    }

    fn get_document(&self) -> Self::Handle {
        Self::nameless()
    }

    fn elem_name<'a>(&'a self, target: &'a Self::Handle) -> Self::ElemName<'a> {
        self.step(1);
        target.name.expanded()
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> Self::Handle {
        self.elements.set(self.elements.get() + 1);
        self.call();
        self.step(1 + attributes.len() as u64);
        Self::node(name, flags.mathml_annotation_xml_integration_point)
    }

    fn create_comment(&self, _text: StrTendril) -> Self::Handle {
        self.call();
        Self::nameless()
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> Self::Handle {
        self.call();
        Self::nameless()
    }

    fn append(&self, _parent: &Self::Handle, child: NodeOrText<Self::Handle>) {
        self.insertion(&child);
    }

    fn append_based_on_parent_node(
        &self,
        _element: &Self::Handle,
        _previous: &Self::Handle,
        child: NodeOrText<Self::Handle>,
    ) {
        self.insertion(&child);
        self.search();
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {
        self.call();
    }

    fn get_template_contents(&self, target: &Self::Handle) -> Self::Handle {
        Rc::clone(target)
    }

    fn same_node(&self, x: &Self::Handle, y: &Self::Handle) -> bool {
        self.step(1);
        Rc::ptr_eq(x, y)
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, _sibling: &Self::Handle, new: NodeOrText<Self::Handle>) {
        self.insertion(&new);
        self.search();
    }

    fn add_attrs_if_missing(&self, _target: &Self::Handle, attributes: Vec<Attribute>) {
        self.call();
        self.step(attributes.len() as u64);
    }

    fn remove_from_parent(&self, _target: &Self::Handle) {
        self.search();
    }

    fn reparent_children(&self, _node: &Self::Handle, _new_parent: &Self::Handle) {
        self.search();
    }

    fn is_mathml_annotation_xml_integration_point(&self, handle: &Self::Handle) -> bool {
        handle.is_integration_point
    }

    fn maybe_clone_an_option_into_selectedcontent(&self, _option: &Self::Handle) {
        // Copies a subtree of unknown size.
        self.call();
        self.step(self.inserted.get() + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::is_within;

    #[test]
    fn ordinary_mail_is_within() {
        let row = "<tr><td style='padding:0'><table><tr><td><a href='https://example.com/x/y?z'>text</a></td></tr></table></td></tr>";
        assert!(is_within(&format!("<table>{}</table>", row.repeat(3000))));
        let thread = format!(
            "{}deep{}",
            "<blockquote>".repeat(200),
            "</blockquote>".repeat(200)
        );
        assert!(is_within(&thread));
        let picture = format!(
            "<img src=\"data:image/png;base64,{}\">",
            format!("{}/", "A".repeat(63)).repeat(10_000)
        );
        assert!(is_within(&picture));
        let comment = format!(
            "<!--[if mso]>{}<![endif]-->",
            "<w:x a=\"b\" c=\"d\"/>\n".repeat(1000)
        );
        assert!(is_within(&comment));
        let log = format!(
            "<pre>{}</pre>",
            "a line of a log, a line of a log\n".repeat(30_000)
        );
        assert!(is_within(&log));
    }

    #[test]
    fn bombs_are_not() {
        let formatting: String = (0..1000).map(|n| format!("<b id={n}>")).collect();
        let bombs = [
            (
                "formatting",
                format!("{formatting}{}", "<p>x".repeat(100_000)),
            ),
            ("nesting", "<div>".repeat(200_000)),
            ("foster", format!("<table>{}", "x<i></i>".repeat(100_000))),
            (
                "attributes",
                format!(
                    "<div {}>",
                    (0..200_000).map(|n| format!("a{n} ")).collect::<String>()
                ),
            ),
            ("elements", "<br>".repeat(150_000)),
            ("entities", "&amp;".repeat(800_000)),
            ("errors", "<".repeat(1_000_000)),
            ("adoption", "<b><div></b>".repeat(50_000)),
            ("links", "<a><div>".repeat(50_000)),
        ];
        for (name, html) in bombs {
            assert!(!is_within(&html), "{name}");
        }
    }
}
