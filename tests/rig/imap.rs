//! A small blocking IMAP client to prepare and to look at mailboxes.
//!
//! Shares no code with Lifeboat's own client, so that a fault in one is not hidden by the other.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// One message as a folder holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its UID.
    pub uid: u32,
    /// Its flags and keywords, as Dovecot writes them, without `\Recent`.
    pub flags: Vec<String>,
    /// Its INTERNALDATE, as Dovecot writes it.
    pub internal_date: String,
    /// The whole message.
    pub body: Vec<u8>,
}

impl Fetched {
    /// Whether the message contains `text`.
    pub fn contains(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.body).contains(text)
    }
}

/// What SELECT or EXAMINE told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selected {
    /// UIDVALIDITY.
    pub uid_validity: u32,
    /// UIDNEXT.
    pub uid_next: u32,
    /// Number of messages.
    pub exists: u32,
}

/// A connection.
pub struct ImapSession {
    stream: BufReader<TcpStream>,
    tag: u32,
    idling: Option<String>,
}

/// One response line with the literals that stood in it.
struct Response {
    text: String,
    literals: Vec<Vec<u8>>,
}

impl ImapSession {
    /// Connects and reads the greeting.
    pub fn connect(addr: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&addr, Duration::from_secs(5))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.set_nodelay(true)?;
        let mut session = Self {
            stream: BufReader::new(stream),
            tag: 0,
            idling: None,
        };
        let greeting = session.read_response()?;
        if greeting.text.starts_with("* OK") {
            Ok(session)
        } else {
            Err(io::Error::other(greeting.text))
        }
    }

    /// Waits so long for each answer; without this, 30 s.
    pub fn set_patience(&self, patience: Duration) {
        let stream = self.stream.get_ref();
        stream.set_read_timeout(Some(patience)).expect("a timeout");
    }

    /// Signs in. Panics when refused.
    pub fn login(&mut self, user: &str, password: &str) {
        self.command(&format!("LOGIN {} {}", quoted(user), quoted(password)));
    }

    /// Sends a command and gives the untagged lines. Panics on NO and BAD.
    pub fn command(&mut self, command: &str) -> Vec<String> {
        self.run(command)
            .into_iter()
            .map(|response| response.text)
            .collect()
    }

    /// Sends a command and gives the line that answers it, without its tag, whatever it says.
    pub fn answer(&mut self, command: &str) -> String {
        let tag = self.send(command);
        loop {
            let response = self.read_response().expect("an IMAP answer");
            if let Some(result) = response.text.strip_prefix(&tag) {
                return result.to_owned();
            }
        }
    }

    /// Appends a message; `flags` like `\Seen`, `date` like `02-Nov-2026 09:00:00 +0000`.
    pub fn append(&mut self, folder: &str, flags: &[&str], date: Option<&str>, message: &[u8]) {
        let date = date.map(|d| format!(" \"{d}\"")).unwrap_or_default();
        let command = format!(
            "APPEND {} ({}){date} {{{}}}",
            quoted(folder),
            flags.join(" "),
            message.len()
        );
        let tag = self.send(&command);
        let go = self.read_response().expect("an answer to APPEND");
        assert!(go.text.starts_with('+'), "APPEND: {}", go.text);
        let stream = self.stream.get_mut();
        stream.write_all(message).expect("send the message");
        stream.write_all(b"\r\n").expect("send the message");
        self.finish(&tag, "APPEND");
    }

    /// Begins to wait for news of the selected folder (RFC 2177); [`Self::end_idle`] ends it.
    pub fn idle(&mut self) {
        self.idling = Some(self.send("IDLE"));
        let go = self.read_response().expect("an answer to IDLE");
        assert!(go.text.starts_with('+'), "IDLE: {}", go.text);
    }

    /// Ends [`Self::idle`] and gives what was told meanwhile; an error when the session is gone.
    pub fn end_idle(&mut self) -> io::Result<Vec<String>> {
        let tag = self.idling.take().expect("a session that idles");
        self.stream.get_mut().write_all(b"DONE\r\n")?;
        let mut told = Vec::new();
        loop {
            let text = self.read_response()?.text;
            if text.starts_with(&tag) {
                return Ok(told);
            }
            told.push(text);
        }
    }

    /// Selects a folder. Panics when there is none.
    pub fn select(&mut self, folder: &str) -> Selected {
        self.open("SELECT", folder)
    }

    /// Opens a folder without changing it.
    pub fn examine(&mut self, folder: &str) -> Selected {
        self.open("EXAMINE", folder)
    }

    fn open(&mut self, verb: &str, folder: &str) -> Selected {
        let lines = self.command(&format!("{verb} {}", quoted(folder)));
        let code = |name: &str| {
            lines
                .iter()
                .find_map(|line| number_after(line, name))
                .unwrap_or_default()
        };
        Selected {
            uid_validity: code("[UIDVALIDITY "),
            uid_next: code("[UIDNEXT "),
            exists: lines
                .iter()
                .filter_map(|line| line.strip_prefix("* ")?.strip_suffix(" EXISTS"))
                .filter_map(|number| number.parse().ok())
                .next_back()
                .unwrap_or_default(),
        }
    }

    /// The names of all folders.
    pub fn folders(&mut self) -> Vec<String> {
        self.command("LIST \"\" *")
            .iter()
            .filter(|line| line.starts_with("* LIST"))
            .filter(|line| !line.contains("\\Noselect"))
            .filter_map(|line| {
                let rest = line.split_once(") ")?.1;
                let name = rest.split_once(' ')?.1;
                Some(
                    name.trim_matches('"')
                        .replace("\\\"", "\"")
                        .replace("\\\\", "\\"),
                )
            })
            .collect()
    }

    /// Every message of a folder, by UID, without setting `\Seen`.
    pub fn fetch_all(&mut self, folder: &str) -> Vec<Fetched> {
        if self.examine(folder).exists == 0 {
            return Vec::new();
        }
        let mut found: Vec<Fetched> = self
            .run("UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])")
            .into_iter()
            .filter(|response| response.text.contains(" FETCH "))
            .filter_map(|mut response| {
                let body = response.literals.pop()?;
                let flags = between(&response.text, "FLAGS (", ")").unwrap_or_default();
                Some(Fetched {
                    uid: number_after(&response.text, "UID ")?,
                    flags: flags
                        .split_whitespace()
                        .filter(|flag| *flag != "\\Recent")
                        .map(str::to_owned)
                        .collect(),
                    internal_date: between(&response.text, "INTERNALDATE \"", "\"")?.to_owned(),
                    body,
                })
            })
            .collect();
        found.sort_by_key(|message| message.uid);
        found
    }

    fn run(&mut self, command: &str) -> Vec<Response> {
        let tag = self.send(command);
        self.finish(&tag, command)
    }

    fn send(&mut self, command: &str) -> String {
        self.tag += 1;
        let tag = format!("r{}", self.tag);
        self.stream
            .get_mut()
            .write_all(format!("{tag} {command}\r\n").as_bytes())
            .expect("send an IMAP command");
        tag
    }

    fn finish(&mut self, tag: &str, command: &str) -> Vec<Response> {
        let mut untagged = Vec::new();
        loop {
            let response = self.read_response().expect("an IMAP answer");
            match response.text.strip_prefix(tag) {
                Some(result) => {
                    let shown = command.split_whitespace().next().unwrap_or_default();
                    assert!(result.starts_with(" OK"), "IMAP {shown}: {result}");
                    return untagged;
                }
                None => untagged.push(response),
            }
        }
    }

    fn read_response(&mut self) -> io::Result<Response> {
        let mut response = Response {
            text: String::new(),
            literals: Vec::new(),
        };
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\r', '\n']);
            response.text.push_str(line);
            let literal = line
                .strip_suffix('}')
                .and_then(|l| l.rsplit_once('{'))
                .and_then(|(_, size)| size.parse::<usize>().ok());
            match literal {
                Some(size) => {
                    let mut bytes = vec![0; size];
                    self.stream.read_exact(&mut bytes)?;
                    response.literals.push(bytes);
                }
                None => return Ok(response),
            }
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?
        .1
        .split_once(end)
        .map(|(found, _)| found)
}

fn number_after(text: &str, start: &str) -> Option<u32> {
    let rest = text.split_once(start)?.1;
    let digits = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..digits].parse().ok()
}
