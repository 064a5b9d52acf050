//! Posted forms, read with bounds.

use axum::body::Bytes;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, Request};

use super::error::Fault;
use crate::service::mailbox_write::{LETTER_BYTES_MAX, Upload};

/// Largest form without files, in bytes: a text that a sign-in carries along, percent-encoded.
const FORM_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Largest text field of a form with files, in bytes.
const FIELD_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most fields.
const FIELDS_MAX: usize = 600;

/// The fields of a form, in order.
#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    /// The files, where the form has any.
    pub files: Vec<Upload>,
}

impl Form {
    /// The first field with a name; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// Every field with a name.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.fields
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All fields.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// The fields whose names start with `prefix`, without it.
    pub fn without_prefix(&self, prefix: &str) -> Self {
        let fields = self.fields.iter().filter_map(|(name, value)| {
            Some((name.strip_prefix(prefix)?.to_owned(), value.clone()))
        });
        Self {
            fields: fields.collect(),
            files: Vec::new(),
        }
    }

    /// Reads the fields of a URL's query or of a form without files.
    pub fn parse(bytes: &[u8]) -> Self {
        let decode = |piece: &[u8]| {
            let spaced: Vec<u8> = piece
                .iter()
                .map(|&b| if b == b'+' { b' ' } else { b })
                .collect();
            percent_encoding::percent_decode(&spaced)
                .decode_utf8_lossy()
                .into_owned()
        };
        let fields = bytes
            .split(|&b| b == b'&')
            .filter(|pair| !pair.is_empty())
            .take(FIELDS_MAX)
            .map(|pair| {
                let mut halves = pair.splitn(2, |&b| b == b'=');
                let mut half = || decode(halves.next().unwrap_or_default());
                (half(), half())
            })
            .collect();
        Self {
            fields,
            files: Vec::new(),
        }
    }

    /// Reads a form with files. Without `keeps_files` they are passed over.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] beyond the bounds, [`Fault::Bad`] if it is no such form.
    pub async fn read_multipart(
        mut multipart: Multipart,
        keeps_files: bool,
    ) -> Result<Self, Fault> {
        let mut form = Self::default();
        let mut left = usize::try_from(LETTER_BYTES_MAX).unwrap_or(usize::MAX) + FIELD_BYTES_MAX;
        let mut text_left = FIELD_BYTES_MAX;
        while let Some(field) = multipart.next_field().await.map_err(fault)? {
            if form.fields.len() + form.files.len() >= FIELDS_MAX {
                return Err(Fault::TooLarge);
            }
            let name = field.name().unwrap_or_default().to_owned();
            match field.file_name().map(str::to_owned) {
                Some(file_name) => {
                    let content_type = field.content_type().unwrap_or_default().to_owned();
                    let bytes = read(field, &mut left, keeps_files).await?;
                    if keeps_files && !(file_name.is_empty() && bytes.is_empty()) {
                        form.files.push(Upload {
                            name: file_name,
                            content_type,
                            bytes,
                        });
                    }
                }
                None => {
                    let bytes = read(field, &mut text_left, true).await?;
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    form.fields.push((name, text));
                }
            }
        }
        Ok(form)
    }
}

async fn read(mut field: Field<'_>, left: &mut usize, keeps: bool) -> Result<Bytes, Fault> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(fault)? {
        *left = left.checked_sub(chunk.len()).ok_or(Fault::TooLarge)?;
        if keeps {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(bytes.into())
}

fn fault(error: axum::extract::multipart::MultipartError) -> Fault {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Fault::TooLarge
    } else {
        Fault::Bad
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Fault;

    /// A form without files.
    async fn from_request(request: Request, _: &S) -> Result<Self, Fault> {
        let bytes = axum::body::to_bytes(request.into_body(), FORM_BYTES_MAX)
            .await
            .map_err(|_| Fault::TooLarge)?;
        Ok(Self::parse(&bytes))
    }
}

#[cfg(test)]
mod tests;
