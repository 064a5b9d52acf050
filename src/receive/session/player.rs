//! A house without walls for the session's tests and fuzz targets: a few mailboxes, no store, no wire.

use std::fmt::Write as _;

use super::{Event, Session, SessionConfig};
use crate::ids::{Address, DeliveryId, MailboxId};
use crate::receive::acceptor::{Accepted, KnownMailbox, Peer, RefusedBy, Resolved, Unknown};
use crate::receive::reply::{MessageFault, SmtpReply};

/// The id of the delivery with this number.
pub(crate) fn delivery_id(number: u8) -> DeliveryId {
    let mut bytes = [0; 16];
    bytes[15] = number;
    DeliveryId::from_bytes(bytes)
}

/// Who there is.
pub(crate) fn resolve(address: &Address) -> Result<Resolved, RefusedBy> {
    let address = match address.as_str() {
        "info@example.com" => "ann@example.com".parse().map_err(|_| RefusedBy::Trouble)?,
        "trouble@example.com" => return Err(RefusedBy::Trouble),
        "quota@example.com" => return Err(RefusedBy::MailboxFull),
        "rate@example.com" => return Err(RefusedBy::Rate),
        "ann@example.com" | "bob@example.com" | "full@example.com" | "gone@example.com"
        | "a+b@example.com" => address.clone(),
        _ => {
            return Ok(Resolved::Unknown(Unknown {
                is_ours: matches!(address.domain(), "example.com" | "stale.example"),
                is_certain: !matches!(address.domain(), "stale.example" | "unsure.example"),
            }));
        }
    };
    Ok(Resolved::Mailbox(KnownMailbox {
        id: MailboxId::from_bytes([1; 16]),
        address,
    }))
}

/// What becomes of a body so far.
fn write(body: &[u8]) -> Result<(), RefusedBy> {
    let fates: [(&[u8], RefusedBy); 3] = [
        (b"POISON", RefusedBy::Full),
        (b"BURDEN", RefusedBy::Busy),
        (b"DEFECT", RefusedBy::Trouble),
    ];
    let is_in = |word: &[u8]| body.windows(word.len()).any(|seen| seen == word);
    let fate = fates.into_iter().find(|(word, _)| is_in(word));
    fate.map_or(Ok(()), |(_, refused)| Err(refused))
}

/// The house for one session: carries out events, records what was stored.
pub(crate) struct Player<'c> {
    session: Session<'c>,
    body: Vec<u8>,
    deliveries: u8,
    /// What was stored: a line each with reverse-path, mailboxes and content.
    pub(crate) stored: String,
    /// The contents.
    pub(crate) bodies: Vec<Vec<u8>>,
    /// The mailboxes whose mail was taken.
    pub(crate) taken: Vec<String>,
    /// All that was said.
    pub(crate) said: Vec<u8>,
    /// Whether the connection was closed.
    pub(crate) closed: bool,
    /// How often TLS was started.
    pub(crate) secured: usize,
    /// Whether there is a certificate.
    pub(crate) can_secure: bool,
}

impl<'c> Player<'c> {
    pub(crate) fn new(config: &'c SessionConfig, peer: Peer) -> Self {
        Self {
            session: Session::new(config, peer, None),
            body: Vec::new(),
            deliveries: 0,
            stored: String::new(),
            bodies: Vec::new(),
            taken: Vec::new(),
            said: Vec::new(),
            closed: false,
            secured: 0,
            can_secure: true,
        }
    }

    /// Feeds all of `input` until the session wants more or is over.
    pub(crate) fn feed(&mut self, pending: &mut Vec<u8>, input: &[u8]) {
        pending.extend_from_slice(input);
        loop {
            let (used, event) = self.session.advance(pending);
            pending.drain(..used);
            match event {
                Event::Input | Event::Close => {
                    self.closed = event == Event::Close;
                    self.said.append(self.session.replies());
                    return;
                }
                Event::Resolve(address) => self.session.resolved(resolve(&address)),
                Event::StartTls if !self.can_secure => self.session.not_secured(),
                Event::StartTls => {
                    // What was read is thrown away, as the connection does.
                    pending.clear();
                    self.secured += 1;
                    SmtpReply::START_TLS.write_to(self.session.replies());
                    self.said.append(self.session.replies());
                    self.session.secured("TLSv1.3 with cipher X".to_owned());
                }
                Event::Begin(666) => self.session.begun(Err(RefusedBy::Full)),
                Event::Begin(667) => self.session.begun(Err(RefusedBy::Busy)),
                Event::Begin(668) => self.session.begun(Err(RefusedBy::Rate)),
                Event::Begin(_) => {
                    self.body.clear();
                    self.session.begun(Ok(()));
                }
                Event::Piece => {
                    self.body.extend_from_slice(self.session.piece());
                    self.session.piece_written(write(&self.body));
                }
                Event::Accept => self.accept(),
            }
        }
    }

    /// Ends the session from this side.
    pub(crate) fn end(&mut self, why: &SmtpReply) {
        self.session.end(why);
        self.feed(&mut Vec::new(), b"");
    }

    fn accept(&mut self) {
        if self.body.starts_with(b"LOOP") {
            return self.session.rejected(MessageFault::Loop);
        }
        let envelope = self.session.envelope().clone();
        let mut mailboxes = Vec::new();
        let results: Vec<_> = envelope
            .recipients
            .iter()
            .map(|recipient| match recipient.mailbox.address.local() {
                "full" => Err(RefusedBy::Full),
                "gone" => Err(RefusedBy::Gone),
                _ => {
                    self.deliveries = self.deliveries.wrapping_add(1);
                    mailboxes.push(recipient.mailbox.address.to_string());
                    Ok(Accepted::after_commit(delivery_id(self.deliveries)))
                }
            })
            .collect();
        self.bodies.push(self.body.clone());
        // A text takes whatever is written to it.
        let _ = writeln!(
            self.stored,
            "{} {} {}",
            envelope.reverse_path,
            mailboxes.join(","),
            String::from_utf8_lossy(&self.body).escape_debug()
        );
        self.taken.append(&mut mailboxes);
        self.session.accepted(&results);
    }
}
