//! Messages to the sentinel.

use super::*;

#[test]
fn a_message_carries_its_number() {
    let sentinel = "sentinel@a1.example.com".parse().unwrap();
    let message = message(&sentinel, 17, Timestamp::from_secs(0));
    assert_eq!(number_in(&message), Some(17));
    let text = String::from_utf8(message).unwrap();
    assert!(text.contains("Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"));
    assert_eq!(number_in(b"Subject: Sentinel message 3\r\n\r\n"), None);
    assert_eq!(number_in(b"x-lifeboat-sentinel:  9 \r\n"), Some(9));
    assert_eq!(number_in(b"X-Lifeboat-Sentinel: -9\r\n\xff\xfe"), None);
}
