//! Transfer encodings undone (RFC 2045 §6), as tolerantly as readers need: broken input gives what
//! can be had of it, never an error. Linear.

use super::contain::contained;

/// Quoted-printable (RFC 2045 §6.7); what is no valid escape stays as it is.
pub fn decode_quoted_printable(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len());
    let mut rest = input;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, tail) = rest.split_at(end);
        decode_quoted_line(line, &mut out);
        rest = tail;
    }
    out
}

fn decode_quoted_line(line: &[u8], out: &mut Vec<u8>) {
    let content = line.trim_ascii_end();
    let line_end = match line {
        [.., b'\r', b'\n'] => b"\r\n".as_slice(),
        [.., b'\n'] => b"\n",
        _ => b"",
    };
    let (content, line_end) = match content.strip_suffix(b"=") {
        // A soft line break.
        Some(content) if !line_end.is_empty() => (content, b"".as_slice()),
        _ => (content, line_end),
    };
    let mut rest = content;
    while let Some(at) = memchr::memchr(b'=', rest) {
        let (before, escape) = rest.split_at(at);
        out.extend_from_slice(before);
        let value = match escape {
            [_, high, low, ..] => hex(*high).zip(hex(*low)),
            _ => None,
        };
        let used = if let Some((high, low)) = value {
            out.push(high << 4 | low);
            3
        } else {
            out.push(b'=');
            1
        };
        rest = escape.get(used..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out.extend_from_slice(line_end);
}

/// The value of one hexadecimal digit.
pub(crate) fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// Base64 as found in mail: what is not of its alphabet is skipped, a missing end is made up.
pub fn decode_base64(text: &[u8]) -> Vec<u8> {
    contained(|| mail_parser::decoders::base64::base64_decode(text))
        .flatten()
        .unwrap_or_else(|| decode_broken_base64(text))
}

fn decode_broken_base64(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let mut decoder = Base64Stream::default();
    decoder.push(text, &mut out);
    decoder.finish(&mut out);
    out
}

/// Undoes base64 piece by piece, as tolerantly as [`decode_base64`].
#[derive(Debug, Default)]
pub struct Base64Stream {
    chunk: u32,
    count: u8,
}

impl Base64Stream {
    /// Decodes the next piece; what is left of it waits for the one after.
    pub fn push(&mut self, text: &[u8], out: &mut Vec<u8>) {
        for &byte in text {
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' | b'-' => 62,
                b'/' | b'_' => 63,
                b'=' => {
                    self.flush(out);
                    continue;
                }
                _ => continue,
            };
            self.chunk = self.chunk << 6 | u32::from(value);
            self.count += 1;
            if self.count == 4 {
                let chunk = self.chunk;
                out.extend_from_slice(&[(chunk >> 16) as u8, (chunk >> 8) as u8, chunk as u8]);
                (self.chunk, self.count) = (0, 0);
            }
        }
    }

    /// Decodes what is left.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        self.flush(out);
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        let chunk = self.chunk;
        match self.count {
            2 => out.push((chunk >> 4) as u8),
            3 => out.extend_from_slice(&[(chunk >> 10) as u8, (chunk >> 2) as u8]),
            _ => {}
        }
        (self.chunk, self.count) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pieces_give_what_the_whole_gives(
            bytes in prop::collection::vec(any::<u8>(), 0..600),
            cut in 1_usize..50,
            line in 1_usize..80,
        ) {
            use base64::Engine as _;
            let text = base64::engine::general_purpose::STANDARD.encode(&bytes);
            let lines: Vec<&[u8]> = text.as_bytes().chunks(line).collect();
            let text = lines.join(&b"\r\n"[..]);
            let (mut out, mut decoder) = (Vec::new(), Base64Stream::default());
            for piece in text.chunks(cut) {
                decoder.push(piece, &mut out);
            }
            decoder.finish(&mut out);
            prop_assert_eq!(&out, &bytes);
            prop_assert_eq!(decode_base64(&text), bytes);
        }
    }
}
