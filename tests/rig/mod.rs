//! The test bed: private instances of the real servers around Lifeboat, and of Lifeboat itself.
//!
//! Used through `#[path]` by the integration tests, the demo and the benchmarks. Every server runs
//! with its own configuration and directories below one [`RigDir`], listens on loopback only, on
//! ports that [`Port`] reserves for as long as the rig lives (so that a server can be killed and come
//! back on the same port), and dies with the process that started it, however that ends.
//!
//! The rig never reads or writes the machine's own mail configuration or queues. It needs root,
//! because Postfix and Dovecot do, and Debian's packages; what is missing fails a test with a
//! message that says what to install, and is never a reason to skip one.
#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses its own part of the rig"
)]

mod certificate;
pub mod clients;
pub mod cut_proxy;
mod dir;
pub mod dovecot;
pub mod dovecot_proxy;
pub mod http;
pub mod imap;
pub mod lifeboat;
pub mod lmtp_proxy;
pub mod mbsync;
pub mod message;
mod needs;
pub mod nfs;
mod port;
pub mod postfix;
pub mod process;
pub mod proof;
pub mod sabotage;
pub mod sink;
pub mod smtp;
pub mod syncs;
mod wait;

pub use certificate::certificate;
pub use clients::{Client, Getmail, UidClient};
pub use cut_proxy::{Cut, CutProxy};
pub use dir::RigDir;
pub use dovecot::{Dovecot, DovecotOptions, User};
pub use dovecot_proxy::DovecotProxy;
pub use http::Browser;
pub use imap::ImapSession;
pub use lifeboat::{Lifeboat, LifeboatOptions, MailstoreOptions};
pub use lmtp_proxy::{LmtpProxy, ProxyMode};
pub use mbsync::{Mbsync, Strictness};
pub use message::TestMessage;
pub use needs::{need_packages, need_root};
pub use port::Port;
pub use postfix::{Postfix, PostfixOptions};
pub use process::{Group, Server};
pub use sink::Sink;
pub use smtp::{Dialect, SmtpClient};
pub use syncs::Syncs;
pub use wait::{wait_for, wait_until};
