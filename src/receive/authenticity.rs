//! Whether a stranger's message comes from whom it says: SPF (RFC 7208), DKIM (RFC 6376) and DMARC
//! (RFC 7489), told in Authentication-Results (RFC 8601).
//!
//! Only strangers are looked at: a trusted host has looked itself, and its own address would fail SPF. The
//! outcome never refuses a message. What fails DMARC under a policy of quarantine or reject, and what
//! bears results in our name that are not ours, is filed in Junk. DNS has a time limit; what could not be
//! found out in it counts for nothing.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mail_auth::dmarc::Policy;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts,
};
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{
    AuthenticatedMessage, AuthenticationResults, DmarcResult, MessageAuthenticator, SpfResult,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::acceptor::{Envelope, Peer};

/// Messages that are looked at side by side.
const PARALLEL_MAX: usize = 16;
/// Signatures of a message that are verified (RFC 6376 §6.1 leaves it to us).
const SIGNATURES_MAX: usize = 5;
/// How long a message is looked at.
const TIME_MAX: Duration = Duration::from_secs(15);
/// How long a name server may take to answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(3);
/// Larger messages' signatures are not verified, in octets.
pub const SIGNED_OCTETS_MAX: u64 = 32 << 20;

/// What was found out about a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The value of Authentication-Results: our name and what was found.
    pub results: String,
    /// It is not from whom it says, or speaks in our name.
    pub is_forged: bool,
}

/// Why messages cannot be looked at.
#[derive(Debug, thiserror::Error)]
#[error("name servers: {0}")]
pub struct NoResolver(String);

/// Looks at messages.
#[derive(Clone)]
pub struct Verifier {
    authenticator: MessageAuthenticator,
    hostname: Arc<str>,
    slots: Arc<Semaphore>,
    time_max: Duration,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier")
            .field("hostname", &self.hostname)
            .finish_non_exhaustive()
    }
}

impl Verifier {
    /// Asks `servers`, or those of the system where there are none; `hostname` is our name in the results.
    ///
    /// # Errors
    /// When the system's name servers cannot be read.
    pub fn new(servers: &[SocketAddr], hostname: &str) -> Result<Self, NoResolver> {
        let authenticator = if servers.is_empty() {
            MessageAuthenticator::new_system_conf()
        } else {
            MessageAuthenticator::new(resolver_of(servers), options())
        };
        Ok(Self {
            authenticator: authenticator.map_err(|error| NoResolver(error.to_string()))?,
            hostname: hostname.into(),
            slots: Arc::new(Semaphore::new(PARALLEL_MAX)),
            time_max: TIME_MAX,
        })
    }

    /// A turn to look at a message; none if so many are looked at that none comes in the time that a look may take.
    pub async fn turn(&self) -> Option<Turn> {
        let waiting = Arc::clone(&self.slots).acquire_owned();
        let turn = tokio::time::timeout(self.time_max, waiting).await;
        turn.ok()?.ok().map(Turn)
    }

    /// Looks at a message; `is_whole` is false where `message` is only its beginning.
    pub async fn verify(
        &self,
        turn: Turn,
        envelope: &Envelope,
        message: Vec<u8>,
        is_whole: bool,
    ) -> Verdict {
        let _turn = turn;
        let Peer::Tcp(client) = envelope.client else {
            return Verdict::default();
        };
        let said = Said {
            client: client.ip().to_canonical(),
            helo: envelope.client_name.clone(),
            reverse_path: envelope.reverse_path.as_str().to_owned(),
        };
        let looking = self.clone();
        // Hashing a large message takes a while, and what a stranger wrote may make a parser panic: both are
        // kept off the asynchronous threads.
        let runtime = tokio::runtime::Handle::current();
        let looked = tokio::task::spawn_blocking(move || {
            runtime.block_on(async {
                tokio::time::timeout(looking.time_max, looking.look(&said, &message, is_whole))
                    .await
            })
        });
        match looked.await {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(_)) => self.nothing_found("the name servers took too long"),
            Err(error) => {
                tracing::error!(%error, "a message could not be looked at for SPF, DKIM and DMARC");
                self.nothing_found("it could not be read")
            }
        }
    }

    fn nothing_found(&self, why: &str) -> Verdict {
        Verdict {
            results: format!("{}; none ({why})", self.hostname),
            is_forged: false,
        }
    }

    async fn look(&self, said: &Said, message: &[u8], is_whole: bool) -> Verdict {
        let domain = said.reverse_path.rsplit_once('@').map_or("", |(_, d)| d);
        let spf = self
            .authenticator
            .verify_spf(match said.reverse_path.as_str() {
                "" => SpfParameters::verify_ehlo(said.client, &said.helo, &self.hostname),
                path => {
                    SpfParameters::verify_mail_from(said.client, &said.helo, &self.hostname, path)
                }
            })
            .await;
        let results = AuthenticationResults::new(&self.hostname);
        let results = match said.reverse_path.as_str() {
            "" => results.with_spf_ehlo_result(&spf, said.client, &said.helo),
            path => results.with_spf_mailfrom_result(&spf, said.client, path, &said.helo),
        };
        let Some(mut parsed) = AuthenticatedMessage::parse(message) else {
            return Verdict {
                results: results.to_string(),
                is_forged: speaks_for(message, &self.hostname),
            };
        };
        if is_whole {
            parsed.dkim_headers.truncate(SIGNATURES_MAX);
        } else {
            parsed.dkim_headers.clear();
        }
        let dkim = self.authenticator.verify_dkim(&parsed).await;
        let from = parsed.from().to_owned();
        let spf_domain = match domain {
            "" => said.helo.as_str(),
            domain => domain,
        };
        let dmarc = self
            .authenticator
            .verify_dmarc(DmarcParameters::new(&parsed, &dkim, spf_domain, &spf))
            .await;
        let results = results
            .with_dkim_results(&dkim, &from)
            .with_dmarc_result(&dmarc)
            .to_string();
        let is_strict = matches!(dmarc.policy(), Policy::Quarantine | Policy::Reject);
        let failed = matches!(dmarc.result(), DmarcResult::Fail(_));
        // A name server that did not answer about SPF or a key is no proof of anything.
        let is_sure = is_whole && spf.result() != SpfResult::TempError;
        Verdict {
            results,
            is_forged: (is_strict && failed && is_sure) || speaks_for(message, &self.hostname),
        }
    }
}

/// A turn to look at a message.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "it ends when it is dropped")] OwnedSemaphorePermit);

/// What the client said.
struct Said {
    client: IpAddr,
    helo: String,
    reverse_path: String,
}

fn resolver_of(servers: &[SocketAddr]) -> ResolverConfig {
    let servers = servers.iter().map(|server| {
        let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
        for connection in &mut connections {
            connection.port = server.port();
        }
        NameServerConfig::new(server.ip(), true, connections)
    });
    ResolverConfig::from_parts(None, Vec::new(), servers.collect())
}

fn options() -> ResolverOpts {
    let mut options = ResolverOpts::default();
    options.timeout = ANSWER_TIME_MAX;
    options.attempts = 2;
    options
}

/// Whether a message that comes from outside bears results in our name (RFC 8601 §5). They cannot be taken
/// out, for a message is kept as it came.
fn speaks_for(message: &[u8], hostname: &str) -> bool {
    super::trace::fields(message).any(|(name, value)| {
        if !name.eq_ignore_ascii_case(b"Authentication-Results") {
            return false;
        }
        let value = String::from_utf8_lossy(value);
        let service = value
            .split(';')
            .next()
            .and_then(|service| service.split_ascii_whitespace().next());
        service.is_some_and(|service| service.trim_matches('"').eq_ignore_ascii_case(hostname))
    })
}

#[cfg(test)]
mod tests;
