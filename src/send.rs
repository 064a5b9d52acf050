//! Mail out: from the queue in the store to the hoster's smarthost.
//!
//! [`worker`] claims what is due, a turn for each sender, and records what became of it; `pool` chooses a
//! smarthost; `dkim` signs; [`relay`] speaks SMTP and sends the message in pieces; [`outcome`] decides what a reply means;
//! [`notice`] tells the sender what will not arrive. [`answering`] queues what [`answer`] says to people who
//! write to somebody who is away, and what [`receipt`] says to those who asked whether it arrived. Sending is at least
//! once: a result that could not be recorded means another try, with the same Message-ID.
//!
//! Never here: delivery to other people's MX (a new sender address in the world fails SPF and
//! reputation), and mail that nobody here wrote.

pub mod answer;
pub mod answering;
mod content;
mod dkim;
mod handed;
mod lane;
pub mod late;
pub mod notice;
pub mod outcome;
mod pool;
pub mod receipt;
pub mod relay;
pub mod worker;

pub use answering::Answerer;
pub use content::Content;
pub use dkim::{SharedSigners, Signers, UnusableKey};
pub use relay::{Credentials, RelayTimeouts, Smarthost};
pub use worker::{Sender, SenderOptions};
