//! All files of a message as one archive: stored, not packed, written while it is sent.
//!
//! The format is PKWARE's APPNOTE.TXT, without its extensions: a message is far below 4 GB.

use std::collections::HashSet;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::files::named;
use super::message::find;
use super::reading::{Pipe, whole};
use crate::clock::Timestamp;
use crate::mail::attachment::safe_file_name;
use crate::mail::view::View;
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::security::FILES;
use crate::web::session::User;

/// Most files in an archive.
const FILES_MAX: usize = 1_000;
/// Largest file in an archive, in bytes.
const FILE_BYTES_MAX: usize = 128 * 1024 * 1024;

/// `GET /mail/{folder}/{id}/zip`.
pub async fn zip(
    State(web): State<Web>,
    User(session): User,
    Path((folder, id)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let opened = find(&web, &session, &folder, &id)?;
    let message = &opened.message;
    let at = message.received_at;
    let subject: String = message.summary.subject.chars().take(60).collect();
    let subject = subject.replace(['/', '\\'], "_");
    let name = match subject.trim() {
        "" => format!("message-{id}.zip"),
        subject => safe_file_name(Some(&format!("{subject}.zip")), 0, "application/zip"),
    };
    let whole = whole(&web, message).await?;
    let body = whole.streamed(move |bytes, pipe| archive(bytes, at, pipe));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/zip"),
        ),
        (header::CONTENT_SECURITY_POLICY, FILES),
        (header::CONTENT_DISPOSITION, named("attachment", &name)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, body).into_response())
}

fn archive(message: &[u8], at: Timestamp, pipe: &mut Pipe) -> Option<()> {
    let view = View::parse(message);
    let mut archive = Archive::new(at);
    for file in view.attachments.iter().take(FILES_MAX) {
        let bytes = match file.inside {
            Some(number) => view
                .inside(message, file.part, number)
                .map(|(_, bytes)| bytes),
            None => view.part_bytes(message, file.part, FILE_BYTES_MAX),
        };
        // What cannot be had cannot be had one by one either.
        let Some(bytes) = bytes else { continue };
        pipe.push(&archive.begin(&file.file_name, &bytes)?)?;
        for piece in bytes.chunks(64 * 1024) {
            pipe.push(piece)?;
        }
    }
    pipe.push(&archive.finish()?)
}

/// An archive while it is written.
struct Archive {
    names: HashSet<String>,
    directory: Vec<u8>,
    count: u16,
    written: u32,
    time: u16,
    date: u16,
}

impl Archive {
    fn new(at: Timestamp) -> Self {
        let at = at.to_jiff().to_zoned(jiff::tz::TimeZone::UTC);
        let number = |value: i16| u16::try_from(value).unwrap_or(0);
        let year = number(at.year()).clamp(1980, 2107) - 1980;
        let (month, day) = (number(at.month().into()), number(at.day().into()));
        let (hour, minute) = (number(at.hour().into()), number(at.minute().into()));
        Self {
            names: HashSet::new(),
            directory: Vec::new(),
            count: 0,
            written: 0,
            time: (hour << 11) | (minute << 5) | (number(at.second().into()) / 2),
            date: year << 9 | month << 5 | day,
        }
    }

    /// The header of a file whose bytes follow; `None` where the archive is full.
    fn begin(&mut self, name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
        let name = self.unique(name);
        let size = u32::try_from(bytes.len()).ok()?;
        let name_len = u16::try_from(name.len()).ok()?;
        // Version 2.0, names in UTF-8, stored.
        let mut common = Vec::with_capacity(26);
        for field in [20, 1 << 11, 0, self.time, self.date] {
            common.extend_from_slice(&u16::to_le_bytes(field));
        }
        for field in [crc32(bytes), size, size] {
            common.extend_from_slice(&field.to_le_bytes());
        }
        common.extend_from_slice(&name_len.to_le_bytes());
        // No extra field.
        common.extend_from_slice(&[0, 0]);
        let mut header = b"PK\x03\x04".to_vec();
        header.extend_from_slice(&common);
        header.extend_from_slice(name.as_bytes());

        self.directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        self.directory.extend_from_slice(&common);
        // Comment, disk, and two kinds of attributes: none.
        self.directory.extend_from_slice(&[0; 10]);
        self.directory
            .extend_from_slice(&self.written.to_le_bytes());
        self.directory.extend_from_slice(name.as_bytes());
        let header_len = u32::try_from(header.len()).ok()?;
        self.written = self.written.checked_add(header_len)?.checked_add(size)?;
        self.count = self.count.checked_add(1)?;
        Some(header)
    }

    /// The end of the archive.
    fn finish(self) -> Option<Vec<u8>> {
        let size = u32::try_from(self.directory.len()).ok()?;
        let mut end = self.directory;
        end.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        end.extend_from_slice(&self.count.to_le_bytes());
        end.extend_from_slice(&self.count.to_le_bytes());
        end.extend_from_slice(&size.to_le_bytes());
        end.extend_from_slice(&self.written.to_le_bytes());
        end.extend_from_slice(&[0, 0]);
        Some(end)
    }

    /// A name that no other file has, also where upper and lower case are one.
    fn unique(&mut self, name: &str) -> String {
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
            _ => (name, String::new()),
        };
        let mut candidate = name.to_owned();
        let mut number = 2;
        while !self.names.insert(candidate.to_lowercase()) {
            candidate = format!("{stem} ({number}){extension}");
            number += 1;
        }
        candidate
    }
}

/// CRC-32 as archives have it (ISO 3309, reflected).
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    !bytes.iter().fold(!0_u32, |crc, byte| {
        let at = (crc ^ u32::from(*byte)) & 0xff;
        let entry = usize::try_from(at).ok().and_then(|at| TABLE.get(at));
        crc >> 8 ^ entry.copied().unwrap_or(0)
    })
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut value = at as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 {
                value >> 1 ^ 0xedb8_8320
            } else {
                value >> 1
            };
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
}

#[cfg(test)]
mod tests;
