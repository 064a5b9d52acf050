//! Who is there: passwords as Dovecot keeps them and own ones, services that know them too, codes that change,
//! limits for guessing, tokens' secrets.
//!
//! Never decides what somebody may do (`service` does), never keeps a password, never logs one.

pub mod limits;
pub mod live;
pub mod own_password;
pub mod password;
pub mod secret_token;
pub mod totp;
pub mod verifier;
