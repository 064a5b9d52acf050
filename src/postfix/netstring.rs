//! Netstrings: `5:hello,` as socketmap_table(5) frames its requests and replies.

use tokio::io::{AsyncRead, AsyncReadExt};

/// Longest request, in octets. Keys are addresses; Postfix asks for nothing longer than a path.
pub(super) const REQUEST_OCTETS_MAX: usize = 2048;

/// Why no request could be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    /// The connection broke.
    #[error("connection lost: {0}")]
    Lost(#[from] std::io::Error),
    /// It is not a netstring, or a longer one than is taken.
    #[error("not a netstring of at most {REQUEST_OCTETS_MAX} octets")]
    Malformed,
}

/// Reads the rest of a netstring whose first octet was read.
pub(super) async fn read_after(
    first: u8,
    stream: &mut (impl AsyncRead + Unpin),
) -> Result<Vec<u8>, ReadError> {
    let mut length = 0_usize;
    let mut octet = first;
    loop {
        if !octet.is_ascii_digit() {
            return Err(ReadError::Malformed);
        }
        length = length * 10 + usize::from(octet - b'0');
        if length > REQUEST_OCTETS_MAX {
            return Err(ReadError::Malformed);
        }
        octet = stream.read_u8().await?;
        if octet == b':' {
            break;
        }
    }
    let mut content = vec![0; length];
    stream.read_exact(&mut content).await?;
    if stream.read_u8().await? != b',' {
        return Err(ReadError::Malformed);
    }
    Ok(content)
}

/// A netstring of `content`.
pub(super) fn write(content: &str) -> Vec<u8> {
    format!("{}:{content},", content.len()).into_bytes()
}

#[cfg(test)]
mod tests;
