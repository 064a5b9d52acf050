//! POP3 (RFC 1939, capabilities RFC 2449, SYS/TEMP RFC 3206, STLS RFC 2595).

use super::{Dialogue, Security, Turn, word};

/// In place of a greeting, and to everything that leads to a mailbox.
pub(super) fn refusal(text: &str) -> String {
    format!("-ERR [SYS/TEMP] {text}\r\n")
}

/// Without a timestamp: there is no APOP.
pub(super) fn greeting() -> String {
    "+OK ready\r\n".to_owned()
}

impl Dialogue {
    pub(super) fn pop3_line(&mut self, line: &[u8]) -> Turn {
        let (command, _) = word(line);
        match command.as_str() {
            "CAPA" => {
                let ways = match self.security {
                    Security::Offered => "STLS\r\n",
                    Security::None | Security::Spoken => "USER\r\nSASL PLAIN\r\n",
                };
                Turn::say(format!(
                    "+OK\r\n{ways}RESP-CODES\r\nAUTH-RESP-CODE\r\n.\r\n"
                ))
            }
            "NOOP" => Turn::say("+OK\r\n"),
            "QUIT" => Turn::close("+OK bye\r\n"),
            "STLS" if self.offers_tls() => Turn::start_tls("+OK begin TLS\r\n"),
            "STLS" => Turn::say("-ERR TLS is not available\r\n"),
            // Already to USER, and to AUTH before its response: no password is asked for.
            _ => Turn::say(refusal(&self.text)),
        }
    }
}
