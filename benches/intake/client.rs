//! The load: connections that hand over one message after another by LMTP or SMTP, as an MX does:
//! MAIL, RCPT and DATA in one write, then the message.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use crate::rig::Dialect;

/// A server under load.
#[derive(Clone, Debug)]
pub struct Load {
    /// What is spoken.
    pub dialect: Dialect,
    /// Where.
    pub server: SocketAddr,
    /// Connections at a time.
    pub connections: usize,
    /// The recipients, in turn.
    pub mailboxes: Vec<String>,
    /// About how large the messages are, in octets.
    pub message_octets: usize,
    /// How long it lasts before anything counts.
    pub warm_up: Duration,
    /// How long it lasts then.
    pub measured: Duration,
}

/// What came of it in the measured time.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How long it really was.
    pub elapsed: Duration,
    /// For each message that got 250, the time from MAIL to it, sorted.
    pub latencies: Vec<Duration>,
    /// Messages that got anything else.
    pub refused: u64,
}

/// Hands over messages for the set time; `around` is told when the measured part begins and ends.
pub fn run(load: &Load, mut around: impl FnMut(bool)) -> Outcome {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let counting = Arc::new(AtomicBool::new(false));
    let stop = Arc::new(AtomicBool::new(false));
    let ready = Arc::new(Barrier::new(load.connections + 1));
    let threads: Vec<_> = (0..load.connections)
        .map(|number| {
            let mut worker = Worker::new(load, run, number);
            let (counting, stop, ready) = (counting.clone(), stop.clone(), ready.clone());
            let (server, dialect) = (load.server, load.dialect);
            std::thread::spawn(move || {
                let connected = Connection::open(server, dialect);
                ready.wait();
                worker.work(connected.expect("connect"), &counting, &stop)
            })
        })
        .collect();
    ready.wait();
    std::thread::sleep(load.warm_up);
    around(true);
    counting.store(true, Ordering::Relaxed);
    let began = Instant::now();
    std::thread::sleep(load.measured);
    counting.store(false, Ordering::Relaxed);
    let elapsed = began.elapsed();
    around(false);
    stop.store(true, Ordering::Relaxed);
    let mut outcome = Outcome {
        elapsed,
        latencies: Vec::new(),
        refused: 0,
    };
    for thread in threads {
        let (latencies, refused) = thread.join().expect("a connection").expect("a hand-over");
        outcome.latencies.extend(latencies);
        outcome.refused += refused;
    }
    outcome.latencies.sort();
    outcome
}

/// Hands two messages over to each mailbox, so that none is used for the first time when it counts.
pub fn prime(load: &Load) -> io::Result<()> {
    let mut connection = Connection::open(load.server, load.dialect)?;
    let mut message = Message::new(999_999, load.message_octets);
    for (number, mailbox) in load.mailboxes.iter().chain(&load.mailboxes).enumerate() {
        message.number(number as u64);
        connection.hand_over(&envelope(mailbox), &message.wire)?;
    }
    connection.stream.write_all(b"QUIT\r\n")
}

/// So many connections that greeted and wait.
pub fn idle(server: SocketAddr, count: usize) -> io::Result<Vec<TcpStream>> {
    let open = |_| Connection::open(server, Dialect::Smtp).map(|connection| connection.stream);
    (0..count).map(open).collect()
}

fn envelope(mailbox: &str) -> Vec<u8> {
    format!("MAIL FROM:<sender@bench.example>\r\nRCPT TO:<{mailbox}>\r\nDATA\r\n").into_bytes()
}

struct Worker {
    mailboxes: Vec<String>,
    next: usize,
    message: Message,
    sent: u64,
    latencies: Vec<Duration>,
    refused: u64,
}

impl Worker {
    fn new(load: &Load, run: u64, number: usize) -> Self {
        Self {
            mailboxes: load.mailboxes.clone(),
            next: number * load.mailboxes.len() / load.connections.max(1),
            message: Message::new(run * 1000 + number as u64, load.message_octets),
            sent: 0,
            latencies: Vec::new(),
            refused: 0,
        }
    }

    fn work(
        &mut self,
        mut connection: Connection,
        counting: &AtomicBool,
        stop: &AtomicBool,
    ) -> io::Result<(Vec<Duration>, u64)> {
        while !stop.load(Ordering::Relaxed) {
            let mailbox = &self.mailboxes[self.next % self.mailboxes.len()];
            let envelope = envelope(mailbox);
            self.next += 1;
            self.sent += 1;
            self.message.number(self.sent);
            let began = Instant::now();
            let code = connection.hand_over(&envelope, &self.message.wire)?;
            let took = began.elapsed();
            if counting.load(Ordering::Relaxed) {
                if code == *b"250" {
                    self.latencies.push(took);
                } else {
                    self.refused += 1;
                }
            }
        }
        connection.stream.write_all(b"QUIT\r\n")?;
        Ok((std::mem::take(&mut self.latencies), self.refused))
    }
}

/// A message with a number in it, ready for the wire.
struct Message {
    wire: Vec<u8>,
    digits: [usize; 2],
}

impl Message {
    fn new(source: u64, octets: usize) -> Self {
        const BLANK: &str = "0000000000";
        let mut text = format!(
            "Received: from sender.bench.example (sender.bench.example [192.0.2.1])\r\n\
             \tby mx.bench.example (Postfix) with ESMTP id {source}{BLANK}\r\n\
             \tfor <user@bench.example>; Mon, 2 Nov 2026 09:00:00 +0000 (UTC)\r\n\
             From: \"A Sender\" <sender@bench.example>\r\n\
             To: <user@bench.example>\r\n\
             Subject: A message of an ordinary size\r\n\
             Date: Mon, 02 Nov 2026 09:00:00 +0000\r\n\
             Message-ID: <{source}.{BLANK}@bench.example>\r\n\
             MIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n"
        );
        let digits = [
            text.find(BLANK).expect("queue id"),
            text.rfind(BLANK).expect("message id"),
        ];
        while text.len() < octets {
            text.push_str(
                "The quick brown fox jumps over the lazy dog, and then over another one.\r\n",
            );
        }
        text.push_str(".\r\n");
        Self {
            wire: text.into_bytes(),
            digits,
        }
    }

    fn number(&mut self, number: u64) {
        let text = format!("{number:010}");
        for at in self.digits {
            self.wire[at..at + text.len()].copy_from_slice(text.as_bytes());
        }
    }
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    fn open(addr: SocketAddr, dialect: Dialect) -> io::Result<Self> {
        let stream = TcpStream::connect(addr)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        let buffer = Vec::with_capacity(4096);
        let mut connection = Self { stream, buffer };
        connection.replies(1)?;
        let hello: &[u8] = match dialect {
            Dialect::Lmtp => b"LHLO bench.example\r\n",
            Dialect::Smtp => b"EHLO bench.example\r\n",
        };
        connection.stream.write_all(hello)?;
        connection.replies(1)?;
        Ok(connection)
    }

    /// The code of the reply to the message, or of the first refusal.
    fn hand_over(&mut self, envelope: &[u8], message: &[u8]) -> io::Result<[u8; 3]> {
        self.stream.write_all(envelope)?;
        let go = self.replies(3)?;
        if go != *b"354" {
            self.stream.write_all(b"RSET\r\n")?;
            self.replies(1)?;
            return Ok(go);
        }
        self.stream.write_all(message)?;
        self.replies(1)
    }

    /// Reads so many replies; the code of the last.
    fn replies(&mut self, mut count: usize) -> io::Result<[u8; 3]> {
        loop {
            while let Some(end) = self.buffer.iter().position(|&b| b == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                if line.get(3) == Some(&b'-') {
                    continue;
                }
                count -= 1;
                if count == 0 {
                    return line
                        .first_chunk::<3>()
                        .copied()
                        .ok_or_else(|| io::Error::other("a reply without a code"));
                }
            }
            let mut piece = [0; 2048];
            let read = self.stream.read(&mut piece)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.buffer.extend_from_slice(&piece[..read]);
        }
    }
}
