//! Which parts are files to the reader, what they are called and how they may be served.

use super::fields::cut;
use super::mime::{Disposition, Kind, Part, Structure};
use super::words;

/// Longest file name offered, in bytes of UTF-8.
pub const FILE_NAME_BYTES_MAX: usize = 120;
/// Longest extension that is kept when a name is cut, in bytes.
const EXTENSION_BYTES_MAX: usize = 12;

/// Types whose parts belong to the machinery of the message and are no files to a reader.
const MACHINERY: &[&str] = &[
    "application/pgp-encrypted",
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "message/delivery-status",
    "message/disposition-notification",
    "text/rfc822-headers",
];

/// Whether part `index` is an attachment: a file beside the text, not the text, nor a picture
/// inside it, nor machinery.
pub fn is_attached(structure: &Structure, index: usize) -> bool {
    let Some(part) = structure.parts.get(index) else {
        return false;
    };
    if MACHINERY.contains(&part.content_type.value.as_str()) {
        return false;
    }
    if part.kind == Kind::Multipart {
        return false;
    }
    if part.disposition == Some(Disposition::Attachment) || part.kind == Kind::Message {
        return true;
    }
    match part.top_type() {
        "text" => {
            let is_body = part.is_type("text/plain") || part.is_type("text/html");
            let shows_inline = is_body && part.disposition == Some(Disposition::Inline);
            index > 0 && part.file_name.is_some() && !shows_inline
        }
        "multipart" => false,
        _ => !is_inside_text(structure, part),
    }
}

/// Whether the part is a picture that an HTML body of the same multipart/related shows.
fn is_inside_text(structure: &Structure, part: &Part) -> bool {
    let in_related = part
        .parent
        .and_then(|parent| structure.parts.get(parent))
        .is_some_and(|parent| parent.is_type("multipart/related"));
    in_related && part.content_id.is_some()
}

/// A file name that is safe to offer: one line, no path, no characters that file systems or
/// headers treat specially, not hidden, not a device of Windows, with its extension. Where there
/// is none, one is made from the part's number and type.
pub fn safe_file_name(name: Option<&str>, index: usize, content_type: &str) -> String {
    let name = name.map(words::one_line).unwrap_or_default();
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = base
        .chars()
        .map(|c| if r#"<>:"|?*%;"#.contains(c) { '_' } else { c })
        .collect();
    let kept = kept.trim_start_matches(['.', ' ', '~']);
    let kept = kept.trim_end_matches(['.', ' ']);
    if kept.is_empty() {
        return format!("part-{index}.{}", extension_for(content_type));
    }
    let kept = if is_device(kept) {
        format!("_{kept}")
    } else {
        kept.to_owned()
    };
    shorten(kept)
}

fn shorten(name: String) -> String {
    if name.len() <= FILE_NAME_BYTES_MAX {
        return name;
    }
    match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= EXTENSION_BYTES_MAX => {
            let stem = cut(
                stem.to_owned(),
                FILE_NAME_BYTES_MAX - EXTENSION_BYTES_MAX - 1,
            );
            format!("{stem}.{extension}")
        }
        _ => cut(name, FILE_NAME_BYTES_MAX),
    }
}

/// Names that Windows takes for devices, whatever the extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let upper = stem.to_ascii_uppercase();
    matches!(upper.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (upper.len() == 4
            && (upper.starts_with("COM") || upper.starts_with("LPT"))
            && upper.ends_with(|c: char| c.is_ascii_digit()))
}

/// The declared type if it is one (RFC 2045 §5.1), else `application/octet-stream`.
pub fn safe_type(content_type: &str) -> &str {
    let is_token = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    match content_type.split_once('/') {
        Some((kind, subtype)) if is_token(kind) && is_token(subtype) => content_type,
        _ => "application/octet-stream",
    }
}

fn extension_for(content_type: &str) -> &'static str {
    match content_type {
        "message/rfc822" | "message/global" => "eml",
        "text/plain" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "image/jpeg" => "jpg",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => "p7m",
        "application/ms-tnef" => "dat",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/svg+xml" => "svg",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "text/csv" => "csv",
        "text/vcard" | "text/x-vcard" => "vcf",
        _ => "bin",
    }
}

/// How a part may be served to a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preview {
    /// A raster image: may be shown, with this content type.
    Image(&'static str),
    /// A PDF: may be shown in the browser's own sandboxed viewer.
    Pdf,
    /// Anything else, SVG, HTML and XML above all: to be downloaded only, as
    /// `application/octet-stream`.
    DownloadOnly,
}

/// What may be done with a part of this type. The declared type alone is believed, never the
/// content; `nosniff` does the rest.
pub fn preview(content_type: &str) -> Preview {
    match content_type {
        "image/png" | "image/x-png" => Preview::Image("image/png"),
        "image/jpeg" | "image/jpg" | "image/pjpeg" => Preview::Image("image/jpeg"),
        "image/gif" => Preview::Image("image/gif"),
        "image/webp" => Preview::Image("image/webp"),
        "image/avif" => Preview::Image("image/avif"),
        "image/bmp" | "image/x-ms-bmp" => Preview::Image("image/bmp"),
        "application/pdf" | "application/x-pdf" => Preview::Pdf,
        _ => Preview::DownloadOnly,
    }
}

#[cfg(test)]
mod tests;
