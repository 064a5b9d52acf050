//! ManageSieve (RFC 5804).

use super::{Dialogue, Security, Turn, word};

/// In place of a greeting (RFC 5804 §1.3).
pub(super) fn bye(text: &str) -> String {
    format!("BYE (TRYLATER) \"{text}\"\r\n")
}

impl Dialogue {
    /// The capabilities, which are the greeting too (RFC 5804 §1.7).
    pub(super) fn sieve_capabilities(&self) -> String {
        let ways = match self.security {
            Security::Offered => "\"SASL\" \"\"\r\n\"STARTTLS\"\r\n",
            Security::None | Security::Spoken => "\"SASL\" \"PLAIN\"\r\n",
        };
        format!(
            "\"IMPLEMENTATION\" \"Lifeboat\"\r\n\"SIEVE\" \"fileinto\"\r\n{ways}\
             \"VERSION\" \"1.0\"\r\nOK \"ready\"\r\n"
        )
    }

    pub(super) fn sieve_line(&mut self, line: &[u8]) -> Turn {
        let (command, _) = word(line);
        match command.as_str() {
            "CAPABILITY" => Turn::say(self.sieve_capabilities()),
            "NOOP" => Turn::say("OK \"done\"\r\n"),
            "LOGOUT" => Turn::close("OK \"bye\"\r\n"),
            "STARTTLS" if self.offers_tls() => Turn::start_tls("OK \"begin TLS\"\r\n"),
            "STARTTLS" => Turn::say("NO \"TLS is not available\"\r\n"),
            _ => Turn::say(format!("NO (TRYLATER) \"{}\"\r\n", self.text)),
        }
    }
}
