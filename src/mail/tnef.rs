//! winmail.dat: what Outlook wraps files and text in for other Outlooks ([MS-OXTNEF]).
//!
//! Reads the files and the plain text, bounded and in one pass; what is odd ends it, and what was found
//! until then counts. The container itself is offered too.

use std::ops::Range;

use super::charset;
use super::fields::cut;
use super::words::one_line;

/// Most files listed.
const FILES_MAX: usize = 200;
/// Most attributes, and most properties of one attribute, that are read.
const ATTRIBUTES_MAX: usize = 5_000;
/// Most plain text read, in bytes.
const TEXT_BYTES_MAX: usize = 256 * 1024;
/// What such a container begins with.
const SIGNATURE: [u8; 4] = [0x78, 0x9f, 0x3e, 0x22];

const BODY: u32 = 0x800c;
const ATTACH_RENDER: u32 = 0x9002;
const ATTACH_TITLE: u32 = 0x8010;
const ATTACH_DATA: u32 = 0x800f;
const ATTACH_PROPERTIES: u32 = 0x9005;
const PROPERTY_LONG_NAME: u16 = 0x3707;

/// A file in the container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Its name; hostile.
    pub name: String,
    /// Where its bytes lie in the container.
    pub data: Range<usize>,
}

/// What is in a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tnef {
    /// The files.
    pub files: Vec<File>,
    /// The plain text; empty where there is none.
    pub text: String,
}

impl Tnef {
    /// Reads the decoded bytes of a part; `None` where they are no such container.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader { bytes, at: 0 };
        if reader.take(4)? != SIGNATURE {
            return None;
        }
        reader.take(2)?;
        let mut found = Self::default();
        let mut file: Option<File> = None;
        for _ in 0..ATTRIBUTES_MAX {
            let Some(attribute) = reader.attribute() else {
                break;
            };
            let data = bytes.get(attribute.data.clone()).unwrap_or_default();
            match attribute.id {
                BODY => found.text = text(data),
                ATTACH_RENDER => {
                    found.keep(file.take());
                    file = Some(File::default());
                }
                ATTACH_TITLE => {
                    let file = file.get_or_insert_default();
                    if file.name.is_empty() {
                        file.name = name(data);
                    }
                }
                ATTACH_DATA => file.get_or_insert_default().data = attribute.data,
                ATTACH_PROPERTIES => {
                    if let Some(long) = long_name(data) {
                        file.get_or_insert_default().name = long;
                    }
                }
                _ => {}
            }
        }
        found.keep(file);
        Some(found)
    }

    fn keep(&mut self, file: Option<File>) {
        self.files
            .extend(file.filter(|file| !file.data.is_empty() && self.files.len() < FILES_MAX));
    }
}

/// Whether a part of this type and name may be such a container.
pub fn is_container(content_type: &str, file_name: Option<&str>) -> bool {
    matches!(
        content_type,
        "application/ms-tnef" | "application/vnd.ms-tnef"
    ) || file_name.is_some_and(|name| name.eq_ignore_ascii_case("winmail.dat"))
}

fn text(data: &[u8]) -> String {
    let data = data.get(..TEXT_BYTES_MAX).unwrap_or(data);
    let end = data.iter().position(|b| *b == 0).unwrap_or(data.len());
    charset::guess(data.get(..end).unwrap_or_default())
}

fn name(data: &[u8]) -> String {
    cut(one_line(&text(data)), 500)
}

struct Attribute {
    id: u32,
    data: Range<usize>,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn len(&mut self) -> Option<usize> {
        usize::try_from(self.u32()?).ok()
    }

    /// Bytes that are followed by padding to a multiple of four.
    fn padded(&mut self, count: usize) -> Option<&'a [u8]> {
        let taken = self.take(count)?;
        self.take(count.wrapping_neg() & 3)?;
        Some(taken)
    }

    fn attribute(&mut self) -> Option<Attribute> {
        let level = *self.take(1)?.first()?;
        if !matches!(level, 1 | 2) {
            return None;
        }
        let id = self.u32()? & 0xffff;
        let count = self.len()?;
        let start = self.at;
        self.take(count)?;
        let data = start..self.at;
        // The checksum; nothing is made of it.
        self.take(2)?;
        Some(Attribute { id, data })
    }

    /// The next property ([MS-OXCDATA] 2.11): its number and, of one that is text, its text.
    fn property(&mut self) -> Option<(u16, Option<String>)> {
        let (kind, id) = (self.u16()?, self.u16()?);
        if id >= 0x8000 {
            self.take(16)?;
            if self.u32()? == 0 {
                self.take(4)?;
            } else {
                let count = self.len()?;
                self.padded(count)?;
            }
        }
        let is_many = kind & 0x1000 != 0;
        let kind = kind & 0x0fff;
        let size = match kind {
            0x0002 | 0x0003 | 0x0004 | 0x000a | 0x000b => Some(4),
            0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => Some(8),
            0x0048 => Some(16),
            0x000d | 0x001e | 0x001f | 0x0102 => None,
            _ => return None,
        };
        let count = if is_many || size.is_none() {
            self.len()?
        } else {
            1
        };
        if count > ATTRIBUTES_MAX {
            return None;
        }
        let mut text_found = None;
        for _ in 0..count {
            let data = match size {
                Some(size) => self.take(size)?,
                None => {
                    let len = self.len()?;
                    self.padded(len)?
                }
            };
            text_found = match kind {
                0x001e => Some(name(data)),
                0x001f => Some(wide(data)),
                _ => text_found,
            };
        }
        Some((id, text_found))
    }
}

fn wide(data: &[u8]) -> String {
    let units = data.chunks_exact(2).take(500).map(|pair| match pair {
        [low, high] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    });
    let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
    cut(one_line(&String::from_utf16_lossy(&units)), 500)
}

/// The long name among the properties of a file.
fn long_name(data: &[u8]) -> Option<String> {
    let mut reader = Reader { bytes: data, at: 0 };
    let count = reader.len()?.min(ATTRIBUTES_MAX);
    for _ in 0..count {
        let (id, text) = reader.property()?;
        if id == PROPERTY_LONG_NAME {
            return text.filter(|text| !text.is_empty());
        }
    }
    None
}

#[cfg(test)]
pub(crate) mod tests;
