//! One connection to the smarthost.
//!
//! lettre greets, signs in and writes the commands; connecting, TLS, time limits and what replies mean are
//! ours, so that each recipient has its own result and no odd reply is taken for a lost connection. STARTTLS in particular: lettre's would accept what an attacker
//! injected in plain text after the 220 (CVE-2011-0411 and its kin), so the handshake is done here,
//! left-over plain text is refused, and lettre gets the protected stream.

use std::fmt;
use std::io;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{
    Extension, MailBodyParameter, MailParameter, RcptParameter,
};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use self::body::Unsent;
use super::content::Content;
use super::notice::headers_of;
use super::outcome::{Step, is_about_us, ours, refused, said};
use crate::config::secret::Secret;
use crate::lmtp_client::{Reply, read_reply};
use crate::net::{BoxStream, ConnectError, Endpoint, Tls, TlsConnector, TlsError};
use crate::store::queue::{Outcome, RemoteReply};

mod body;
mod open;

/// Most recipients of one transaction; more are sent in several (RFC 5321 §4.5.3.1.8: every server
/// takes 100).
const RECIPIENTS_MAX: usize = 100;

/// How long the smarthost is waited for (RFC 5321 §4.5.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelayTimeouts {
    /// For the connection, its greeting, TLS and sign-in.
    pub connect: Duration,
    /// For the reply to a command.
    pub command: Duration,
    /// For the message to be taken and answered.
    pub body: Duration,
}

impl Default for RelayTimeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            command: Duration::from_secs(300),
            body: Duration::from_secs(600),
        }
    }
}

/// How to sign in at the smarthost.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user.
    pub username: String,
    /// Its password.
    pub password: Secret,
}

/// The hoster's outgoing mail server.
#[derive(Clone, Debug)]
pub struct Smarthost {
    /// Where it is.
    pub endpoint: Endpoint,
    /// How the connection is protected.
    pub tls: Tls,
    /// The name its certificate must have, where that is not the endpoint's host.
    pub tls_name: Option<String>,
    /// Whom to trust; needed unless `tls` is off.
    pub connector: Option<TlsConnector>,
    /// How to sign in, if at all.
    pub credentials: Option<Credentials>,
    /// What we call ourselves.
    pub hello_name: String,
    /// Whether messages go as chunks (RFC 3030) where it takes them.
    pub chunking: bool,
    /// How long to wait.
    pub timeouts: RelayTimeouts,
}

/// Why the smarthost cannot be used now. Never the fault of a message.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// All were found unusable just now.
    #[error("no smarthost can be used now")]
    None,
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// No TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// It does not offer what is required.
    #[error("the smarthost does not offer STARTTLS, which its tls setting requires")]
    NoStartTls,
    /// Something stood in plain text after its answer to EHLO or STARTTLS.
    #[error(
        "the smarthost sent plain text around STARTTLS that was not asked for: somebody is in between"
    )]
    Injected,
    /// Sign-in over a connection that is not protected.
    #[error("the password is not sent without TLS; set the smarthost's tls")]
    PlainPassword,
    /// It said no, or nonsense.
    #[error("the smarthost said: {0}")]
    Said(String),
    /// It said nothing.
    #[error("the smarthost did not answer in time")]
    Timeout,
}

/// A message on its way.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The reverse-path; none is the null reverse-path.
    pub reverse_path: Option<&'a str>,
    /// Whom it goes to.
    pub recipients: &'a [&'a str],
    /// Headers and body.
    pub content: &'a Content,
    /// Which reports the smarthost is asked for, where it sends any.
    pub reports: Reports<'a>,
}

/// Which reports a smarthost that knows DSN is asked for (RFC 3461).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reports<'a> {
    /// By what the sender knows the message, in its reports.
    pub envelope_id: &'a str,
    /// Whether it is to say that the message arrived.
    pub success: bool,
}

/// An open connection to the smarthost.
pub struct Relay {
    /// What lettre has found out about it; it greets and signs in, and says nothing more afterwards.
    smtp: AsyncSmtpConnection,
    /// What `smtp` spoke over.
    stream: BufReader<BoxStream>,
    timeouts: RelayTimeouts,
    /// Whether it takes requests for reports (RFC 3461).
    knows_dsn: bool,
    /// Whether it wants to know sizes before (RFC 1870).
    knows_size: bool,
    /// Whether it takes commands before it has answered (RFC 2920).
    knows_pipelining: bool,
    /// Whether messages go as chunks (RFC 3030), not behind DATA.
    in_chunks: bool,
    /// Commands that were said and whose answers were not read yet; without chunks the last of them is DATA.
    ahead: usize,
    /// It took no message now, whoever it was for.
    declined: bool,
    /// It may have taken the message, and did not say.
    in_doubt: bool,
    /// It takes no mail for others from this server.
    refuses_us: bool,
    is_broken: bool,
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay")
            .field("is_broken", &self.is_broken)
            .finish_non_exhaustive()
    }
}

impl Relay {
    /// Connects, protects the connection and signs in, as the smarthost's settings say.
    ///
    /// # Errors
    /// When it cannot be used now.
    pub async fn connect(smarthost: &Smarthost) -> Result<Self, Unreachable> {
        match timeout(smarthost.timeouts.connect, open::open(smarthost)).await {
            Ok(opened) => {
                let (smtp, shared, offered) = opened?;
                let stream: BoxStream = Box::new(shared);
                let offers = |word: &str| {
                    let mut keywords = offered.lines().filter_map(|l| l.split_whitespace().next());
                    keywords.any(|keyword| keyword.eq_ignore_ascii_case(word))
                };
                Ok(Self {
                    smtp,
                    stream: BufReader::new(stream),
                    timeouts: smarthost.timeouts,
                    knows_dsn: offers("DSN"),
                    knows_size: offers("SIZE"),
                    knows_pipelining: offers("PIPELINING"),
                    in_chunks: smarthost.chunking && offers("CHUNKING"),
                    ahead: 0,
                    declined: false,
                    in_doubt: false,
                    refuses_us: false,
                    is_broken: false,
                })
            }
            Err(_) => Err(Unreachable::Timeout),
        }
    }

    /// Whether another message can be sent over it.
    pub fn is_usable(&self) -> bool {
        !self.is_broken
    }

    /// Whether it would not take the last message now, for a reason of its own, and surely has not: another may.
    pub const fn declined(&self) -> bool {
        self.declined && !self.in_doubt
    }

    /// Whether it said of the last message that it takes none for others from this server.
    pub const fn refuses_us(&self) -> bool {
        self.refuses_us
    }

    /// Whether it takes over to tell the sender that a message arrived.
    pub const fn reports(&self) -> bool {
        self.knows_dsn
    }

    /// Sends a message; one outcome for each recipient, in order.
    pub async fn send(&mut self, message: &Outgoing<'_>) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(message.recipients.len());
        self.send_into(message, &mut outcomes).await;
        outcomes
    }

    /// Sends a message; adds one outcome for each recipient, in order, as soon as it is known: whoever breaks
    /// off knows who has the message.
    pub async fn send_into(&mut self, message: &Outgoing<'_>, outcomes: &mut Vec<Outcome>) {
        (self.declined, self.in_doubt, self.refuses_us) = (false, false, false);
        if !message.content.has_strict_line_ends() {
            let why = ours("5.6.0 The message has a line end that is not CR LF");
            outcomes.extend(vec![Outcome::Failed(why); message.recipients.len()]);
            return;
        }
        for recipients in message.recipients.chunks(RECIPIENTS_MAX) {
            let part = Outgoing {
                recipients,
                ..*message
            };
            outcomes.extend(self.transaction(&part).await);
        }
    }

    /// Says QUIT, if there is anyone to say it to.
    pub async fn quit(mut self) {
        if self.is_usable() {
            // How it ends does not matter: everything has its result.
            let quitting = async {
                self.write(b"QUIT\r\n").await?;
                self.read().await
            };
            let _ = timeout(Duration::from_secs(5), quitting).await;
        }
    }

    async fn transaction(&mut self, message: &Outgoing<'_>) -> Vec<Outcome> {
        let everyone = |outcome: Outcome| vec![outcome; message.recipients.len()];
        // What was not asked for would be taken for an answer to what is said next.
        self.is_broken |= !self.stream.buffer().is_empty();
        if self.is_broken {
            self.declined = true;
            let why = ours("4.4.2 The connection to the smarthost was lost");
            return everyone(Outcome::Deferred(why));
        }
        let mail = match self.mail(message) {
            Ok(mail) => mail,
            Err(refusal) => return everyone(refusal),
        };
        let recipients = message.recipients.iter();
        let rcpts: Vec<_> = recipients.map(|to| self.rcpt(to, message)).collect();
        if self.knows_pipelining
            && let Err(error) = self.say_ahead(&mail, &rcpts).await
        {
            self.is_broken = true;
            let why = format!("4.4.2 The connection to the smarthost broke: {error}");
            return everyone(Outcome::Deferred(ours(&why)));
        }
        if let Err(refusal) = self.command(Step::Mail, mail).await {
            self.never_mind().await;
            return everyone(refusal);
        }
        let mut outcomes = Vec::with_capacity(rcpts.len());
        for rcpt in rcpts {
            outcomes.push(match rcpt {
                Ok(_) if self.is_broken => {
                    Outcome::Deferred(ours("4.4.2 The connection to the smarthost was lost"))
                }
                Ok(rcpt) => match self.command(Step::Rcpt, rcpt).await {
                    Ok(reply) => Outcome::Relayed(reply),
                    Err(refusal) => refusal,
                },
                Err(refusal) => refusal,
            });
        }
        if outcomes.iter().any(is_taken) {
            let result = self.data(message.content).await;
            for outcome in outcomes.iter_mut().filter(|outcome| is_taken(outcome)) {
                *outcome = match &result {
                    Ok(reply) => Outcome::Relayed(reply.clone()),
                    Err(refusal) => refusal.clone(),
                };
            }
            if result.is_ok() {
                return outcomes;
            }
        }
        self.never_mind().await;
        outcomes
    }

    /// Says MAIL, RCPT and, where there is one, DATA without waiting for answers (RFC 2920 §3.1); they are read as
    /// each command is come to.
    async fn say_ahead(
        &mut self,
        mail: &Mail,
        rcpts: &[Result<Rcpt, Outcome>],
    ) -> Result<(), io::Error> {
        let mut group = mail.to_string();
        let mut count = 1;
        for rcpt in rcpts.iter().flatten() {
            group.push_str(&rcpt.to_string());
            count += 1;
        }
        if !self.in_chunks {
            group.push_str(&Data.to_string());
            count += 1;
        }
        self.ahead = count;
        let limit = self.timeouts.command;
        let written = timeout(limit, self.write(group.as_bytes())).await;
        written.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Ends a transaction that comes to nothing: what was said ahead is answered, and a smarthost that waits for
    /// a message although it took no recipient gets the end of it (RFC 2920 §3.1). A refused DATA leaves the
    /// transaction open too: the next MAIL would be out of order.
    async fn never_mind(&mut self) {
        while self.ahead > 0 && !self.is_broken {
            let step = match self.ahead {
                1 if !self.in_chunks => Step::Data,
                _ => Step::Rcpt,
            };
            let taken = self.command(step, Rset).await.is_ok();
            if taken && step == Step::Data {
                // Whatever it says to that.
                let _ = self.command(Step::Body, ".\r\n").await;
            }
        }
        if !self.is_broken && self.command(Step::Rcpt, Rset).await.is_err() {
            self.is_broken = true;
        }
    }

    fn mail(&self, message: &Outgoing<'_>) -> Result<Mail, Outcome> {
        let from = match message.reverse_path {
            Some(path) => Some(self.address(path)?),
            None => None,
        };
        let needs_utf8 = message.recipients.iter().any(|to| !to.is_ascii())
            || message.reverse_path.is_some_and(|from| !from.is_ascii())
            // Who is left at a further try may be ASCII; what it was written for is in its header still.
            || !headers_of(message.content.head()).is_ascii();
        let mut parameters = Vec::new();
        if needs_utf8 && self.offers(Extension::SmtpUtfEight) {
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !message.content.is_ascii() && self.offers(Extension::EightBitMime) {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        if self.knows_size {
            let octets = usize::try_from(message.content.size_bytes()).unwrap_or(usize::MAX);
            parameters.push(MailParameter::Size(octets));
        }
        // A null reverse-path wants no reports at all.
        if self.knows_dsn && message.reverse_path.is_some() {
            parameters.push(other_mail("RET", "HDRS"));
            parameters.push(other_mail("ENVID", message.reports.envelope_id));
        }
        Ok(Mail::new(from, parameters))
    }

    fn rcpt(&self, recipient: &str, message: &Outgoing<'_>) -> Result<Rcpt, Outcome> {
        let address = self.address(recipient)?;
        let parameters = match self.knows_dsn {
            true => notify(recipient, message),
            false => Vec::new(),
        };
        Ok(Rcpt::new(address, parameters))
    }

    async fn data(&mut self, content: &Content) -> Result<RemoteReply, Outcome> {
        if self.is_broken {
            return Err(Outcome::Deferred(ours(
                "4.4.2 The connection to the smarthost was lost",
            )));
        }
        if !self.in_chunks {
            self.command(Step::Data, Data).await?;
        }
        let limit = self.timeouts.body;
        let sending = async {
            let stream = self.stream.get_mut();
            match self.in_chunks {
                true => body::chunk(stream, content).await?,
                false => body::dotted(stream, content).await?,
            }
            Ok::<_, Unsent>(self.read().await)
        };
        let answer = match timeout(limit, sending).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(unsent)) => {
                // It has no end: the smarthost throws away what it got when the connection is closed.
                self.is_broken = true;
                self.declined = true;
                return Err(Outcome::Deferred(ours(&format!("4.4.2 {unsent}"))));
            }
            Err(elapsed) => Err(elapsed),
        };
        self.result(Step::Body, answer)
    }

    /// The address as lettre wants it, if the smarthost can take it.
    fn address(&self, text: &str) -> Result<Address, Outcome> {
        if !text.is_ascii() && !self.offers(Extension::SmtpUtfEight) {
            return Err(Outcome::Failed(ours(
                "5.6.7 The smarthost does not take addresses with such characters",
            )));
        }
        text.parse()
            .map_err(|_| Outcome::Failed(ours("5.1.3 This is not an address")))
    }

    fn offers(&self, extension: Extension) -> bool {
        self.smtp.server_info().supports_feature(extension)
    }

    /// Says a command, unless it was said ahead, and reads its answer.
    async fn command(
        &mut self,
        step: Step,
        command: impl fmt::Display,
    ) -> Result<RemoteReply, Outcome> {
        let is_said = self.ahead > 0;
        self.ahead = self.ahead.saturating_sub(1);
        let limit = self.timeouts.command;
        let saying = async {
            if !is_said {
                self.write(command.to_string().as_bytes()).await?;
            }
            self.read().await
        };
        let answer = timeout(limit, saying).await;
        self.result(step, answer)
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes).await?;
        self.stream.get_mut().flush().await
    }

    /// Reads a reply, of any characters, with or without a text (RFC 5321 §4.2).
    async fn read(&mut self) -> io::Result<Reply> {
        let reply = read_reply(&mut self.stream).await?;
        reply.ok_or_else(|| io::Error::other("it said something that is no SMTP reply"))
    }

    /// What a reply, or none, means. Only what fits the step is a yes: 354 to DATA, 2yz to everything else.
    fn result(
        &mut self,
        step: Step,
        answer: Result<io::Result<Reply>, Elapsed>,
    ) -> Result<RemoteReply, Outcome> {
        let why = match answer {
            Ok(Ok(reply)) => match (reply.code, step) {
                (300..=399, Step::Data) => return Ok(said(reply.code, &reply.text)),
                (200..=299, Step::Mail | Step::Rcpt | Step::Body) => {
                    return Ok(said(reply.code, &reply.text));
                }
                (400.., _) => {
                    self.is_broken |= reply.code == 421;
                    let about_us = is_about_us(step, reply.code, &reply.text);
                    self.refuses_us |= about_us;
                    self.declined |= about_us || (reply.code < 500 && step != Step::Rcpt);
                    return Err(refused(step, reply.code, &reply.text));
                }
                _ => format!("4.5.0 The smarthost answered out of turn: {reply}"),
            },
            Ok(Err(error)) => format!("4.4.2 The connection to the smarthost broke: {error}"),
            Err(_) => "4.4.2 The smarthost did not answer in time".to_owned(),
        };
        self.is_broken = true;
        match step {
            Step::Body => self.in_doubt = true,
            Step::Mail | Step::Rcpt | Step::Data => self.declined = true,
        }
        Err(Outcome::Deferred(ours(&why)))
    }
}

fn other_mail(keyword: &str, value: &str) -> MailParameter {
    MailParameter::Other {
        keyword: keyword.to_owned(),
        value: Some(value.to_owned()),
    }
}

/// Which reports are wanted for a recipient (RFC 3461 §4.1 and §4.2; lettre writes values as xtext). An
/// address beyond ASCII is not named again: how, RFC 6533 §3 says, and few servers know.
fn notify(recipient: &str, message: &Outgoing<'_>) -> Vec<RcptParameter> {
    let other = |keyword: &str, value: String| RcptParameter::Other {
        keyword: keyword.to_owned(),
        value: Some(value),
    };
    let events = match (message.reverse_path, message.reports.success) {
        (None, _) => "NEVER",
        (Some(_), true) => "SUCCESS,FAILURE,DELAY",
        (Some(_), false) => "FAILURE,DELAY",
    };
    let mut parameters = vec![other("NOTIFY", events.to_owned())];
    if recipient.is_ascii() {
        parameters.push(other("ORCPT", format!("rfc822;{recipient}")));
    }
    parameters
}

type SmtpError = lettre::transport::smtp::Error;

/// Whether a recipient was taken at RCPT: it has no final outcome before the message has.
fn is_taken(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Relayed(_))
}

#[cfg(test)]
pub(super) mod tests;
