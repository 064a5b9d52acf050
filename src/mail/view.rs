//! What a reader is shown of a message: its text, its pictures, its files.
//!
//! Never fails and never takes more than its bounds: what cannot be shown is offered as a file, and
//! the whole message is offered raw in any case.

mod collect;

use std::collections::HashMap;

use super::attachment::{self, Preview};
use super::calendar::{CALENDAR_BYTES_MAX, Invitation};
use super::fields::Fields;
use super::mime::{Encoding, Kind, Part, Structure};
use super::plain::Wrapping;
use super::snippet;
use super::tnef::{self, Tnef};
use super::words;
use collect::{Collected, collect};

/// Most text shown of one message, in bytes as decoded from transfer encoding.
pub const TEXT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most pieces of text shown of one message.
pub const SEGMENTS_MAX: usize = 50;

/// Largest winmail.dat that is looked into, in bytes.
const CONTAINER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A piece of the message's text, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Number of the part it comes from.
    pub part: usize,
    /// The text.
    pub content: Content,
}

/// Text as it came; hostile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Plain text.
    Plain {
        /// The text.
        text: String,
        /// How it is wrapped.
        wrapping: Wrapping,
    },
    /// HTML, to be sanitised.
    Html {
        /// The HTML.
        html: String,
        /// The same in plain text, where the sender gave it: for when the HTML cannot be shown.
        alternative: Option<String>,
    },
}

/// A file of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Number of its part.
    pub part: usize,
    /// Its number inside that part, if that is a winmail.dat.
    pub inside: Option<usize>,
    /// A safe name to save it under.
    pub file_name: String,
    /// The declared type, in lower case, if it is well formed.
    pub content_type: String,
    /// Its size in bytes, estimated from the encoded size.
    pub size_bytes: u64,
    /// Whether it may be shown in the browser.
    pub preview: Preview,
}

/// What protects the message, where something does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Signed by OpenPGP or S/MIME; the signature is not verified.
    Signed,
    /// Encrypted: the standby has no key, the message must be read where the key is.
    Encrypted,
}

/// A message taken apart.
#[derive(Clone, Debug)]
pub struct View {
    /// The text, in order; empty when there is none that can be shown.
    pub segments: Vec<Segment>,
    /// The files.
    pub attachments: Vec<Attachment>,
    /// Raster pictures inside the text: Content-ID to part number.
    pub inline_images: HashMap<String, usize>,
    /// Number of the part with an invitation (text/calendar), where there is one.
    pub calendar: Option<usize>,
    /// What protects it.
    pub protection: Option<Protection>,
    /// Whether something was left out at a bound, so that only the raw message is complete.
    pub is_limited: bool,
    structure: Structure,
}

impl View {
    /// Takes a message apart.
    pub fn parse(message: &[u8]) -> Self {
        let structure = Structure::parse(message);
        let Collected {
            segments,
            used,
            is_limited,
        } = collect(message, &structure);
        let own = own_parts(&structure);
        let mut attachments = attachments(message, &structure, &own, &used);
        let mut segments = segments;
        unwrap_containers(message, &structure, &mut attachments, &mut segments);
        Self {
            attachments,
            inline_images: inline_images(&structure, &own),
            calendar: own.iter().copied().find(|&index| {
                part_is(&structure, index, "text/calendar")
                    || part_is(&structure, index, "application/ics")
            }),
            protection: protection(&structure).or_else(|| inline_protection(&segments)),
            segments,
            is_limited,
            structure,
        }
    }

    /// Whether the page can show nothing of the message but its headers, though it has a body.
    pub fn is_raw_only(&self) -> bool {
        let has_body = self
            .structure
            .parts
            .first()
            .is_some_and(|part| !part.body.is_empty());
        self.segments.is_empty() && self.attachments.is_empty() && has_body
    }

    /// One part of the message that was parsed, or `None` where there is no such part.
    pub fn part(&self, index: usize) -> Option<&Part> {
        self.structure.parts.get(index)
    }

    /// The decoded bytes of a part, as a file: a nested message as it stands, anything else with
    /// its transfer encoding undone. At most `bytes_max`; `None` where there is no such part or it
    /// is larger.
    pub fn part_bytes(&self, message: &[u8], index: usize, bytes_max: usize) -> Option<Vec<u8>> {
        let part = self.structure.parts.get(index)?;
        if part.kind == Kind::Multipart {
            return None;
        }
        let bytes = part.decoded(message, bytes_max.saturating_add(1));
        (bytes.len() <= bytes_max).then_some(bytes)
    }

    /// A file inside a winmail.dat: its name and its bytes.
    pub fn inside(&self, message: &[u8], part: usize, number: usize) -> Option<(String, Vec<u8>)> {
        let bytes = self.part_bytes(message, part, CONTAINER_BYTES_MAX)?;
        let file = Tnef::parse(&bytes)?.files.into_iter().nth(number)?;
        let name = attachment::safe_file_name(Some(&file.name), number, "");
        Some((name, bytes.get(file.data)?.to_vec()))
    }

    /// The invitation in the message, where there is one that can be read.
    pub fn invitation(&self, message: &[u8]) -> Option<Invitation> {
        let part = self.structure.parts.get(self.calendar?)?;
        let bytes = part.decoded(message, CALENDAR_BYTES_MAX);
        let charset = part.content_type.param("charset");
        let text = super::charset::decode(charset.or(Some("utf-8")), &bytes);
        Invitation::parse(text.as_bytes(), part.content_type.param("method"))
    }

    /// The text of the whole message without formatting, for search and quoting.
    pub fn plain_text(&self) -> String {
        let mut out = String::new();
        for segment in &self.segments {
            if !out.is_empty() {
                out.push_str("\n\n");
            }
            match &segment.content {
                Content::Plain { text, .. } => out.push_str(text),
                Content::Html {
                    alternative: Some(text),
                    ..
                } => out.push_str(text),
                Content::Html { html, .. } => out.push_str(&snippet::text_of_html(html)),
            }
        }
        out
    }
}

fn part_is(structure: &Structure, index: usize, full_type: &str) -> bool {
    structure
        .parts
        .get(index)
        .is_some_and(|part| part.is_type(full_type))
}

/// The parts of the message itself, not of messages inside it.
fn own_parts(structure: &Structure) -> Vec<usize> {
    let mut is_own = vec![true; structure.parts.len()];
    for (index, part) in structure.parts.iter().enumerate() {
        let Some(parent) = part.parent else { continue };
        let in_message = structure
            .parts
            .get(parent)
            .is_some_and(|parent| parent.kind == Kind::Message);
        // Parents come before their children.
        let parent_is_own = is_own.get(parent).copied().unwrap_or(false);
        if let Some(own) = is_own.get_mut(index) {
            *own = parent_is_own && !in_message;
        }
    }
    is_own
        .iter()
        .enumerate()
        .filter_map(|(index, own)| own.then_some(index))
        .collect()
}

fn attachments(
    message: &[u8],
    structure: &Structure,
    own: &[usize],
    used: &[bool],
) -> Vec<Attachment> {
    let is_shown = |index: usize| used.get(index).copied().unwrap_or(false);
    own.iter()
        .copied()
        .filter(|&index| !is_shown(index))
        .filter(|&index| {
            attachment::is_attached(structure, index) || is_left_over(structure, index)
        })
        .filter_map(|index| {
            let part = structure.parts.get(index)?;
            Some(attachment_of(message, part, index))
        })
        .collect()
}

/// A text that no segment shows: better a file than lost. The plain alternative of shown HTML is
/// marked as used.
fn is_left_over(structure: &Structure, index: usize) -> bool {
    structure.parts.get(index).is_some_and(|part| {
        part.kind == Kind::Leaf
            && matches!(part.top_type(), "text" | "multipart")
            && !part.body.is_empty()
            && !part.is_type("text/rfc822-headers")
    })
}

fn attachment_of(message: &[u8], part: &Part, index: usize) -> Attachment {
    let content_type = part.content_type.value.as_str();
    let subject = (part.kind == Kind::Message)
        .then(|| nested_subject(part.raw(message)))
        .flatten();
    let name = part.file_name.as_deref().or(subject.as_deref());
    Attachment {
        part: index,
        inside: None,
        file_name: attachment::safe_file_name(name, index, content_type),
        content_type: attachment::safe_type(content_type).to_owned(),
        size_bytes: decoded_size(part),
        preview: attachment::preview(content_type),
    }
}

/// Lists what is in each winmail.dat after it; shows its text where there is no other.
fn unwrap_containers(
    message: &[u8],
    structure: &Structure,
    attachments: &mut Vec<Attachment>,
    segments: &mut Vec<Segment>,
) {
    let mut all = Vec::with_capacity(attachments.len());
    for container in std::mem::take(attachments) {
        let part = structure.parts.get(container.part);
        let is_container = tnef::is_container(&container.content_type, Some(&container.file_name));
        let found = part.filter(|_| is_container).and_then(|part| {
            Tnef::parse(&part.decoded(message, CONTAINER_BYTES_MAX)).map(|found| (part, found))
        });
        let index = container.part;
        all.push(container);
        let Some((_, found)) = found else { continue };
        for (number, file) in found.files.into_iter().enumerate() {
            all.push(Attachment {
                part: index,
                inside: Some(number),
                file_name: attachment::safe_file_name(Some(&file.name), number, ""),
                content_type: "application/octet-stream".to_owned(),
                size_bytes: file.data.len() as u64,
                preview: Preview::DownloadOnly,
            });
        }
        if segments.is_empty() && !found.text.trim().is_empty() {
            segments.push(Segment {
                part: index,
                content: Content::Plain {
                    text: found.text,
                    wrapping: Wrapping::Fixed,
                },
            });
        }
    }
    *attachments = all;
}

/// A file name for a message inside a message, from its subject.
fn nested_subject(message: &[u8]) -> Option<String> {
    let subject = Fields::find(message, "subject")?;
    let subject = words::decode_text(subject.value);
    let subject: String = subject
        .chars()
        .map(|c| if matches!(c, '/' | '\\') { '_' } else { c })
        .take(60)
        .collect();
    (!subject.trim().is_empty()).then(|| format!("{}.eml", subject.trim()))
}

fn decoded_size(part: &Part) -> u64 {
    let raw = part.body.len() as u64;
    match part.encoding {
        Encoding::Base64 => raw / 78 * 57 + raw % 78 * 3 / 4,
        _ => raw,
    }
}

fn inline_images(structure: &Structure, own: &[usize]) -> HashMap<String, usize> {
    let mut images = HashMap::new();
    for &index in own {
        let Some(part) = structure.parts.get(index) else {
            continue;
        };
        let is_raster = matches!(
            attachment::preview(&part.content_type.value),
            Preview::Image(_)
        );
        if let (true, Some(cid)) = (is_raster, &part.content_id) {
            images.entry(cid.clone()).or_insert(index);
        }
    }
    images
}

fn protection(structure: &Structure) -> Option<Protection> {
    let first = structure.parts.first()?;
    let is_mime = matches!(
        first.content_type.value.as_str(),
        "application/pkcs7-mime" | "application/x-pkcs7-mime"
    );
    if first.is_type("multipart/encrypted") {
        return Some(Protection::Encrypted);
    }
    if is_mime {
        let kind = first.content_type.param("smime-type").unwrap_or_default();
        return Some(if kind.eq_ignore_ascii_case("signed-data") {
            Protection::Signed
        } else {
            Protection::Encrypted
        });
    }
    first
        .is_type("multipart/signed")
        .then_some(Protection::Signed)
}

/// OpenPGP written into the text itself.
fn inline_protection(segments: &[Segment]) -> Option<Protection> {
    segments.iter().find_map(|segment| {
        let Content::Plain { text, .. } = &segment.content else {
            return None;
        };
        let begins = |line: &str| text.lines().take(200).any(|found| found.trim_end() == line);
        if begins("-----BEGIN PGP MESSAGE-----") {
            Some(Protection::Encrypted)
        } else {
            begins("-----BEGIN PGP SIGNED MESSAGE-----").then_some(Protection::Signed)
        }
    })
}

#[cfg(test)]
pub(crate) mod tests;
