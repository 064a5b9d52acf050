//! `[log]`: what is logged, and how.

use serde::Deserialize;

use super::section::section;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

section! {
    /// Logging, to standard error.
    pub struct Log as "log" {
        /// "text" for people, "json" for one object a line.
        pub format: LogFormat = default "\"text\"",
        /// How much: "error", "warn", "info", "debug", or a filter such as
        /// "info,lifeboat::merge=debug".
        pub level: String = default "\"info\"",
    }
}
