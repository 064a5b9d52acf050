//! IMAP (RFC 9051).

use super::{Dialogue, Security, Turn, word};

/// In place of a greeting (RFC 9051 §7.1.5): clients keep their caches and send no password.
pub(super) fn bye(text: &str) -> String {
    format!("* BYE [UNAVAILABLE] {text}\r\n")
}

impl Dialogue {
    pub(super) fn imap_greeting(&self) -> String {
        format!("* OK [CAPABILITY {}] ready\r\n", self.imap_capabilities())
    }

    fn imap_capabilities(&self) -> &'static str {
        match self.security {
            Security::Offered => "IMAP4rev1 STARTTLS LOGINDISABLED",
            Security::None | Security::Spoken => "IMAP4rev1 AUTH=PLAIN",
        }
    }

    pub(super) fn imap_line(&mut self, line: &[u8]) -> Turn {
        let end = line
            .iter()
            .position(|&byte| byte == b' ')
            .unwrap_or(line.len());
        let (tag, rest) = line.split_at(end);
        let (command, _) = word(rest.strip_prefix(b" ").unwrap_or(rest));
        if !is_tag(tag) || command.is_empty() {
            // After a refused AUTHENTICATE this may be a response that came all the same: not repeated.
            return match self.told {
                true => Turn::close(bye(&self.text)),
                false => Turn::say("* BAD a command begins with a tag\r\n"),
            };
        }
        let tag = String::from_utf8_lossy(tag);
        match command.as_str() {
            "CAPABILITY" => {
                let capabilities = self.imap_capabilities();
                Turn::say(format!("* CAPABILITY {capabilities}\r\n{tag} OK done\r\n"))
            }
            "NOOP" => Turn::say(format!("{tag} OK done\r\n")),
            "ID" => Turn::say(format!("* ID NIL\r\n{tag} OK done\r\n")),
            "LOGOUT" => Turn::close(format!("* BYE bye\r\n{tag} OK done\r\n")),
            "STARTTLS" if self.offers_tls() => Turn::start_tls(format!("{tag} OK begin TLS\r\n")),
            "STARTTLS" => Turn::say(format!("{tag} BAD TLS is not available\r\n")),
            // At once: a client that would send its password after a "+" then sends none.
            _ => {
                self.told = true;
                Turn::say(format!("{tag} NO [UNAVAILABLE] {}\r\n", self.text))
            }
        }
    }
}

/// Whether a text may be repeated as a tag (RFC 9051 §9, tag).
fn is_tag(text: &[u8]) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_graphic() && !b"(){%*\"\\+".contains(byte);
    (1..=64).contains(&text.len()) && text.iter().all(allowed)
}
