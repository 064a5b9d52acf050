//! Posted forms, read with bounds.

use axum::extract::{FromRequest, Request};

use super::error::Fault;

/// Largest form without files, in bytes: a text that a sign-in carries along, percent-encoded.
const FORM_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most fields.
const FIELDS_MAX: usize = 600;

/// The fields of a form, in order.
#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
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
        Self { fields }
    }

    /// Adds a field, as it arrives.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] if there are too many.
    pub fn push(&mut self, name: String, value: String) -> Result<(), Fault> {
        if self.fields.len() >= FIELDS_MAX {
            return Err(Fault::TooLarge);
        }
        self.fields.push((name, value));
        Ok(())
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
