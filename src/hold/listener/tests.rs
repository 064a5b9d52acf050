use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::net::{self, Endpoint};

const TEXT: &str = "Use https://webmail.example.com";

struct Bed {
    endpoint: Endpoint,
    counts: Arc<Counts>,
    _stop: tokio_util::sync::DropGuard,
}

async fn serving(protocol: Protocol, say: Say, connections: usize) -> Bed {
    let any = Endpoint::tcp("127.0.0.1", 0);
    let listener = Listener::bind(&any, 0).await.unwrap();
    let endpoint = listener.endpoint().clone();
    let counts = Arc::new(Counts::default());
    let shared = Shared {
        text: TEXT.into(),
        certificate: Arc::new(|| None),
        slots: Arc::new(Semaphore::new(connections)),
        timeout: Duration::from_secs(5),
        counts: counts.clone(),
    };
    let stop = CancellationToken::new();
    let door = Door {
        listener,
        protocol,
        tls: Tls::Off,
        say,
    };
    tokio::spawn(serve(door, shared, stop.clone()));
    Bed {
        endpoint,
        counts,
        _stop: stop.drop_guard(),
    }
}

impl Bed {
    async fn connect(&self) -> BoxStream {
        net::connect(&self.endpoint, Duration::from_secs(5))
            .await
            .unwrap()
    }
}

async fn all(stream: &mut BoxStream) -> String {
    let mut text = String::new();
    let reading = stream.read_to_string(&mut text);
    timeout(Duration::from_secs(5), reading)
        .await
        .unwrap()
        .unwrap();
    text
}

#[tokio::test]
async fn a_client_that_speaks_first_hears_the_words_all_the_same() {
    let bed = serving(Protocol::Submission, Say::Greeting, 10).await;
    for _ in 0..20 {
        let mut client = bed.connect().await;
        client.write_all(b"EHLO impatient\r\n").await.unwrap();
        assert_eq!(all(&mut client).await, format!("421 4.3.2 {TEXT}\r\n"));
    }
    assert_eq!(bed.counts.told(Protocol::Submission), 20);
    assert_eq!(bed.counts.told(Protocol::Imap), 0);
}

#[tokio::test]
async fn lines_come_in_any_pieces_and_literals_are_dropped() {
    let bed = serving(Protocol::Imap, Say::Login, 10).await;
    let mut client = bed.connect().await;
    for piece in [
        &b"a NO"[..],
        b"OP\r",
        b"\nb LOGIN {3+}\r\nan",
        b"n {6+}\r\nsec",
        b"ret\r\nc NOOP\r\nd LOGOUT\r\n",
    ] {
        client.write_all(piece).await.unwrap();
        client.flush().await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let said = all(&mut client).await;
    let expected = format!(
        "a OK done\r\nb NO [UNAVAILABLE] {TEXT}\r\nc OK done\r\n* BYE bye\r\nd OK done\r\n"
    );
    let (_, after_greeting) = said.split_once("\r\n").unwrap();
    assert_eq!(after_greeting, expected);
}

#[tokio::test]
async fn a_line_without_end_ends_the_connection() {
    let bed = serving(Protocol::Pop3, Say::Login, 10).await;
    let mut client = bed.connect().await;
    let endless = vec![b'x'; 4 * LINE_OCTETS_MAX];
    // It may be gone before all of it is written.
    let _ = client.write_all(&endless).await;
    let mut text = Vec::new();
    let ended = timeout(Duration::from_secs(4), client.read_to_end(&mut text)).await;
    assert!(ended.is_ok(), "the connection is still open");
}

#[tokio::test]
async fn one_too_many_is_told_at_once() {
    let bed = serving(Protocol::Imap, Say::Login, 1).await;
    let mut first = bed.connect().await;
    let mut greeting = [0; 4];
    first.read_exact(&mut greeting).await.unwrap();
    assert_eq!(&greeting, b"* OK");
    let mut second = bed.connect().await;
    assert_eq!(
        all(&mut second).await,
        format!("* BYE [UNAVAILABLE] {TEXT}\r\n")
    );
}

#[test]
fn what_was_read_is_overwritten() {
    let mut lines = Wiped(Vec::with_capacity(64));
    lines
        .0
        .extend_from_slice(b"a LOGIN ann secret\r\nb NOOP\r\n");
    lines.drop_start(20);
    assert_eq!(lines.0, b"b NOOP\r\n");
    lines.0.resize(28, b'?');
    // `resize` wrote over what lay behind; before that it was zeros, which `drop_start` checks by itself.
    lines.drop_start(usize::MAX);
    assert!(lines.0.is_empty());
}
