//! The pages: webmail for users, console for operators and resellers.
//!
//! This layer translates between HTTP and the service functions. It decides nothing about mail,
//! touches no engine, and prints no text that is not escaped. One route table ([`routes`]), one
//! place where errors become pages ([`error`]).

pub mod assets;
pub mod console;
pub mod page;
pub mod texts;
pub mod webmail;
pub mod when;
