//! The way out where this server has none: an HTTP proxy, asked for a tunnel (RFC 9110 §9.3.6) to an
//! address that was checked here. It is never told a name, so it reaches nothing that we would not.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{ImageError, STEP};
use crate::net::{self, BoxStream, Endpoint};

/// Longest answer to the request for a tunnel, in bytes.
const ANSWER_BYTES_MAX: usize = 8 * 1024;

/// A connection to the first of `addresses` that the proxy leads to.
pub(super) async fn connect(
    proxy: &Endpoint,
    addresses: &[SocketAddr],
) -> Result<BoxStream, ImageError> {
    for address in addresses {
        let trying = tokio::time::timeout(STEP, tunnel(proxy, *address));
        if let Ok(Some(stream)) = trying.await {
            return Ok(stream);
        }
    }
    Err(ImageError::Unreachable)
}

async fn tunnel(proxy: &Endpoint, to: SocketAddr) -> Option<BoxStream> {
    let mut stream = net::connect(proxy, STEP)
        .await
        .inspect_err(|error| tracing::warn!(%error, "[http] image_proxy_via does not answer"))
        .ok()?;
    let request = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    // Byte by byte: what follows the answer belongs to the tunnel.
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() >= ANSWER_BYTES_MAX {
            return None;
        }
        answer.push(stream.read_u8().await.ok()?);
    }
    is_open(&answer).then_some(stream)
}

/// Whether the answer is any of 2yz.
fn is_open(answer: &[u8]) -> bool {
    let status = answer
        .strip_prefix(b"HTTP/1.1 ")
        .or_else(|| answer.strip_prefix(b"HTTP/1.0 "));
    matches!(status, Some([b'2', a, b, b' ' | b'\r', ..]) if a.is_ascii_digit() && b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_open;

    #[test]
    fn only_success_opens_a_tunnel() {
        let cases: &[(&[u8], bool)] = &[
            (b"HTTP/1.1 200 Connection established\r\n\r\n", true),
            (b"HTTP/1.0 200\r\n\r\n", true),
            (b"HTTP/1.1 2000 x\r\n\r\n", false),
            (b"HTTP/1.1 403 Forbidden\r\n\r\n", false),
            (b"HTTP/1.1 301 Moved\r\nLocation: 200\r\n\r\n", false),
            (b"SSH-2.0-x\r\n\r\n", false),
            (b"", false),
        ];
        for (answer, expected) in cases {
            let shown = String::from_utf8_lossy(answer);
            assert_eq!(is_open(answer), *expected, "{shown}");
        }
    }
}
