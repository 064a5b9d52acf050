//! The messages in a sentinel mailbox.

use crate::clock::Timestamp;
use crate::ids::Address;

/// The header field that numbers a message.
pub(super) const FIELD: &str = "X-Lifeboat-Sentinel";

/// Message `number` to the sentinel.
pub(super) fn message(sentinel: &Address, number: u64, now: Timestamp) -> Vec<u8> {
    let date = now.to_jiff().strftime("%a, %d %b %Y %H:%M:%S +0000");
    let domain = sentinel.domain();
    format!(
        "From: Lifeboat <{sentinel}>\r\n\
         To: <{sentinel}>\r\n\
         Subject: Sentinel message {number}\r\n\
         Date: {date}\r\n\
         Message-ID: <sentinel.{number}.{millis}@{domain}>\r\n\
         {FIELD}: {number}\r\n\
         Auto-Submitted: auto-generated\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=us-ascii\r\n\
         \r\n\
         This mailbox is Lifeboat's sentinel. By its messages Lifeboat tells whether a mailstore that\r\n\
         comes back is the one that failed. Please leave it alone.\r\n",
        millis = now.as_millis()
    )
    .into_bytes()
}

/// The number of the message with this header.
pub(super) fn number_in(header: &[u8]) -> Option<u64> {
    header.split(|&b| b == b'\n').find_map(|line| {
        let line = std::str::from_utf8(line).ok()?;
        let (name, value) = line.split_once(':')?;
        if !name.eq_ignore_ascii_case(FIELD) {
            return None;
        }
        value.trim().parse().ok()
    })
}

#[cfg(test)]
mod tests;
