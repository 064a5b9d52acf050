//! Probes by IMAP.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::refused::Ended;
use super::sentinel::number_in;
use super::{Login, Seen, Target, words};
use crate::failover::{Canary, Numbered, Outcome, SentinelKnown, SentinelSeen};
use crate::ids::{Address, PrimaryUid};
use crate::imap::{
    Client, Code, Fetched, FolderName, ImapError, Limits, Section, Selected, Server, UidSet, Wanted,
};

/// The sentinel's messages are short; no answer is longer.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How often it is looked whether a message has appeared.
const APPEAR_PAUSE: Duration = Duration::from_millis(150);
/// The newest messages that are looked through for numbered ones.
const NEWEST_MAX: usize = 20;
/// The most that is removed at once.
const REMOVED_AT_ONCE_MAX: usize = 500;

/// Why a look failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The mailstore does not work.
    Down(ImapError),
    /// Lifeboat may not look.
    Refused(ImapError),
}

impl Failure {
    pub(super) fn ended(&self) -> Ended {
        match self {
            Self::Refused(_) => Ended::Refused,
            Self::Down(ImapError::Timeout { .. }) => Ended::Late,
            Self::Down(_) => Ended::Broken,
        }
    }

    pub(super) fn into_outcome(self) -> Outcome {
        match self {
            Self::Down(_) => Outcome::Down(self.into_words()),
            Self::Refused(_) => Outcome::Unknown(self.into_words()),
        }
    }

    pub(super) fn into_words(self) -> String {
        match self {
            Self::Down(error) => words(&error),
            Self::Refused(error) => words(&format_args!(
                "signing in as the sentinel is refused: {error}; check mailstore.sentinel and the master user"
            )),
        }
    }
}

impl From<ImapError> for Failure {
    fn from(error: ImapError) -> Self {
        match &error {
            // The password is wrong, or there is no such mailbox: no sign of an outage.
            ImapError::Refused(refusal)
                if matches!(
                    refusal.code,
                    Some(Code::AuthenticationFailed | Code::AuthorizationFailed)
                ) =>
            {
                Self::Refused(error)
            }
            _ => Self::Down(error),
        }
    }
}

async fn connect(target: &Target, limit: Duration) -> Result<Client, ImapError> {
    let server = Server {
        limits: Limits {
            connect: limit,
            silence: limit,
            command: limit,
            answer_bytes_max: ANSWER_BYTES_MAX,
        },
        ..target.imap.clone()
    };
    Client::connect(&server).await
}

async fn sign_in(target: &Target, mailbox: &Address) -> Result<Client, ImapError> {
    let mut client = connect(target, target.timeout).await?;
    enter(&mut client, target, mailbox).await?;
    Ok(client)
}

async fn enter(client: &mut Client, target: &Target, mailbox: &Address) -> Result<(), ImapError> {
    match &target.login {
        Login::Master {
            user,
            separator,
            password,
        } => {
            client
                .login_as(mailbox.as_str(), *separator, user, password.expose())
                .await
        }
        Login::Own { password } => client.login(mailbox.as_str(), password.expose()).await,
    }
}

/// Opens the inbox of a mailbox with very many messages and fetches the header of its oldest: what a
/// broken index makes slow, and a small mailbox does not show.
pub(super) async fn look_at_large(target: &Target, mailbox: &Address) -> Result<(), Failure> {
    Ok(open_large(target, mailbox).await?)
}

async fn open_large(target: &Target, mailbox: &Address) -> Result<(), ImapError> {
    let mut client = connect(target, target.large_timeout).await?;
    enter(&mut client, target, mailbox).await?;
    let selected = client.examine(&FolderName::inbox()).await?;
    let uids = match selected.exists {
        0 => Vec::new(),
        _ => client.search(&[]).await?,
    };
    if let Some(oldest) = uids.first() {
        fetch_one(&mut client, *oldest, Section::Header).await?;
    }
    let _ = client.logout().await;
    Ok(())
}

/// Looks into the sentinel; none if there is no sentinel.
pub(super) async fn look(
    target: &Target,
    known: Option<&SentinelKnown>,
) -> Result<Option<Seen>, Failure> {
    let Some(sentinel) = &target.sentinel else {
        let mut client = connect(target, target.timeout).await?;
        client.has_capability("IMAP4REV1").await?;
        let _ = client.logout().await;
        return Ok(None);
    };
    let mut client = sign_in(target, sentinel).await?;
    let selected = client.examine(&FolderName::inbox()).await?;
    let seen = inspect(&mut client, &selected, known).await?;
    // What was seen was seen, however the connection ends.
    let _ = client.logout().await;
    Ok(Some(seen))
}

async fn inspect(
    client: &mut Client,
    selected: &Selected,
    known: Option<&SentinelKnown>,
) -> Result<Seen, ImapError> {
    let uids = if selected.exists == 0 {
        Vec::new()
    } else {
        client.search(&[]).await?
    };
    let newest = newest_numbered(client, &uids).await?;
    let mut number_at_newest = None;
    let canary_uid = match known {
        Some(known) => {
            if let Some(newest) = known.newest {
                number_at_newest = number_at(client, newest.uid, &uids).await?;
            }
            Some(known.canary.uid)
        }
        None => uids.first().copied(),
    };
    let canary_sha256 = match canary_uid.filter(|uid| uids.contains(uid)) {
        Some(uid) => fetch_one(client, uid, Section::Whole).await?,
        None => None,
    }
    .map(|bytes| Sha256::digest(&bytes).into());
    let learnable = canary_uid
        .zip(canary_sha256)
        .filter(|_| known.is_none() && newest.is_some())
        .map(|(uid, sha256)| SentinelKnown {
            uid_validity: selected.uid_validity,
            canary: Canary { uid, sha256 },
            newest,
        });
    Ok(Seen {
        sentinel: SentinelSeen {
            uid_validity: selected.uid_validity,
            messages: u32::try_from(uids.len()).unwrap_or(u32::MAX),
            canary_sha256,
            number_at_newest,
            newest,
        },
        learnable,
    })
}

async fn fetch_one(
    client: &mut Client,
    uid: PrimaryUid,
    section: Section,
) -> Result<Option<Vec<u8>>, ImapError> {
    let wanted = Wanted {
        section,
        ..Wanted::default()
    };
    let fetched = client.fetch_all(&UidSet::one(uid), wanted).await?;
    let bytes = fetched.into_iter().next().and_then(|f| f.bytes);
    Ok(bytes.map(|bytes| bytes.to_vec()))
}

async fn number_at(
    client: &mut Client,
    uid: PrimaryUid,
    uids: &[PrimaryUid],
) -> Result<Option<u64>, ImapError> {
    if !uids.contains(&uid) {
        return Ok(None);
    }
    let header = fetch_one(client, uid, Section::Header).await?;
    // There, and not numbered: as if it were the lowest number of all.
    Ok(header.map(|header| number_in(&header).unwrap_or(0)))
}

/// The numbered message with the highest number among the newest messages.
async fn newest_numbered(
    client: &mut Client,
    uids: &[PrimaryUid],
) -> Result<Option<Numbered>, ImapError> {
    let newest = uids.iter().rev().take(NEWEST_MAX).copied();
    let mut found: Option<Numbered> = None;
    for set in UidSet::of(newest) {
        let wanted = Wanted {
            section: Section::Header,
            ..Wanted::default()
        };
        for Fetched { uid, bytes, .. } in client.fetch_all(&set, wanted).await? {
            let number = bytes.and_then(|header| number_in(&header));
            if let Some(number) = number
                && found.is_none_or(|found| number > found.number)
            {
                found = Some(Numbered { number, uid });
            }
        }
    }
    Ok(found)
}

/// Waits until message `number` is there, then removes what is too old. Bounded by its caller.
pub(super) async fn wait_for(
    target: &Target,
    number: u64,
    known: Option<&SentinelKnown>,
) -> Result<(), Failure> {
    let Some(sentinel) = &target.sentinel else {
        return Ok(());
    };
    let mut client = sign_in(target, sentinel).await?;
    let uids = loop {
        client.select(&FolderName::inbox()).await?;
        let uids = client.search(&[]).await?;
        if newest_numbered(&mut client, &uids)
            .await?
            .is_some_and(|newest| newest.number >= number)
        {
            break uids;
        }
        tokio::time::sleep(APPEAR_PAUSE).await;
    };
    // Growing is no sign of an outage.
    if let Err(error) = trim(&mut client, target, known, &uids).await {
        tracing::warn!(mailstore = %target.mailstore, %error, "the sentinel is not trimmed");
    }
    let _ = client.logout().await;
    Ok(())
}

/// Removes the oldest messages beyond those to keep, a tenth of them at a time.
async fn trim(
    client: &mut Client,
    target: &Target,
    known: Option<&SentinelKnown>,
    uids: &[PrimaryUid],
) -> Result<(), ImapError> {
    // Before the first contact is learned nothing may go.
    let Some(known) = known else { return Ok(()) };
    let keep = target.sentinel_keep as usize;
    if uids.len() <= keep.saturating_add(keep / 10) {
        return Ok(());
    }
    let named = [Some(known.canary.uid), known.newest.map(|n| n.uid)];
    let old = uids
        .iter()
        .take(uids.len() - keep)
        .filter(|uid| !named.contains(&Some(**uid)))
        .take(REMOVED_AT_ONCE_MAX)
        .copied();
    for set in UidSet::of(old) {
        client.remove(&set).await?;
    }
    Ok(())
}
