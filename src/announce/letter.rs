//! Mail to a contact, through the smarthost.

use mail_builder::MessageBuilder;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;

use crate::clock::Timestamp;
use crate::ids::Address;
use crate::send::relay::{Outgoing, Relay, Reports};
use crate::send::{Content, SharedSigners, Smarthost};
use crate::store::queue::{Outcome, RemoteReply};

/// A letter on its way.
#[derive(Clone, Debug)]
pub(super) struct Letter<'a> {
    pub(super) from: &'a Address,
    pub(super) to: &'a Address,
    pub(super) subject: &'a str,
    pub(super) text: &'a str,
    /// The same for each try.
    pub(super) id: &'a str,
    pub(super) hostname: &'a str,
    pub(super) now: Timestamp,
}

/// What sending it led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// The smarthost has it.
    Taken(String),
    /// Not now.
    NotNow(String),
    /// Never.
    Refused(String),
}

impl Letter<'_> {
    /// The message, with CR LF line ends. It says that a machine wrote it, so that no machine answers
    /// (RFC 3834 §5).
    pub(super) fn message(&self) -> std::io::Result<Vec<u8>> {
        MessageBuilder::new()
            .from(("Lifeboat", self.from.as_str()))
            .to(self.to.as_str())
            .subject(self.subject)
            .date(self.now.as_secs())
            .message_id(MessageId::new(format!("{}@{}", self.id, self.hostname)))
            .header("Auto-Submitted", Raw::new("auto-generated"))
            .text_body(self.text.replace('\n', "\r\n"))
            .write_to_vec()
    }

    /// Sends it over the first smarthost that can be reached, signed where its domain has a key.
    pub(super) async fn send(&self, smarthosts: &[Smarthost], signers: &SharedSigners) -> Sent {
        let message = match self.message() {
            Ok(message) => Content::of(message.into()),
            Err(error) => return Sent::Refused(error.to_string()),
        };
        let message = match signers.sign(&self.from.domain_name(), message).await {
            Ok(message) => message,
            // Receivers might take it for forged; it waits until the key is mended.
            Err(error) => return Sent::NotNow(error.to_string()),
        };
        let mut why = "no smarthost is configured".to_owned();
        for smarthost in smarthosts {
            match Relay::connect(smarthost).await {
                Ok(relay) => return self.over(relay, &message).await,
                Err(error) => why = error.to_string(),
            }
        }
        Sent::NotNow(why)
    }

    async fn over(&self, mut relay: Relay, message: &Content) -> Sent {
        let outgoing = Outgoing {
            reverse_path: Some(self.from.as_str()),
            recipients: &[self.to.as_str()],
            content: message,
            reports: Reports {
                envelope_id: self.id,
                success: false,
            },
        };
        let outcome = relay.send(&outgoing).await.into_iter().next();
        relay.quit().await;
        let said = |reply: RemoteReply| match reply.code {
            Some(code) => format!("{code} {}", reply.text),
            None => reply.text,
        };
        match outcome {
            Some(Outcome::Relayed(reply)) => Sent::Taken(said(reply)),
            Some(Outcome::Deferred(reply)) => Sent::NotNow(said(reply)),
            Some(Outcome::Failed(reply)) => Sent::Refused(said(reply)),
            None => Sent::NotNow("the smarthost said nothing".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests;
