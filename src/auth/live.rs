//! Services that know users' passwords too: asked by signing in to them, and out again.
//!
//! Bounded in time and in number. One that does not answer is as if it were not there, and is then left
//! alone for a while, so that nobody waits for it again and again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ldap3::{LdapConnAsync, LdapConnSettings};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::password::PASSWORD_BYTES_MAX;
use crate::config::{LiveAsk, LiveCheck, LiveKind};
use crate::ids::{Address, MailstoreId};
use crate::imap::{Client, Code, ImapError, Limits, Server};
use crate::net::{Endpoint, Tls, TlsConnector};

/// Failures in a row after which a service is left alone.
const FAILURES_MAX: u32 = 3;
/// Longest answer that is read from IMAP, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// What LDAP says of a wrong name or password (RFC 4511 appendix A: invalidCredentials).
const INVALID_CREDENTIALS: u32 = 49;

/// What a service says of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is the one.
    Right,
    /// It is not.
    Wrong,
    /// Nothing: it was not asked, is not there, or has trouble of its own.
    Silent,
}

impl Answer {
    /// Whether somebody is let in, whose password the hash here found right or not.
    pub const fn decides(self, by_hash: bool) -> bool {
        match self {
            Self::Right => true,
            Self::Wrong => false,
            Self::Silent => by_hash,
        }
    }
}

/// All services that are configured.
#[derive(Debug)]
pub struct Live(Vec<Asked>);

#[derive(Debug)]
struct Asked {
    check: LiveCheck,
    tls: Option<TlsConnector>,
    turns: Arc<Semaphore>,
    rest: Mutex<Rest>,
}

/// Whether a service is left alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rest {
    failures: u32,
    until: Option<Instant>,
}

impl Rest {
    fn is_over(self, now: Instant) -> bool {
        self.until.is_none_or(|until| now >= until)
    }

    /// After an answer, or none.
    fn after(self, answer: Answer, rest: Duration, now: Instant) -> Self {
        match answer {
            Answer::Right | Answer::Wrong => Self::default(),
            Answer::Silent => {
                let failures = self.failures.saturating_add(1);
                Self {
                    failures,
                    until: (failures >= FAILURES_MAX).then(|| now + rest),
                }
            }
        }
    }
}

impl Live {
    /// The services of the configuration. One whose certificates cannot be read is never asked.
    pub fn new(checks: &[LiveCheck]) -> Self {
        let asked = checks.iter().filter_map(|check| {
            let tls = match check.tls {
                Tls::Off => Ok(None),
                _ => TlsConnector::new(check.tls_ca_file.as_deref()).map(Some),
            };
            match tls {
                Ok(tls) => Some(Asked {
                    check: check.clone(),
                    tls,
                    turns: Arc::new(Semaphore::new(check.parallel as usize)),
                    rest: Mutex::default(),
                }),
                Err(error) => {
                    tracing::error!(server = %check.server, %error, "a live check is not asked");
                    None
                }
            }
        });
        Self(asked.collect())
    }

    /// Asks the service for the mailboxes of a mailstore, if there is one and it is to be asked; without a
    /// mailstore, the one that stands in for those of unknown addresses, so that these take as long.
    pub async fn ask(
        &self,
        mailstore: Option<&MailstoreId>,
        user: &Address,
        password: &str,
        by_hash: bool,
    ) -> Answer {
        match self.of(mailstore) {
            Some(asked) if asked.check.ask == LiveAsk::Always || !by_hash => {
                asked.ask(user, password).await
            }
            _ => Answer::Silent,
        }
    }

    /// How long what the service for a mailstore found right is remembered, if it is.
    pub fn kept(&self, mailstore: &MailstoreId) -> Option<Duration> {
        let asked = self.of(Some(mailstore))?;
        asked.check.remember_for.map(Duration::from)
    }

    fn of(&self, mailstore: Option<&MailstoreId>) -> Option<&Asked> {
        self.0.iter().find(|asked| {
            let only = &asked.check.mailstores;
            only.is_empty() || mailstore.is_none_or(|mailstore| only.contains(mailstore))
        })
    }
}

impl Asked {
    async fn ask(&self, user: &Address, password: &str) -> Answer {
        // An empty password is a bind as nobody, which always succeeds (RFC 4513 §5.1.2).
        let fits = !password.is_empty()
            && password.len() <= PASSWORD_BYTES_MAX
            && !password.contains(['\0', '\r', '\n']);
        let Ok(_turn) = self.turns.clone().try_acquire_owned() else {
            return Answer::Silent;
        };
        if !fits || !self.rest().is_over(Instant::now()) {
            return Answer::Silent;
        }
        let timeout = self.check.timeout.duration();
        let asked = async {
            match self.check.kind {
                LiveKind::Imap => self.by_imap(user, password).await,
                LiveKind::Ldap => self.by_ldap(user, password).await,
            }
        };
        let answer = match tokio::time::timeout(timeout, asked).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(reason)) => {
                tracing::warn!(server = %self.check.server, reason, "a live check of a password failed");
                Answer::Silent
            }
            Err(_) => {
                tracing::warn!(server = %self.check.server, "a live check of a password took too long");
                Answer::Silent
            }
        };
        let mut rest = self.rest();
        *rest = rest.after(answer, self.check.rest.duration(), Instant::now());
        answer
    }

    async fn by_imap(&self, user: &Address, password: &str) -> Result<Answer, String> {
        let timeout = self.check.timeout.duration();
        let server = Server {
            endpoint: self.check.server.clone(),
            tls: self.check.tls,
            tls_connector: self.tls.clone(),
            tls_name: None,
            limits: Limits {
                connect: timeout,
                silence: timeout,
                command: timeout,
                answer_bytes_max: ANSWER_BYTES_MAX,
            },
        };
        let mut client = Client::connect(&server).await.map_err(|e| e.to_string())?;
        let name = filled(&self.check.user, user, str::to_owned);
        match client.login(&name, password).await {
            Ok(()) => {
                let _ = client.logout().await;
                Ok(Answer::Right)
            }
            Err(ImapError::Refused(refusal)) if !refusal.bad => match refusal.code {
                // RFC 5530 §3; older servers give no code.
                None | Some(Code::AuthenticationFailed | Code::AuthorizationFailed) => {
                    Ok(Answer::Wrong)
                }
                Some(_) => Err("it could not say".to_owned()),
            },
            // What it said stays unsaid: it may repeat what was sent.
            Err(ImapError::Refused(_)) => Err("it did not understand the sign-in".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn by_ldap(&self, user: &Address, password: &str) -> Result<Answer, String> {
        let mut settings = LdapConnSettings::new().set_conn_timeout(self.check.timeout.duration());
        if let Some(tls) = &self.tls {
            settings = settings
                .set_config(tls.client_config().into())
                .set_starttls(self.check.tls == Tls::Starttls);
        }
        let scheme = match self.check.tls {
            Tls::Implicit => "ldaps",
            Tls::Off | Tls::Starttls => "ldap",
        };
        let Endpoint::Tcp { .. } = &self.check.server else {
            return Err("an LDAP server is reached by TCP".to_owned());
        };
        let url = format!("{scheme}://{}", self.check.server);
        let (connection, mut ldap) = LdapConnAsync::with_settings(settings, &url)
            .await
            .map_err(|e| e.to_string())?;
        ldap3::drive!(connection);
        let dn = filled(&self.check.user, user, |part| {
            ldap3::dn_escape(part).into_owned()
        });
        let bound = ldap.simple_bind(&dn, password).await;
        let _ = ldap.unbind().await;
        match bound.map_err(|e| e.to_string())?.rc {
            0 => Ok(Answer::Right),
            INVALID_CREDENTIALS => Ok(Answer::Wrong),
            code => Err(format!("LDAP result code {code}")),
        }
    }

    fn rest(&self) -> std::sync::MutexGuard<'_, Rest> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A name with the parts of an address for its variables, each made safe.
fn filled(template: &str, user: &Address, safe: impl Fn(&str) -> String) -> String {
    let mut name = String::with_capacity(template.len() + user.as_str().len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        name.push_str(before);
        let mut variable = after.chars();
        match variable.next() {
            Some('u') => name.push_str(&safe(user.as_str())),
            Some('n') => name.push_str(&safe(user.local())),
            Some('d') => name.push_str(&safe(user.domain())),
            Some('%') => name.push('%'),
            Some(other) => name.extend(['%', other]),
            None => name.push('%'),
        }
        rest = variable.as_str();
    }
    name.push_str(rest);
    name
}

#[cfg(test)]
mod tests;
