//! A small blocking SMTP and LMTP client for tests.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Which of the two protocols is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// RFC 5321.
    Smtp,
    /// RFC 2033: `LHLO`, and one reply per accepted recipient after the data.
    Lmtp,
}

/// A reply: its code and its whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The three-digit code.
    pub code: u16,
    /// All lines, without the code, joined by line feeds.
    pub text: String,
}

impl Reply {
    /// Whether the code is 2yz.
    pub fn is_ok(&self) -> bool {
        self.code / 100 == 2
    }
}

/// A connection after its greeting and EHLO or LHLO.
pub struct SmtpClient {
    stream: BufReader<TcpStream>,
    dialect: Dialect,
    /// What EHLO or LHLO answered.
    pub extensions: Vec<String>,
}

impl SmtpClient {
    /// How long a reply may take.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// Connects and greets.
    pub fn connect(addr: SocketAddr, dialect: Dialect) -> io::Result<Self> {
        Self::connect_behind(addr, dialect, b"")
    }

    /// Connects and greets; the greeting and its answer may each take as long as `patience`.
    pub fn connect_within(
        addr: SocketAddr,
        dialect: Dialect,
        patience: Duration,
    ) -> io::Result<Self> {
        Self::open(addr, dialect, b"", patience)
    }

    /// Connects, says `header` as a load balancer does, and greets.
    pub fn connect_behind(addr: SocketAddr, dialect: Dialect, header: &[u8]) -> io::Result<Self> {
        Self::open(addr, dialect, header, Self::PATIENCE)
    }

    fn open(
        addr: SocketAddr,
        dialect: Dialect,
        header: &[u8],
        patience: Duration,
    ) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&addr, Duration::from_secs(5))?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_nodelay(true)?;
        let mut client = Self {
            stream: BufReader::new(stream),
            dialect,
            extensions: Vec::new(),
        };
        client.write(header)?;
        let greeting = client.read_reply()?;
        if !greeting.is_ok() {
            return Err(io::Error::other(format!("{greeting:?}")));
        }
        let hello = match dialect {
            Dialect::Smtp => "EHLO client.rig.test",
            Dialect::Lmtp => "LHLO client.rig.test",
        };
        let reply = client.command(hello)?;
        client.extensions = reply.text.lines().skip(1).map(str::to_owned).collect();
        let stream = client.stream.get_ref();
        stream.set_read_timeout(Some(Self::PATIENCE))?;
        Ok(client)
    }

    /// Sends one line and reads one reply.
    pub fn command(&mut self, line: &str) -> io::Result<Reply> {
        self.write(format!("{line}\r\n").as_bytes())?;
        self.read_reply()
    }

    /// Sends raw bytes.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Reads one reply, of several lines if it has them.
    pub fn read_reply(&mut self) -> io::Result<Reply> {
        let mut text = String::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end();
            let bad = || io::Error::other(format!("not a reply: {line:?}"));
            let code = line.get(..3).and_then(|c| c.parse().ok()).ok_or_else(bad)?;
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(line.get(4..).unwrap_or_default());
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(Reply { code, text });
            }
        }
    }

    /// Sends a message and gives one reply per recipient: for SMTP the same for all that were
    /// accepted.
    pub fn send(&mut self, from: &str, to: &[&str], message: &[u8]) -> io::Result<Vec<Reply>> {
        let mail = self.command(&format!("MAIL FROM:<{from}>"))?;
        if !mail.is_ok() {
            return Ok(vec![mail; to.len()]);
        }
        let mut replies = Vec::new();
        for recipient in to {
            replies.push(self.command(&format!("RCPT TO:<{recipient}>"))?);
        }
        if !replies.iter().any(Reply::is_ok) {
            self.command("RSET")?;
            return Ok(replies);
        }
        let go = self.command("DATA")?;
        if go.code != 354 {
            return Ok(vec![go; to.len()]);
        }
        self.write(&dot_stuffed(message))?;
        let mut last: Option<Reply> = None;
        for reply in replies.iter_mut().filter(|reply| reply.is_ok()) {
            let answer = match (self.dialect, &last) {
                (Dialect::Smtp, Some(answer)) => answer.clone(),
                _ => self.read_reply()?,
            };
            last = Some(answer.clone());
            *reply = answer;
        }
        Ok(replies)
    }
}

/// The message as it goes over the wire: leading dots doubled, ended by CRLF.CRLF.
pub fn dot_stuffed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 8);
    for line in message.split_inclusive(|&byte| byte == b'\n') {
        if line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}
