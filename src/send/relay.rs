//! One connection to the smarthost.
//!
//! lettre speaks SMTP, command by command, so that each recipient has its own result; connecting,
//! TLS and time limits are ours. STARTTLS in particular: lettre's would accept what an attacker
//! injected in plain text after the 220 (CVE-2011-0411 and its kin), so the handshake is done here,
//! left-over plain text is refused, and lettre gets the protected stream.

use std::fmt;
use std::io;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials as Login, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{
    ClientId, Extension, MailBodyParameter, MailParameter, RcptParameter,
};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::time::timeout;

use super::content::{Content, Stuffing};
use super::handed::{Handed, Shared};
use super::outcome::{self, Step, ours, refused, said};
use crate::config::secret::Secret;
use crate::lmtp_client::read_reply;
use crate::net::{self, BoxStream, ConnectError, Endpoint, Tls, TlsConnector, TlsError};
use crate::store::StoreError;
use crate::store::queue::{Outcome, RemoteReply};

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
    smtp: AsyncSmtpConnection,
    /// What `smtp` speaks over: messages are written to it past lettre, which would have them whole.
    stream: Shared,
    timeouts: RelayTimeouts,
    /// Whether it takes requests for reports (RFC 3461).
    knows_dsn: bool,
    /// Whether it wants to know sizes before (RFC 1870).
    knows_size: bool,
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
        match timeout(smarthost.timeouts.connect, open(smarthost)).await {
            Ok(opened) => {
                let (smtp, stream, offered) = opened?;
                let offers = |word: &str| {
                    let mut keywords = offered.lines().filter_map(|l| l.split_whitespace().next());
                    keywords.any(|keyword| keyword.eq_ignore_ascii_case(word))
                };
                Ok(Self {
                    smtp,
                    stream,
                    timeouts: smarthost.timeouts,
                    knows_dsn: offers("DSN"),
                    knows_size: offers("SIZE"),
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
            let _ = timeout(Duration::from_secs(5), self.smtp.quit()).await;
        }
    }

    async fn transaction(&mut self, message: &Outgoing<'_>) -> Vec<Outcome> {
        if self.is_broken {
            let why = ours("4.4.2 The connection to the smarthost was lost");
            return vec![Outcome::Deferred(why); message.recipients.len()];
        }
        if let Err(refusal) = self.mail(message).await {
            return vec![refusal; message.recipients.len()];
        }
        let mut outcomes = Vec::with_capacity(message.recipients.len());
        for recipient in message.recipients {
            outcomes.push(self.rcpt(recipient, message).await);
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
        // A refused DATA leaves the transaction open too: the next MAIL would be out of order.
        if !self.is_broken && self.command(Step::Rcpt, Rset).await.is_err() {
            self.is_broken = true;
        }
        outcomes
    }

    async fn mail(&mut self, message: &Outgoing<'_>) -> Result<(), Outcome> {
        let from = match message.reverse_path {
            Some(path) => Some(self.address(path)?),
            None => None,
        };
        let needs_utf8 = message.recipients.iter().any(|to| !to.is_ascii())
            || message.reverse_path.is_some_and(|from| !from.is_ascii());
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
        self.command(Step::Mail, Mail::new(from, parameters))
            .await?;
        Ok(())
    }

    async fn rcpt(&mut self, recipient: &str, message: &Outgoing<'_>) -> Outcome {
        if self.is_broken {
            return Outcome::Deferred(ours("4.4.2 The connection to the smarthost was lost"));
        }
        let result = match self.address(recipient) {
            Ok(address) => {
                let parameters = match self.knows_dsn {
                    true => notify(recipient, message),
                    false => Vec::new(),
                };
                self.command(Step::Rcpt, Rcpt::new(address, parameters))
                    .await
            }
            Err(refusal) => Err(refusal),
        };
        match result {
            Ok(reply) => Outcome::Relayed(reply),
            Err(refusal) => refusal,
        }
    }

    async fn data(&mut self, content: &Content) -> Result<RemoteReply, Outcome> {
        if self.is_broken {
            return Err(Outcome::Deferred(ours(
                "4.4.2 The connection to the smarthost was lost",
            )));
        }
        self.command(Step::Data, Data).await?;
        let sending = async {
            write_message(&mut self.stream, content).await?;
            Ok::<_, Unsent>(self.smtp.read_response().await)
        };
        let said = match timeout(self.timeouts.body, sending).await {
            Ok(Ok(said)) => Ok(said.map(text_of)),
            Ok(Err(unsent)) => {
                // It has no end: the smarthost throws away what it got when the connection is closed.
                self.is_broken = true;
                return Err(Outcome::Deferred(ours(&format!("4.4.2 {unsent}"))));
            }
            Err(elapsed) => Err(elapsed),
        };
        self.result(Step::Body, said)
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

    async fn command(
        &mut self,
        step: Step,
        command: impl fmt::Display,
    ) -> Result<RemoteReply, Outcome> {
        let said = timeout(self.timeouts.command, self.smtp.command(command)).await;
        self.result(step, said.map(|said| said.map(text_of)))
    }

    /// What a reply, or none, means.
    fn result(
        &mut self,
        step: Step,
        said: Result<Result<RemoteReply, SmtpError>, tokio::time::error::Elapsed>,
    ) -> Result<RemoteReply, Outcome> {
        let error = match said {
            Ok(Ok(reply)) => return Ok(reply),
            Ok(Err(error)) => error,
            Err(_) => {
                self.is_broken = true;
                return Err(Outcome::Deferred(ours(
                    "4.4.2 The smarthost did not answer in time",
                )));
            }
        };
        match error.status().map(u16::from) {
            Some(code) => {
                self.is_broken |= code == 421;
                Err(refused(step, code, &source_text(&error)))
            }
            None => {
                self.is_broken = true;
                let why = format!("4.4.2 The connection to the smarthost broke: {error}");
                Err(Outcome::Deferred(ours(&why)))
            }
        }
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

fn text_of(response: lettre::transport::smtp::response::Response) -> RemoteReply {
    let lines: Vec<&str> = response.message().collect();
    said(response.code().into(), &lines.join(" "))
}

/// The text of the reply in an error of lettre's.
fn source_text(error: &SmtpError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// Why a message was not written to its end.
#[derive(Debug, thiserror::Error)]
enum Unsent {
    #[error("The connection to the smarthost broke: {0}")]
    Connection(#[from] io::Error),
    #[error("The message could not be read")]
    Store(#[from] StoreError),
}

/// Writes a message and its end. The end is written only if all of it was as it was stored.
async fn write_message(stream: &mut Shared, content: &Content) -> Result<(), Unsent> {
    let mut pieces = content.pieces()?;
    let mut stuffing = Stuffing::default();
    while let Some(piece) = pieces.next().await? {
        stream.write_all(&stuffing.piece(&piece)).await?;
    }
    stream.write_all(stuffing.end()).await?;
    Ok(stream.flush().await?)
}

/// An open connection, and what it offers: lines of its answer to EHLO.
async fn open(smarthost: &Smarthost) -> Result<(AsyncSmtpConnection, Shared, String), Unreachable> {
    if smarthost.credentials.is_some() && smarthost.tls == Tls::Off {
        return Err(Unreachable::PlainPassword);
    }
    let limit = smarthost.timeouts.connect;
    let plain = net::connect(&smarthost.endpoint, limit).await?;
    let stream = match smarthost.tls {
        Tls::Off => Handed::new(plain, b""),
        Tls::Implicit => Handed::new(handshake(smarthost, plain).await?, b""),
        Tls::Starttls => {
            let plain = starttls(smarthost, plain).await?;
            // A server greets once, and lettre waits for it.
            Handed::new(handshake(smarthost, plain).await?, b"220 TLS\r\n")
        }
    };
    let shared = stream.shared();
    let hello = ClientId::Domain(smarthost.hello_name.clone());
    let unsaid = |error: SmtpError| Unreachable::Said(outcome::ours(&error.to_string()).text);
    let mut smtp = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello)
        .await
        .map_err(unsaid)?;
    if let Some(credentials) = &smarthost.credentials {
        let login = Login::new(
            credentials.username.clone(),
            credentials.password.expose().to_owned(),
        );
        smtp.auth(&[Mechanism::Plain, Mechanism::Login], &login)
            .await
            .map_err(unsaid)?;
    }
    // lettre forgets the extensions that it does not know.
    let answer = smtp.command(Ehlo::new(hello)).await.map_err(unsaid)?;
    let offered: Vec<&str> = answer.message().collect();
    let offered = offered.join("\n");
    Ok((smtp, shared, offered))
}

async fn handshake(smarthost: &Smarthost, stream: BoxStream) -> Result<BoxStream, Unreachable> {
    let connector = smarthost.connector.as_ref().ok_or(TlsError::NoRoots)?;
    let name = match &smarthost.tls_name {
        Some(name) => name.as_str(),
        None => smarthost.endpoint.server_name(),
    };
    Ok(connector
        .handshake(stream, name, smarthost.timeouts.connect)
        .await?)
}

/// Asks for STARTTLS on a fresh connection, and makes sure that nothing follows the answer.
async fn starttls(smarthost: &Smarthost, stream: BoxStream) -> Result<BoxStream, Unreachable> {
    let mut stream = BufReader::new(stream);
    expect(&mut stream, "", 220).await?;
    let hello = format!("EHLO {}\r\n", smarthost.hello_name);
    let offered = expect(&mut stream, &hello, 250).await?;
    if !offered
        .lines()
        .any(|line| line.trim().eq_ignore_ascii_case("STARTTLS"))
    {
        return Err(Unreachable::NoStartTls);
    }
    expect(&mut stream, "STARTTLS\r\n", 220).await?;
    if stream.buffer().is_empty() {
        Ok(stream.into_inner())
    } else {
        Err(Unreachable::Injected)
    }
}

async fn expect(
    stream: &mut BufReader<BoxStream>,
    command: &str,
    code: u16,
) -> Result<String, Unreachable> {
    let broken = |error: io::Error| Unreachable::Said(error.to_string());
    // An answer before its question.
    if !stream.buffer().is_empty() {
        return Err(Unreachable::Injected);
    }
    stream
        .get_mut()
        .write_all(command.as_bytes())
        .await
        .map_err(broken)?;
    stream.get_mut().flush().await.map_err(broken)?;
    match read_reply(stream).await.map_err(broken)? {
        Some(reply) if reply.code == code => Ok(reply.text),
        Some(reply) => Err(Unreachable::Said(ours(&reply.to_string()).text)),
        None => Err(Unreachable::Said("no SMTP reply".to_owned())),
    }
}

#[cfg(test)]
pub(super) mod tests;
