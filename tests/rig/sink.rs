//! The internet: a tiny SMTP receiver that keeps what it gets.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::port::Port;
use super::wait::wait_for;

/// One message that arrived.
#[derive(Clone, Debug)]
pub struct SinkMessage {
    /// Reverse-path.
    pub from: String,
    /// Accepted recipients.
    pub to: Vec<String>,
    /// The message, dots unstuffed.
    pub data: Vec<u8>,
}

impl SinkMessage {
    /// Whether the message contains `text`.
    pub fn contains(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.data).contains(text)
    }

    /// Asserts that the header tells what mail programs need and nothing of who wrote where, on what and from which
    /// address; the one `Received` is the smarthost's.
    pub fn assert_discreet(&self) {
        const MAY_BE_TOLD: [&str; 14] = [
            "auto-submitted",
            "cc",
            "content-transfer-encoding",
            "content-type",
            "date",
            "from",
            "in-reply-to",
            "message-id",
            "mime-version",
            "references",
            "reply-to",
            "subject",
            "to",
            "x-auto-response-suppress",
        ];
        let text = String::from_utf8_lossy(&self.data).replace("\r\n", "\n");
        let head = text.split("\n\n").next().unwrap_or_default();
        let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
        let fields = unfolded.lines().filter_map(|line| line.split_once(':'));
        let (trace, own): (Vec<_>, Vec<_>) =
            fields.partition(|(name, _)| name.eq_ignore_ascii_case("received"));
        assert_eq!(trace.len(), 1, "{head}");
        for (name, value) in own {
            let name = name.to_ascii_lowercase();
            assert!(MAY_BE_TOLD.contains(&&*name), "{name} in\n{head}");
            for secret in ["127.0.0.1", "::1", "/tmp"] {
                assert!(!value.contains(secret), "{secret} in\n{head}");
            }
        }
    }
}

/// How the sink answers to certain recipients.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Applies to recipients that start with this.
    pub recipient_prefix: String,
    /// The reply, for instance `550 5.1.1 No such user`.
    pub reply: String,
}

#[derive(Default)]
struct Shared {
    messages: Vec<SinkMessage>,
    refusals: Vec<Refusal>,
}

/// The receiver; its threads live until the process ends.
#[derive(Clone)]
pub struct Sink {
    port: Port,
    shared: Arc<Mutex<Shared>>,
}

impl Sink {
    /// Starts to listen.
    pub fn start() -> Self {
        let port = Port::reserve();
        let listener = TcpListener::bind(port.addr()).expect("listen as the sink");
        let shared = Arc::<Mutex<Shared>>::default();
        let sink = Self {
            port,
            shared: Arc::clone(&shared),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || {
                    // A client that goes away is no fault of the sink.
                    let _ = serve(stream, &shared);
                });
            }
        });
        sink
    }

    /// Where it listens.
    pub fn port(&self) -> &Port {
        &self.port
    }

    /// Refuses recipients from now on.
    pub fn refuse(&self, recipient_prefix: &str, reply: &str) {
        self.shared.lock().expect("sink").refusals.push(Refusal {
            recipient_prefix: recipient_prefix.to_owned(),
            reply: reply.to_owned(),
        });
    }

    /// Accepts everybody again.
    pub fn accept_all(&self) {
        self.shared.lock().expect("sink").refusals.clear();
    }

    /// All messages so far.
    pub fn messages(&self) -> Vec<SinkMessage> {
        self.shared.lock().expect("sink").messages.clone()
    }

    /// Waits for a message that contains `text`.
    pub fn wait_for(&self, text: &str, patience: Duration) -> SinkMessage {
        wait_for(&format!("{text} arrives at the sink"), patience, || {
            self.messages().into_iter().find(|m| m.contains(text))
        })
    }
}

fn serve(stream: TcpStream, shared: &Mutex<Shared>) -> io::Result<()> {
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    let (mut from, mut to) = (String::new(), Vec::new());
    writer.write_all(b"220 sink.rig.test ESMTP\r\n")?;
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let verb = line.split([' ', ':']).next().unwrap_or_default();
        let reply = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => "250-sink.rig.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n\
                       250-SIZE 104857600\r\n250 ENHANCEDSTATUSCODES"
                .to_owned(),
            "HELO" | "NOOP" => "250 2.0.0 Ok".to_owned(),
            "MAIL" => {
                from = path_of(&line);
                to.clear();
                "250 2.1.0 Ok".to_owned()
            }
            "RCPT" => {
                let recipient = path_of(&line);
                match refusal(shared, &recipient) {
                    Some(reply) => reply,
                    None => {
                        to.push(recipient);
                        "250 2.1.5 Ok".to_owned()
                    }
                }
            }
            "RSET" => {
                to.clear();
                "250 2.0.0 Ok".to_owned()
            }
            "DATA" if to.is_empty() => "503 5.5.1 No recipients".to_owned(),
            "DATA" => {
                writer.write_all(b"354 Go\r\n")?;
                let data = read_data(&mut reader)?;
                shared.lock().expect("sink").messages.push(SinkMessage {
                    from: from.clone(),
                    to: std::mem::take(&mut to),
                    data,
                });
                "250 2.0.0 Kept".to_owned()
            }
            "QUIT" => {
                writer.write_all(b"221 2.0.0 Bye\r\n")?;
                return Ok(());
            }
            _ => "502 5.5.2 Not here".to_owned(),
        };
        writer.write_all(reply.as_bytes())?;
        writer.write_all(b"\r\n")?;
    }
}

fn refusal(shared: &Mutex<Shared>, recipient: &str) -> Option<String> {
    let shared = shared.lock().expect("sink");
    shared
        .refusals
        .iter()
        .find(|refusal| recipient.starts_with(&refusal.recipient_prefix))
        .map(|refusal| refusal.reply.clone())
}

fn path_of(line: &str) -> String {
    line.split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(path, _)| path.to_owned())
        .unwrap_or_default()
}

fn read_data(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.as_slice() {
            b".\r\n" => return Ok(data),
            [b'.', rest @ ..] => data.extend_from_slice(rest),
            _ => data.extend_from_slice(&line),
        }
    }
}
