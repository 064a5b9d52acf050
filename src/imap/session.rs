//! The commands.

use bytes::Bytes;

use crate::clock::Timestamp;
use crate::ids::{PrimaryUid, UidValidity};

use super::ImapError;
use super::client::Client;
use super::code::{Code, Refusal};
use super::command::{Command, SearchKey};
use super::fetch::{Fetched, Wanted};
use super::flag::Flag;
use super::folder::{FolderName, ListedFolder};
use super::uid::UidSet;
use super::value::Value;
use super::wire::{Data, Status};

/// A folder as EXAMINE or SELECT found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// Its UIDVALIDITY.
    pub uid_validity: UidValidity,
    /// The UID that the next message gets at least.
    pub uid_next: PrimaryUid,
    /// How many messages it holds.
    pub exists: u32,
    /// The flags that can be changed for good.
    pub permanent_flags: Vec<String>,
}

/// Where folders lie (RFC 2342).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespace {
    /// What the name of every folder of the user's own but INBOX starts with, as on the wire.
    pub prefix: String,
    /// What separates the levels of the hierarchy.
    pub separator: Option<char>,
    /// What the names of other users' and of shared folders start with, as on the wire.
    pub foreign: Vec<String>,
}

/// A message to append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// Its flags.
    pub flags: Vec<Flag>,
    /// Its INTERNALDATE; whole seconds are kept.
    pub received_at: Timestamp,
    /// Its bytes, in pieces.
    pub pieces: Vec<Bytes>,
}

impl NewMessage {
    /// Whether no server can find fault with what stands before its bytes: Dovecot reads a literal
    /// that it did not ask for as commands when it does. Keywords are not its own words, a year before
    /// 1970 may be no year to it, and an empty message is refused.
    fn is_above_suspicion(&self) -> bool {
        let own_words = |flag: &Flag| !matches!(flag, Flag::Keyword(_));
        self.flags.iter().all(own_words)
            && self.received_at >= Timestamp::EPOCH
            && self.pieces.iter().any(|piece| !piece.is_empty())
    }
}

/// Where the appended messages are, if the server says so (UIDPLUS).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// UIDVALIDITY of the folder.
    pub uid_validity: UidValidity,
    /// The UIDs, in the order of the messages.
    pub uids: Vec<PrimaryUid>,
}

/// What happens to flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagChange {
    /// They are set, besides those that are.
    Add,
    /// They are cleared.
    Remove,
}

/// What is known about an APPEND that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// No byte of a message was sent: nothing was stored.
    #[error("not sent: {0}")]
    NotSent(#[source] ImapError),
    /// The server refused: nothing was stored.
    #[error(transparent)]
    Refused(Refusal),
    /// The connection failed after bytes were sent: none, some or all may be stored, and the
    /// server may still be storing them.
    #[error("in doubt: {0}")]
    InDoubt(#[source] ImapError),
}

impl Client {
    /// Signs in with LOGIN.
    ///
    /// # Errors
    /// Of the connection, or when the server refuses.
    pub async fn login(&mut self, user: &str, password: &str) -> Result<(), ImapError> {
        if self.has_capability("LOGINDISABLED").await? {
            return Err(ImapError::Unsupported("LOGIN without TLS"));
        }
        let command = Command::new("LOGIN").string(user).string(password);
        self.sign_in(command).await
    }

    /// Signs in as `user` with the master user's password: `user*master`, `*` being
    /// Dovecot's `auth_master_user_separator`.
    ///
    /// # Errors
    /// As [`Client::login`].
    pub async fn login_as(
        &mut self,
        user: &str,
        separator: char,
        master: &str,
        password: &str,
    ) -> Result<(), ImapError> {
        self.login(&format!("{user}{separator}{master}"), password)
            .await
    }

    /// Signs in with SASL PLAIN (RFC 4616), `user` as the authorisation identity.
    ///
    /// # Errors
    /// As [`Client::login`].
    pub async fn authenticate_plain(
        &mut self,
        user: &str,
        master: &str,
        password: &str,
    ) -> Result<(), ImapError> {
        if !self.has_capability("AUTH=PLAIN").await? || !self.has_capability("SASL-IR").await? {
            return Err(ImapError::Unsupported("AUTHENTICATE PLAIN with SASL-IR"));
        }
        let exchange = format!("{user}\0{master}\0{password}");
        let command = Command::new("AUTHENTICATE")
            .words("PLAIN")
            .base64(exchange.as_bytes());
        self.sign_in(command).await
    }

    async fn sign_in(&mut self, command: Command) -> Result<(), ImapError> {
        self.forget_capabilities();
        self.run(command, &mut |_| Ok(())).await?;
        Ok(())
    }

    /// Where the user's own folders lie and where others'; without the extension, no prefix.
    ///
    /// # Errors
    /// Of the connection, or when the server refuses.
    pub async fn namespace(&mut self) -> Result<Namespace, ImapError> {
        let mut namespace = Namespace::default();
        if !self.has_capability("NAMESPACE").await? {
            return Ok(namespace);
        }
        self.run(Command::new("NAMESPACE"), &mut |data| {
            if let Data::Namespace(values) = data {
                namespace = namespaces(&values);
            }
            Ok(())
        })
        .await?;
        Ok(namespace)
    }

    /// The rights that the session has on a folder, as letters (RFC 4314 §3.5); none where the server
    /// does not tell.
    ///
    /// # Errors
    /// Of the connection, or when the server refuses.
    pub async fn my_rights(&mut self, folder: &FolderName) -> Result<Option<String>, ImapError> {
        if !self.has_capability("ACL").await? {
            return Ok(None);
        }
        let mut rights = None;
        let command = Command::new("MYRIGHTS").folder(folder);
        self.run(command, &mut |data| {
            if let Data::MyRights(values) = data {
                let letters = values.get(2).and_then(Value::as_bytes);
                rights = letters.map(|letters| String::from_utf8_lossy(letters).into_owned());
            }
            Ok(())
        })
        .await?;
        Ok(rights)
    }

    /// All folders, with their special use.
    ///
    /// # Errors
    /// Of the connection, or when the server refuses.
    pub async fn list(&mut self) -> Result<Vec<ListedFolder>, ImapError> {
        let extended = self.has_capability("LIST-EXTENDED").await?
            && self.has_capability("SPECIAL-USE").await?;
        let command = Command::new("LIST").string("").string("*");
        let command = if extended {
            command.words("RETURN (SPECIAL-USE)")
        } else {
            command
        };
        let mut folders = Vec::new();
        self.run(command, &mut |data| {
            if let Data::List(folder) = data {
                folders.push(folder);
            }
            Ok(())
        })
        .await?;
        Ok(folders)
    }

    /// Opens a folder to change it.
    ///
    /// # Errors
    /// Of the connection, or when the server refuses.
    pub async fn select(&mut self, folder: &FolderName) -> Result<Selected, ImapError> {
        self.open(Command::new("SELECT").folder(folder), folder)
            .await
    }

    /// Opens a folder to read it: the truth about its UIDVALIDITY and UIDNEXT.
    ///
    /// # Errors
    /// Of the connection, or when the server refuses.
    pub async fn examine(&mut self, folder: &FolderName) -> Result<Selected, ImapError> {
        self.open(Command::new("EXAMINE").folder(folder), folder)
            .await
    }

    /// What was told of `folder` when it was opened, if it still is the open one. Its UIDNEXT may have
    /// grown since; its UIDVALIDITY cannot change while it is open.
    pub fn opened(&self, folder: &FolderName) -> Option<&Selected> {
        self.opened
            .as_ref()
            .filter(|(name, _)| name == folder)
            .map(|(_, selected)| selected)
    }

    async fn open(&mut self, command: Command, folder: &FolderName) -> Result<Selected, ImapError> {
        // A SELECT that fails leaves no folder open (RFC 9051 section 6.3.2).
        self.opened = None;
        let name = command.name;
        let (mut exists, mut permanent_flags) = (0, Vec::new());
        let (mut uid_validity, mut uid_next) = (None, None);
        let mut see_data = |data: Data| {
            if let Data::Exists(count) = data {
                exists = count;
            }
            Ok(())
        };
        let mut see_code = |code| match code {
            Code::UidValidity(value) => uid_validity = Some(value),
            Code::UidNext(value) => uid_next = Some(value),
            Code::PermanentFlags(flags) => permanent_flags = flags,
            _ => {}
        };
        self.run_watched(command, &mut see_data, &mut see_code, &mut false)
            .await?;
        let (Some(uid_validity), Some(uid_next)) = (uid_validity, uid_next) else {
            let what = "no UIDVALIDITY or no UIDNEXT";
            return Err(ImapError::Protocol {
                command: name,
                what,
            });
        };
        let selected = Selected {
            uid_validity,
            uid_next,
            exists,
            permanent_flags,
        };
        self.opened = Some((folder.clone(), selected.clone()));
        Ok(selected)
    }

    /// Hands `each` what is wanted of the messages of the open folder that are in `set`, one by one,
    /// in the server's order. Messages that are gone are left out.
    ///
    /// # Errors
    /// Of the connection, or when the server refuses.
    pub async fn fetch(
        &mut self,
        set: &UidSet,
        wanted: Wanted,
        each: &mut (dyn FnMut(Fetched) + Send),
    ) -> Result<(), ImapError> {
        let mut command = Command::new("UID FETCH").uids(set);
        command = command.items(&wanted.items());
        self.run(command, &mut |data| {
            if let Data::Fetch(fetched) = data
                && set.contains(fetched.uid)
                && wanted.met_by(&fetched)
            {
                each(fetched);
            }
            Ok(())
        })
        .await?;
        Ok(())
    }

    /// [`Client::fetch`] into a list, sorted by UID; for small answers.
    ///
    /// # Errors
    /// As [`Client::fetch`].
    pub async fn fetch_all(
        &mut self,
        set: &UidSet,
        wanted: Wanted,
    ) -> Result<Vec<Fetched>, ImapError> {
        let mut all = Vec::new();
        self.fetch(set, wanted, &mut |fetched| all.push(fetched))
            .await?;
        all.sort_by_key(|fetched| fetched.uid);
        all.dedup_by_key(|fetched| fetched.uid);
        Ok(all)
    }

    /// The UIDs of the messages of the open folder that meet all of `keys`, sorted.
    ///
    /// # Errors
    /// Of the connection, or when the server refuses.
    pub async fn search(&mut self, keys: &[SearchKey]) -> Result<Vec<PrimaryUid>, ImapError> {
        let mut uids = Vec::new();
        let mut command = Command::new("UID SEARCH");
        if keys.iter().any(SearchKey::needs_charset) {
            command = command.words("CHARSET UTF-8");
        }
        let command = if keys.is_empty() {
            command.words("ALL")
        } else {
            command.search_keys(keys)
        };
        self.run(command, &mut |data| {
            if let Data::Search(found) = data {
                uids.extend(found);
            }
            Ok(())
        })
        .await?;
        uids.sort_unstable();
        Ok(uids)
    }

    /// Appends `messages` in order: all of them or, on a refusal, none. More than one needs
    /// MULTIAPPEND. `None` when the server does not tell the UIDs.
    ///
    /// # Errors
    /// [`AppendError`] says what is known about the messages.
    pub async fn append(
        &mut self,
        folder: &FolderName,
        messages: &[NewMessage],
    ) -> Result<Option<Appended>, AppendError> {
        if messages.is_empty() {
            return Ok(None);
        }
        let mut unasked = false;
        if messages.len() > 1 {
            let offered = self.has_capability("MULTIAPPEND").await;
            if !offered.map_err(AppendError::NotSent)? {
                return Err(AppendError::NotSent(ImapError::Unsupported("MULTIAPPEND")));
            }
            let offered = self.has_capability("LITERAL+").await;
            unasked = offered.map_err(AppendError::NotSent)?;
        }
        let mut command = Command::new("APPEND").folder(folder);
        for (index, message) in messages.iter().enumerate() {
            command = command.flags(&message.flags).date_time(message.received_at);
            // The first one asks, so that the server has looked at the folder before any byte of mail.
            command = if unasked && index > 0 && message.is_above_suspicion() {
                command.unasked_literal(message.pieces.clone())
            } else {
                command.literal(message.pieces.clone())
            };
        }
        let mut sent = false;
        let done = self
            .run_watched(command, &mut |_| Ok(()), &mut |_| {}, &mut sent)
            .await;
        match done {
            Ok(status) => Ok(appended(status).filter(|a| a.uids.len() == messages.len())),
            Err(ImapError::Refused(refusal)) => Err(AppendError::Refused(refusal)),
            Err(error) if sent => Err(AppendError::InDoubt(error)),
            Err(error) => Err(AppendError::NotSent(error)),
        }
    }

    /// Creates a folder; one that is there already is as good.
    ///
    /// # Errors
    /// Of the connection, or when the server refuses.
    pub async fn create(&mut self, folder: &FolderName) -> Result<(), ImapError> {
        let command = Command::new("CREATE").folder(folder);
        match self.run(command, &mut |_| Ok(())).await {
            Err(ImapError::Refused(refusal)) if refusal.code == Some(Code::AlreadyExists) => Ok(()),
            other => other.map(drop),
        }
    }

    /// Makes desktop clients show a folder.
    ///
    /// # Errors
    /// Of the connection, or when the server refuses.
    pub async fn subscribe(&mut self, folder: &FolderName) -> Result<(), ImapError> {
        let command = Command::new("SUBSCRIBE").folder(folder);
        self.run(command, &mut |_| Ok(())).await.map(drop)
    }

    /// Adds or removes `flags` of exactly these messages of the folder that is open by
    /// [`Client::select`].
    ///
    /// # Errors
    /// Of the connection, or when the server refuses.
    pub async fn store_flags(
        &mut self,
        set: &UidSet,
        change: FlagChange,
        flags: &[Flag],
    ) -> Result<(), ImapError> {
        let command = Command::new("UID STORE").uids(set);
        let command = command.words(match change {
            FlagChange::Add => "+FLAGS.SILENT",
            FlagChange::Remove => "-FLAGS.SILENT",
        });
        self.run(command.flags(flags), &mut |_| Ok(()))
            .await
            .map(drop)
    }

    /// Removes exactly these messages of the folder that is open by [`Client::select`] (RFC 4315
    /// §2.1). For a sentinel's own messages alone: a merge never removes one.
    ///
    /// # Errors
    /// Of the connection, when the server refuses, or cannot name what it removes.
    pub async fn remove(&mut self, set: &UidSet) -> Result<(), ImapError> {
        if !self.has_capability("UIDPLUS").await? {
            return Err(ImapError::Unsupported("UIDPLUS"));
        }
        let store = Command::new("UID STORE").uids(set);
        let store = store.words("+FLAGS.SILENT (\\Deleted)");
        self.run(store, &mut |_| Ok(())).await?;
        let expunge = Command::new("UID EXPUNGE").uids(set);
        self.run(expunge, &mut |_| Ok(())).await.map(drop)
    }

    /// Moves one message of the folder that is open by [`Client::select`] (RFC 6851). `None` when the
    /// server does not tell the new UID.
    ///
    /// # Errors
    /// Of the connection, when the server refuses, or cannot move.
    pub async fn move_one(
        &mut self,
        uid: PrimaryUid,
        to: &FolderName,
    ) -> Result<Option<Appended>, ImapError> {
        if !self.has_capability("MOVE").await? {
            return Err(ImapError::Unsupported("MOVE"));
        }
        let command = Command::new("UID MOVE").uids(&UidSet::one(uid)).folder(to);
        let mut moved = None;
        let mut see = |code| {
            if let Code::CopyUid(uid_validity, uids) = code {
                moved = Some(Appended { uid_validity, uids });
            }
        };
        let status = self
            .run_watched(command, &mut |_| Ok(()), &mut see, &mut false)
            .await?;
        // RFC 6851 §4.3 wants it untagged; some say it with the tag.
        if let Some(code) = status.code {
            see(code);
        }
        Ok(moved.filter(|moved| moved.uids.len() == 1))
    }

    /// Lets the server look up what is new.
    ///
    /// # Errors
    /// Of the connection, or when the server refuses.
    pub async fn noop(&mut self) -> Result<(), ImapError> {
        let command = Command::new("NOOP");
        self.run(command, &mut |_| Ok(())).await.map(drop)
    }

    /// Says good-bye and closes the connection.
    ///
    /// # Errors
    /// Of the connection; it is closed all the same.
    pub async fn logout(mut self) -> Result<(), ImapError> {
        let command = Command::new("LOGOUT");
        self.run(command, &mut |_| Ok(())).await.map(drop)
    }
}

fn appended(status: Status) -> Option<Appended> {
    match status.code {
        Some(Code::AppendUid(uid_validity, uids)) => Some(Appended { uid_validity, uids }),
        _ => None,
    }
}

/// `(("" "/")("x" ".")) (("~" "/")) NIL`: the user's own, other users', shared ones.
fn namespaces(values: &[Value]) -> Namespace {
    let mut kinds = values.iter();
    let own = kinds.next().map(prefixes).unwrap_or_default();
    let foreign = kinds.flat_map(prefixes);
    let foreign = foreign.map(|(prefix, _)| prefix);
    let foreign = foreign.filter(|prefix| !prefix.is_empty()).collect();
    let (prefix, separator) = own.into_iter().next().unwrap_or_default();
    Namespace {
        prefix,
        separator,
        foreign,
    }
}

fn prefixes(kind: &Value) -> Vec<(String, Option<char>)> {
    let text = |value: &Value| {
        let bytes = value.as_bytes()?;
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    };
    let list = kind.as_list().unwrap_or_default().iter();
    list.filter_map(|one| match one.as_list()? {
        [prefix, separator, ..] => {
            let separator = text(separator).and_then(|s| s.chars().next());
            Some((text(prefix)?, separator))
        }
        _ => None,
    })
    .collect()
}
