//! Webmail: what a user sees of a standby mailbox.

pub mod actions;
pub mod compose;
pub mod conversation;
mod empty;
pub mod events;
pub mod files;
pub mod folders;
pub mod forgotten;
pub mod help;
pub mod images;
pub mod invitation;
pub mod link;
pub mod list;
pub mod message;
pub mod outbox;
pub mod people;
pub mod piece;
pub mod posted;
pub mod posting;
pub mod print;
pub mod reading;
pub mod receipt;
pub mod settings;
pub mod shell;
pub mod sign_in;
mod start;
pub mod zip;
mod zones;

#[cfg(test)]
mod tests;
