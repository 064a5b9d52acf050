//! Mailboxes of a mailstore as files: Dovecot's Maildir on a mounted volume.
//!
//! For a mailstore whose files are back before its IMAP is. New messages are written to `tmp/`, synced,
//! and later renamed into `new/`, nowhere else: Dovecot gives out UIDs by itself, in the order of the
//! names ([`FileName::new`]), whoever else has the mailbox open. No lock is taken.
//!
//! It never writes, renames or removes a `dovecot*` file, never changes or removes a message, follows
//! no symbolic link below the mailbox's root, and makes nothing where there is no Maildir: what looks
//! like an unmounted volume or another format is refused ([`MaildirError`]). What it reads (names,
//! `dovecot-uidlist`) may be anything; it is bounded.
//!
//! Calls block, for ever when a server of the volume hangs: [`Pool`] runs them on threads of their own,
//! a bounded number for each mailstore, and stops waiting when nothing moves.

mod error;
mod find;
mod folder;
mod name;
mod pool;
mod root;
mod staging;
mod uidlist;

pub use error::MaildirError;
pub use find::{Entry, Place, each_file, holds_key, read_head, read_whole};
pub use folder::{Folder, create};
pub use name::{FileName, key_of, virtual_size};
pub use pool::{Pool, Task};
pub use root::Root;
pub use staging::{NewFile, Published, Staged, publish, stage};
pub use uidlist::{Entry as UidListEntry, InvalidUidList, UidList};

#[cfg(test)]
mod tests;
