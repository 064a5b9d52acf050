//! MULTIAPPEND by hand: 50 messages a command, each literal without waiting for leave to send it.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use crate::{ADDRESS, Figures, Meter, PASSWORD, Run};

const BATCH: usize = 50;

pub fn measure(run: &Run<'_>) -> Figures {
    let (dovecot, pid) = run.dovecot();
    let pids = [pid, std::process::id()];
    let meter = Meter::start(&pids, [run.syncs("dovecot"), None]);
    let mut connection = Connection::open(dovecot.imap().addr());
    connection.command(format!("LOGIN {ADDRESS} {PASSWORD}").as_bytes());
    for batch in run.messages.chunks(BATCH) {
        let mut command = b"APPEND INBOX".to_vec();
        for message in batch {
            let head = format!(
                " () \"02-Nov-2026 09:00:00 +0000\" {{{}+}}\r\n",
                message.len()
            );
            command.extend_from_slice(head.as_bytes());
            command.extend_from_slice(message);
        }
        connection.command(&command);
    }
    let figures = meter.stop(run.messages.len(), None);
    run.check(&dovecot, figures)
}

struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(addr: std::net::SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).expect("connect to Dovecot");
        stream.set_nodelay(true).expect("set an option");
        let mut connection = Self(BufReader::new(stream));
        connection.line();
        connection
    }

    fn command(&mut self, command: &[u8]) {
        let line = [b"h ", command, b"\r\n"].concat();
        self.0.get_mut().write_all(&line).expect("send a command");
        loop {
            let line = self.line();
            if line.starts_with("h ") {
                assert!(line.starts_with("h OK"), "{line}");
                return;
            }
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("read an answer");
        line
    }
}
