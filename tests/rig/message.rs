//! Messages for tests: small, distinct, and found again by their token.

/// A message to send: the token stands in its subject and body and nowhere else.
#[derive(Clone, Debug)]
pub struct TestMessage {
    /// Unique text in the message.
    pub token: String,
    /// RFC 5322 bytes with CRLF line ends.
    pub bytes: Vec<u8>,
}

impl TestMessage {
    /// A plain-text message of about `size_bytes`.
    pub fn plain(from: &str, to: &str, token: &str, size_bytes: usize) -> Self {
        let mut text = format!(
            "From: {from}\r\nTo: {to}\r\nSubject: Test {token}\r\nMessage-ID: <{token}@rig.test>\r\n\
             Date: Mon, 02 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
             This is {token}.\r\n"
        );
        let mut line = 0;
        while text.len() < size_bytes {
            line += 1;
            text.push_str(&format!(
                "{token} line {line}: the quick brown fox jumps over the lazy dog.\r\n"
            ));
        }
        Self {
            token: token.to_owned(),
            bytes: text.into_bytes(),
        }
    }
}

/// The token of such a message, whatever was put before its header; empty if it is none.
pub fn token_of(message: &[u8]) -> String {
    let head = &message[..message.len().min(16 * 1024)];
    let text = String::from_utf8_lossy(head);
    let subject = text.split("Subject: Test ").nth(1).unwrap_or_default();
    subject.lines().next().unwrap_or_default().to_owned()
}
