//! Message submission (RFC 6409, AUTH RFC 4954, STARTTLS RFC 3207).

use super::{Dialogue, Security, Turn, word};

/// In place of a greeting, and to everything that leads to a message (RFC 5321 §3.8): the mail stays in
/// the client's outbox.
pub(super) fn refusal(text: &str) -> String {
    format!("421 4.3.2 {text}\r\n")
}

pub(super) fn greeting() -> String {
    "220 submission ready\r\n".to_owned()
}

impl Dialogue {
    pub(super) fn submission_line(&mut self, line: &[u8]) -> Turn {
        let (command, _) = word(line);
        match command.as_str() {
            "EHLO" => {
                let ways = match self.security {
                    Security::Offered => "STARTTLS",
                    Security::None | Security::Spoken => "AUTH PLAIN LOGIN",
                };
                Turn::say(format!(
                    "250-submission\r\n250-ENHANCEDSTATUSCODES\r\n250 {ways}\r\n"
                ))
            }
            "HELO" => Turn::say("250 submission\r\n"),
            "NOOP" | "RSET" => Turn::say("250 2.0.0 done\r\n"),
            "QUIT" => Turn::close("221 2.0.0 bye\r\n"),
            "STARTTLS" if self.offers_tls() => Turn::start_tls("220 2.0.0 begin TLS\r\n"),
            // Never a 5yz: a client would take its user's mail or password for refused. Some try another way to
            // sign in before they hear the first answer out: they are told again, not cut off.
            _ => Turn::say(refusal(&self.text)),
        }
    }
}
