//! Netstrings, and what only looks like one.

use super::*;

async fn read(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut stream = bytes;
    let first = stream.read_u8().await.ok()?;
    read_after(first, &mut stream).await.ok()
}

#[tokio::test]
async fn reads_netstrings_and_nothing_else() {
    assert_eq!(read(b"5:hello,").await.as_deref(), Some(&b"hello"[..]));
    assert_eq!(read(b"0:,").await.as_deref(), Some(&b""[..]));
    for bad in [
        &b"5:hello"[..],
        b"5:hello;",
        b"5hello,",
        b":,",
        b"-1:,",
        b"99999999999999999999:x,",
        b"2049:",
        b"get transport ann@example.com\n",
    ] {
        assert_eq!(read(bad).await, None, "{}", String::from_utf8_lossy(bad));
    }
}

#[test]
fn writes_the_length_in_octets() {
    assert_eq!(write("OK ä"), "5:OK ä,".as_bytes());
}
