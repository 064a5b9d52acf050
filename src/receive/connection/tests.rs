use crate::receive::Trust;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, BufReader, DuplexStream};

use super::*;
use crate::clock::SystemClock;
use crate::ids::{Address, DeliveryId, MailboxId};
use crate::receive::acceptor::{Accepted, Envelope, KnownMailbox, Resolved, Unknown};
use crate::receive::reply::MessageFault;

/// Keeps messages in memory; every address at example.com is a mailbox.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder(pub(crate) Arc<Mutex<Vec<Vec<u8>>>>);

impl BodySink for Vec<u8> {
    async fn write(&mut self, piece: &[u8]) -> Result<(), RefusedBy> {
        self.extend_from_slice(piece);
        Ok(())
    }
}

impl Acceptor for Recorder {
    type Body = Vec<u8>;

    async fn resolve(&self, recipient: &Address) -> Result<Resolved, RefusedBy> {
        if recipient.domain() != "example.com" {
            return Ok(Resolved::Unknown(Unknown {
                is_ours: false,
                is_certain: true,
            }));
        }
        Ok(Resolved::Mailbox(KnownMailbox {
            id: MailboxId::from_bytes([1; 16]),
            address: recipient.clone(),
        }))
    }

    async fn begin(&self, _: Trust, _: u64) -> Result<Vec<u8>, RefusedBy> {
        Ok(Vec::new())
    }

    async fn accept(
        &self,
        _ingest: IngestId,
        envelope: &Envelope,
        body: Vec<u8>,
    ) -> Result<Vec<Result<Accepted, RefusedBy>>, MessageFault> {
        self.0.lock().unwrap().push(body);
        let id = DeliveryId::from_bytes([9; 16]);
        Ok(vec![
            Ok(Accepted::after_commit(id));
            envelope.recipients.len()
        ])
    }
}

pub(crate) fn config() -> SessionConfig {
    SessionConfig {
        hostname: "test".to_owned(),
        delimiter: Some('+'),
        ..SessionConfig::default()
    }
}

pub(crate) fn shared(acceptor: Recorder, timeouts: Timeouts) -> Shared<Recorder> {
    Shared {
        timeouts,
        acceptor,
        intake: Arc::default(),
        clock: Arc::new(SystemClock),
        certificate: Arc::new(|| None),
    }
}

struct Client {
    stream: BufReader<DuplexStream>,
    stop: CancellationToken,
    server: tokio::task::JoinHandle<io::Result<()>>,
}

fn start(recorder: &Recorder, timeouts: Timeouts) -> Client {
    let (ours, theirs) = tokio::io::duplex(4096);
    let stop = CancellationToken::new();
    let shared = shared(recorder.clone(), timeouts);
    let token = stop.clone();
    let server = tokio::spawn(async move {
        serve(
            Box::new(theirs),
            Peer::Unix,
            None,
            &config(),
            &shared,
            &token,
        )
        .await
    });
    Client {
        stream: BufReader::new(ours),
        stop,
        server,
    }
}

impl Client {
    async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// The codes of the next replies.
    async fn expect(&mut self, codes: &str) {
        for code in codes.split(' ') {
            loop {
                let mut line = String::new();
                self.stream.read_line(&mut line).await.unwrap();
                assert!(line.starts_with(code), "expected {code}, got {line:?}");
                if line.as_bytes()[3] == b' ' {
                    break;
                }
            }
        }
    }
}

const START: &str = "LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n";

#[tokio::test]
async fn a_message_larger_than_all_buffers() {
    let recorder = Recorder::default();
    let mut client = start(&recorder, Timeouts::default());
    client.send(START).await;
    client.expect("220 250 250 250 354").await;
    let content = "0123456789\r\n".repeat(50_000);
    client.send(&content).await;
    client.send(".\r\nQUIT\r\n").await;
    client.expect("250 221").await;
    assert!(client.server.await.unwrap().is_ok());
    let stored = recorder.0.lock().unwrap();
    assert_eq!(stored.len(), 1);
    assert!(stored[0] == content.as_bytes());
}

#[tokio::test]
async fn a_client_that_goes_away_in_the_middle_leaves_nothing() {
    let recorder = Recorder::default();
    let mut client = start(&recorder, Timeouts::default());
    client.send(START).await;
    client.send("half a mess").await;
    client.expect("220 250 250 250 354").await;
    drop(client.stream);
    assert!(client.server.await.unwrap().is_err());
    assert!(recorder.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn silence_and_trickle_end() {
    let short = Timeouts {
        command: Duration::from_millis(100),
        data: Duration::from_millis(100),
        message: Duration::from_millis(300),
        write: Duration::from_secs(60),
        ..Timeouts::default()
    };
    let recorder = Recorder::default();
    let mut client = start(&recorder, short);
    client.expect("220 421").await;

    // Nor does a command that goes on and on.
    let mut client = start(&recorder, short);
    client.expect("220").await;
    while client.stream.write_all(b"x").await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    client.expect("421").await;

    let mut client = start(&recorder, short);
    client.send(START).await;
    client.expect("220 250 250 250 354 421").await;

    // Now and then an octet keeps no connection for ever.
    let long_pauses = Timeouts {
        data: Duration::from_secs(600),
        ..short
    };
    let mut client = start(&recorder, long_pauses);
    client.send(START).await;
    client.expect("220 250 250 250 354").await;
    while client.stream.write_all(b"x").await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    client.expect("421").await;
    assert!(recorder.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn stopping_finishes_the_transaction_and_begins_no_other() {
    let recorder = Recorder::default();
    let mut busy = start(&recorder, Timeouts::default());
    busy.send(START).await;
    busy.expect("220 250 250 250 354").await;
    let mut idle = start(&recorder, Timeouts::default());
    idle.expect("220").await;
    busy.stop.cancel();
    idle.stop.cancel();
    idle.expect("421").await;
    busy.send("x\r\n.\r\n").await;
    busy.expect("250 421").await;
    assert_eq!(recorder.0.lock().unwrap().len(), 1);
}
