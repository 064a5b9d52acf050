//! Finds the text of a message among its parts: the best of alternatives, the root of related
//! parts, everything of mixed ones. Recursion is bounded by the depth of the structure.

use super::{Content, SEGMENTS_MAX, Segment, TEXT_BYTES_MAX, part_is};
use crate::mail::attachment;
use crate::mail::mime::{Disposition, Kind, Part, Structure};
use crate::mail::plain::Wrapping;

/// Walks the tree for the text. Recursion is bounded by the depth of the structure.
struct Collector<'a> {
    message: &'a [u8],
    structure: &'a Structure,
    children: Vec<Vec<usize>>,
    segments: Vec<Segment>,
    /// Parts that are shown, or stand for one that is.
    used: Vec<bool>,
    text_bytes: usize,
    is_limited: bool,
}

/// The text of a message.
pub(super) struct Collected {
    /// The text, in order.
    pub segments: Vec<Segment>,
    /// Parts that are shown, or stand for one that is.
    pub used: Vec<bool>,
    /// Whether a bound was reached.
    pub is_limited: bool,
}

/// Collects the text of a message.
pub(super) fn collect(message: &[u8], structure: &Structure) -> Collected {
    let mut collector = Collector {
        message,
        structure,
        children: children(structure),
        segments: Vec::new(),
        used: vec![false; structure.parts.len()],
        text_bytes: 0,
        is_limited: structure.is_limited,
    };
    collector.collect(0);
    Collected {
        segments: collector.segments,
        used: collector.used,
        is_limited: collector.is_limited,
    }
}

/// The children of each part.
fn children(structure: &Structure) -> Vec<Vec<usize>> {
    let mut children = vec![Vec::new(); structure.parts.len()];
    for (index, part) in structure.parts.iter().enumerate() {
        if let Some(of_parent) = part.parent.and_then(|parent| children.get_mut(parent)) {
            of_parent.push(index);
        }
    }
    children
}

impl Collector<'_> {
    fn collect(&mut self, index: usize) {
        let Some(part) = self.structure.parts.get(index) else {
            return;
        };
        let is_childless = self.children.get(index).is_none_or(Vec::is_empty);
        match (part.kind, part.content_type.value.as_str()) {
            (Kind::Message, _) => {}
            // Its boundary never came: all of it is text.
            (Kind::Multipart, _) if is_childless && !part.body.is_empty() => self.lost(index),
            (Kind::Multipart, "multipart/alternative") => self.alternative(index),
            (Kind::Multipart, "multipart/related" | "multipart/signed") => self.root(index),
            (Kind::Multipart, "multipart/encrypted") => {}
            (Kind::Multipart, _) => {
                for child in self.children_of(index) {
                    self.collect(child);
                }
            }
            (Kind::Leaf, _) => self.leaf(index, None),
        }
    }

    /// The last child that can be shown is the best (RFC 2046 §5.1.4); the plain one is kept.
    fn alternative(&mut self, index: usize) {
        let children = self.children_of(index);
        let plain = children
            .iter()
            .copied()
            .find(|&child| part_is(self.structure, child, "text/plain") && self.is_text(child));
        let best = children
            .iter()
            .copied()
            .rev()
            .find(|&child| self.is_showable(child));
        let Some(best) = best else { return };
        let alternative = plain.filter(|&plain| plain != best);
        let text = alternative.and_then(|plain| self.take_text(plain));
        for &child in &children {
            // What says the same is not offered as a file; a calendar is.
            if self.is_text(child) && !part_is(self.structure, child, "text/calendar") {
                self.mark_used(child);
            }
        }
        let before = self.segments.len();
        self.collect_with(best, text);
        if self.segments.len() == before
            && let Some(plain) = plain
        {
            self.collect(plain);
        }
    }

    fn children_of(&mut self, index: usize) -> Vec<usize> {
        self.children
            .get_mut(index)
            .map(std::mem::take)
            .unwrap_or_default()
    }

    fn collect_with(&mut self, index: usize, alternative: Option<String>) {
        let Some(part) = self.structure.parts.get(index) else {
            return;
        };
        if part.kind == Kind::Leaf {
            self.leaf(index, alternative);
            return;
        }
        let before = self.segments.len();
        self.collect(index);
        // HTML inside multipart/related inside the alternative.
        if let Some(Segment {
            content:
                Content::Html {
                    alternative: none @ None,
                    ..
                },
            ..
        }) = self.segments.get_mut(before)
        {
            *none = alternative;
        }
    }

    /// The first child, or the one that `start` names (RFC 2387 §3.2).
    fn root(&mut self, index: usize) {
        let children = self.children_of(index);
        let start = self
            .structure
            .parts
            .get(index)
            .and_then(|part| part.content_type.param("start"))
            .map(|start| start.trim_matches(['<', '>']).to_owned());
        let named = start.and_then(|start| {
            children.iter().copied().find(|&child| {
                let part = self.structure.parts.get(child);
                part.is_some_and(|part| part.content_id.as_deref() == Some(start.as_str()))
            })
        });
        let root = named.or_else(|| children.first().copied());
        if let Some(root) = root {
            self.collect(root);
        }
    }

    fn leaf(&mut self, index: usize, alternative: Option<String>) {
        let is_body =
            self.structure.parts.len() == 1 || !attachment::is_attached(self.structure, index);
        if !is_body || !self.is_text(index) {
            return;
        }
        if self.segments.len() >= SEGMENTS_MAX {
            self.is_limited = true;
            return;
        }
        let Some(text) = self.take_text(index) else {
            return;
        };
        self.mark_used(index);
        if text.trim().is_empty() {
            return;
        }
        let Some(part) = self.structure.parts.get(index) else {
            return;
        };
        let content = if part.is_type("text/html") || part.is_type("application/xhtml+xml") {
            Content::Html {
                html: text,
                alternative,
            }
        } else {
            Content::Plain {
                text,
                wrapping: wrapping(part),
            }
        };
        self.segments.push(Segment {
            part: index,
            content,
        });
    }

    /// The body of a multipart whose parts could not be told apart, as text.
    fn lost(&mut self, index: usize) {
        if let Some(text) = self.take_text(index)
            && !text.trim().is_empty()
            && self.segments.len() < SEGMENTS_MAX
        {
            self.segments.push(Segment {
                part: index,
                content: Content::Plain {
                    text,
                    wrapping: Wrapping::Fixed,
                },
            });
        }
    }

    /// The text of a part, if what is left of the bound allows all of it.
    fn take_text(&mut self, index: usize) -> Option<String> {
        let part = self.structure.parts.get(index)?;
        let left = TEXT_BYTES_MAX.saturating_sub(self.text_bytes);
        let text = part.text(self.message, left.saturating_add(1));
        if part.body.len() > left && text.len() > left {
            self.is_limited = true;
            return None;
        }
        self.text_bytes = self.text_bytes.saturating_add(text.len());
        Some(text)
    }

    fn mark_used(&mut self, index: usize) {
        if let Some(used) = self.used.get_mut(index) {
            *used = true;
        }
    }

    fn is_text(&self, index: usize) -> bool {
        self.structure.parts.get(index).is_some_and(|part| {
            let is_text = match part.top_type() {
                // A multipart without parts is text whose structure was lost.
                "multipart" => true,
                "text" => {
                    matches!(
                        part.content_type.value.as_str(),
                        "text/plain"
                            | "text/html"
                            | "text/enriched"
                            | "text/markdown"
                            | "text/x-amp-html"
                    ) || part.disposition != Some(Disposition::Attachment)
                        && part.file_name.is_none()
                        && !part.is_type("text/calendar")
                        && !part.is_type("text/rfc822-headers")
                }
                _ => part.is_type("application/xhtml+xml"),
            };
            part.kind == Kind::Leaf && is_text
        })
    }

    /// Whether something under `index` can be shown as the better alternative.
    fn is_showable(&self, index: usize) -> bool {
        let Some(part) = self.structure.parts.get(index) else {
            return false;
        };
        match part.kind {
            Kind::Leaf => {
                self.is_text(index) && !part.body.is_empty() && !part.is_type("text/x-amp-html")
            }
            Kind::Multipart => true,
            Kind::Message => false,
        }
    }
}

fn wrapping(part: &Part) -> Wrapping {
    let param = |name: &str| part.content_type.param(name).unwrap_or_default();
    if part.is_type("text/plain") && param("format").eq_ignore_ascii_case("flowed") {
        Wrapping::Flowed {
            delete_space: param("delsp").eq_ignore_ascii_case("yes"),
        }
    } else {
        Wrapping::Fixed
    }
}
