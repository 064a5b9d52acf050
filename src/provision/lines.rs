//! Cuts a stream of bytes into lines of bounded length.

use super::RowError;

/// Longest line, in bytes.
pub const LINE_BYTES_MAX: usize = 64 * 1024;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Its bytes without the line end, or that they were too many.
    pub text: Result<Vec<u8>, RowError>,
}

/// Where a stream stands.
#[derive(Debug, Default)]
pub struct Lines {
    number: u64,
    partial: Vec<u8>,
    too_long: bool,
}

impl Lines {
    /// The next line that ends in `input`, which is shortened by what was read; `None` when more
    /// input is needed.
    pub fn next(&mut self, input: &mut &[u8]) -> Option<Line> {
        let end = memchr::memchr(b'\n', input);
        let (now, rest) = match end {
            Some(end) => (
                input.get(..end).unwrap_or_default(),
                input.get(end + 1..).unwrap_or_default(),
            ),
            None => (*input, &[][..]),
        };
        self.keep(now);
        *input = rest;
        end.map(|_| self.take())
    }

    /// The last line, if the stream does not end with a line end.
    pub fn last(&mut self) -> Option<Line> {
        (self.too_long || !self.partial.is_empty()).then(|| self.take())
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.too_long || self.partial.len() + bytes.len() > LINE_BYTES_MAX {
            self.too_long = true;
            self.partial = Vec::new();
        } else {
            self.partial.extend_from_slice(bytes);
        }
    }

    fn take(&mut self) -> Line {
        self.number += 1;
        let mut text = std::mem::take(&mut self.partial);
        if text.last() == Some(&b'\r') {
            text.pop();
        }
        Line {
            number: self.number,
            text: match std::mem::take(&mut self.too_long) {
                true => Err(RowError::TooLong),
                false => Ok(text),
            },
        }
    }
}
