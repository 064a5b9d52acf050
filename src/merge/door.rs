//! The merge's own door into Dovecot: whether it is as it should be, and what to configure.
//!
//! Looks only: sign-ins, CAPABILITY, MYRIGHTS, EXAMINE. What cannot be seen from outside is said to
//! be so, never taken for right.

use std::time::Duration;

use tokio::time::Instant;

use crate::ids::{Address, MailstoreId};
use crate::imap::{Client, FolderName, ImapError};

use super::{MailstoreAccess, Merger};

/// Sign-ins that are timed.
const LOGINS: usize = 5;
/// A sign-in beyond the round trip that takes longer than this starts a process of its own.
const LOGIN_SLOW: Duration = Duration::from_millis(4);

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The server answers.
    Connection,
    /// The master user gets in.
    SignIn,
    /// Several messages in one command.
    MultiAppend,
    /// The server tells the UIDs.
    UidPlus,
    /// Messages can be moved along.
    Move,
    /// INBOX can be opened and tells its UIDVALIDITY.
    Inbox,
    /// The master user has the user's rights.
    Rights,
    /// Messages put into Junk do not train a filter.
    Junk,
    /// Signing in is quick.
    Speed,
    /// A listener of its own.
    Listener,
}

impl Check {
    /// Its short name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::SignIn => "sign-in",
            Self::MultiAppend => "multiappend",
            Self::UidPlus => "uidplus",
            Self::Move => "move",
            Self::Inbox => "inbox",
            Self::Rights => "rights",
            Self::Junk => "junk",
            Self::Speed => "speed",
            Self::Listener => "listener",
        }
    }
}

/// What a check showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// It works, and could be better.
    Advice,
    /// The merge would not work.
    Bad,
    /// It cannot be seen from outside.
    Unseen,
}

impl Verdict {
    /// Its short name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Advice => "advice",
            Self::Bad => "bad",
            Self::Unseen => "unseen",
        }
    }
}

/// One check with what it found and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub check: Check,
    /// What it showed.
    pub verdict: Verdict,
    /// In words.
    pub text: String,
    /// What to configure, if anything.
    pub advice: Option<&'static str>,
}

fn finding(check: Check, verdict: Verdict, text: impl Into<String>) -> Finding {
    Finding {
        check,
        verdict,
        text: text.into(),
        advice: None,
    }
}

impl Finding {
    fn advise(mut self, advice: &'static str) -> Self {
        self.advice = Some(advice);
        self
    }
}

impl Merger {
    /// Looks at the door into `mailstore`, as `user`. None if the merge does not know the mailstore.
    pub async fn check_door(
        &self,
        mailstore: &MailstoreId,
        user: &Address,
    ) -> Option<Vec<Finding>> {
        let access = self.access(mailstore)?;
        let mut findings = Vec::new();
        if let Err(error) = look(access, user, &mut findings).await {
            let text = format!("the mailstore broke off: {error}");
            findings.push(finding(Check::Connection, Verdict::Bad, text));
        }
        findings.push(
            finding(
                Check::Listener,
                Verdict::Unseen,
                "whether the merge has a listener of its own cannot be seen",
            )
            .advise(
                "give it one: its own inet_listener and process limits, without push notifications \
                 and without imap_sieve",
            ),
        );
        Some(findings)
    }
}

async fn look(
    access: &MailstoreAccess,
    user: &Address,
    findings: &mut Vec<Finding>,
) -> Result<(), ImapError> {
    let begun = Instant::now();
    let mut client = match Client::connect(&access.server).await {
        Ok(client) => client,
        Err(error) => {
            findings.push(finding(Check::Connection, Verdict::Bad, error.to_string()));
            return Ok(());
        }
    };
    let connected = begun.elapsed();
    let text = format!("it answers after {} ms", connected.as_millis());
    findings.push(finding(Check::Connection, Verdict::Good, text));
    if let Err(error) = sign_in(&mut client, access, user).await {
        let text = format!("as {user} through {}: {error}", access.master_user);
        findings.push(finding(Check::SignIn, Verdict::Bad, text).advise(
            "configure a master passdb (master = yes, result_success = continue) and \
             auth_master_user_separator, and check master_user, master_password_file and \
             master_separator here",
        ));
        return Ok(());
    }
    let text = format!("as {user} through {}", access.master_user);
    findings.push(finding(Check::SignIn, Verdict::Good, text));
    capabilities(&mut client, findings).await?;
    mailbox(&mut client, findings).await?;
    // It is over either way.
    let _ = client.logout().await;
    findings.push(speed(access, user).await?);
    Ok(())
}

async fn sign_in(
    client: &mut Client,
    access: &MailstoreAccess,
    user: &Address,
) -> Result<(), ImapError> {
    let (separator, master) = (access.separator, &access.master_user);
    client
        .login_as(user.as_str(), separator, master, &access.master_password)
        .await
}

async fn capabilities(client: &mut Client, findings: &mut Vec<Finding>) -> Result<(), ImapError> {
    for (check, name, missing, text) in [
        (
            Check::MultiAppend,
            "MULTIAPPEND",
            Verdict::Bad,
            "several messages go in one command",
        ),
        (
            Check::UidPlus,
            "UIDPLUS",
            Verdict::Advice,
            "it tells the UIDs of what it stored; without that, all is looked for afterwards",
        ),
        (
            Check::Move,
            "MOVE",
            Verdict::Advice,
            "what a user moves after it was merged can be moved along",
        ),
    ] {
        let offered = client.has_capability(name).await?;
        let (verdict, text) = match offered {
            true => (Verdict::Good, text.to_owned()),
            false => (missing, format!("{name} is not offered: {text}")),
        };
        findings.push(finding(check, verdict, text));
    }
    let trains = client.has_capability_like("IMAPSIEVE").await?;
    findings.push(if trains {
        let text = "imap_sieve is on: messages put into Junk may train the filter";
        finding(Check::Junk, Verdict::Advice, text).advise(
            "leave imap_sieve out of mail_plugins in the protocol imap block of the merge's \
             listener",
        )
    } else {
        let text = "imap_sieve is not offered; other plugins cannot be seen";
        finding(Check::Junk, Verdict::Good, text)
    });
    Ok(())
}

async fn mailbox(client: &mut Client, findings: &mut Vec<Finding>) -> Result<(), ImapError> {
    let inbox = FolderName::inbox();
    match client.examine(&inbox).await {
        Ok(selected) => {
            let text = format!(
                "UIDVALIDITY {}, UIDNEXT {}",
                selected.uid_validity, selected.uid_next
            );
            findings.push(finding(Check::Inbox, Verdict::Good, text));
        }
        Err(ImapError::Refused(refusal)) => {
            let text = format!("INBOX cannot be opened: {refusal}");
            findings.push(finding(Check::Inbox, Verdict::Bad, text));
        }
        Err(error) => return Err(error),
    }
    let rights = match client.my_rights(&inbox).await {
        Ok(rights) => rights,
        Err(ImapError::Refused(refusal)) => Some(format!("({refusal})")),
        Err(error) => return Err(error),
    };
    findings.push(judge_rights(rights.as_deref()));
    Ok(())
}

/// Rights needed: look, read, seen, write, insert, and create folders (RFC 4314 §2.1).
fn judge_rights(rights: Option<&str>) -> Finding {
    let Some(rights) = rights else {
        let text = "ACL is not offered; an acl plugin without imap_acl cannot be seen";
        return finding(Check::Rights, Verdict::Unseen, text)
            .advise("if mail_plugins has acl, the master passdb needs userdb_acl_user=%u");
    };
    let missing: String = "lrswik".chars().filter(|c| !rights.contains(*c)).collect();
    if missing.is_empty() {
        let text = format!("on INBOX: {rights}");
        return finding(Check::Rights, Verdict::Good, text);
    }
    let text = format!("on INBOX the master user has {rights} and lacks {missing}");
    finding(Check::Rights, Verdict::Bad, text)
        .advise("the acl plugin is on: the master user needs acl_user = %u")
}

/// The median of some sign-ins, without the time on the way.
async fn speed(access: &MailstoreAccess, user: &Address) -> Result<Finding, ImapError> {
    let mut took = Vec::with_capacity(LOGINS);
    for _ in 0..LOGINS {
        let mut client = Client::connect(&access.server).await?;
        let begun = Instant::now();
        sign_in(&mut client, access, user).await?;
        let signed_in = begun.elapsed();
        let begun = Instant::now();
        client.noop().await?;
        took.push(signed_in.saturating_sub(begun.elapsed()));
        // It is over either way.
        let _ = client.logout().await;
    }
    took.sort_unstable();
    let median = took.get(took.len() / 2).copied().unwrap_or_default();
    Ok(judge_speed(median))
}

fn judge_speed(median: Duration) -> Finding {
    let millis = format!(
        "{}.{} ms",
        median.as_millis(),
        median.as_micros() % 1_000 / 100
    );
    let text = format!("a sign-in takes {millis} beyond the way there and back");
    if median <= LOGIN_SLOW {
        return finding(Check::Speed, Verdict::Good, text);
    }
    finding(Check::Speed, Verdict::Advice, text).advise(
        "let login processes serve more than one client: service imap-login { service_count = 0 }",
    )
}

#[cfg(test)]
mod tests;
