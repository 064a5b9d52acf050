//! Webmail: what a user sees of a standby mailbox.

pub mod compose;
pub mod list;
pub mod message;
pub mod settings;
pub mod shell;
pub mod sign_in;

#[cfg(test)]
mod tests;
