//! The configuration file: read, checked, explained.
//!
//! One struct per section, each in its file, each the only place for its options, their defaults
//! and their documentation ([`section`]). Whoever has a [`Config`] has a sound one: every value
//! has the type that it needs, and what must hold between sections was checked.
//! The file itself holds no secret; it names where they are ([`secret`]).

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

mod agent;
mod announce;
mod certificate;
mod check;
mod dkim;
mod drill;
mod drill_time;
mod example;
mod failover;
mod hold;
mod http;
mod live_check;
mod lmtp;
mod log;
mod maildir_path;
mod mailstore;
mod merge;
mod postfix;
mod probe;
mod provision;
mod raise_command;
mod relay;
pub mod secret;
pub mod section;
mod sign_in;
mod smtp;
mod socketmap;
mod store;
pub mod values;
mod watermark;

pub use agent::{Agent, AgentConfig, ServerParts, Watch};
pub use announce::Announce;
pub use certificate::Certificate;
pub use dkim::Dkim;
pub use drill::Drill;
pub use drill_time::DrillTime;
pub use example::{agent_example, example};
pub use failover::{Failover, OWN_VANTAGE, PolicyName, is_vantage_name};
pub use hold::{Hold, HoldListener, HoldProtocol, HoldSay};
pub use http::Http;
pub use live_check::{LiveAsk, LiveCheck, LiveKind};
pub use lmtp::Lmtp;
pub use log::{Log, LogFormat};
pub use maildir_path::{InvalidMaildirPath, MaildirPath};
pub use mailstore::Mailstore;
pub use merge::{Merge, MergeDriver};
pub use postfix::Postfix;
pub use probe::Probe;
pub use provision::{Source, SourceKind};
pub use raise_command::RaiseCommand;
pub use relay::{Relay, RelayAccess, RelayFallback};
pub use sign_in::SignIn;
pub use smtp::{Smtp, SmtpClients, SmtpListener};
pub use socketmap::Socketmap;
pub use store::Store;
pub use watermark::Watermark;

use crate::ids::MailstoreId;
use section::sections;

sections! {
    /// The whole configuration.
    pub struct Config {
        pub store: Store = required,
        pub http: Http = required,
        pub certificate: Certificate = repeated,
        pub lmtp: Lmtp = required,
        pub smtp: Smtp = default,
        pub smtp_listener: SmtpListener = repeated,
        pub socketmap: Socketmap = required,
        pub relay: Relay = default,
        pub relay_fallback: RelayFallback = repeated,
        pub dkim: Dkim = repeated,
        pub mailstore: Mailstore = repeated,
        pub source: Source = repeated,
        pub failover: Failover = default,
        pub probe: Probe = default,
        pub merge: Merge = default,
        pub watermark: Watermark = default,
        pub postfix: Postfix = default,
        pub hold: Hold = default,
        pub hold_listener: HoldListener = repeated,
        pub drill: Drill = default,
        pub announce: Announce = default,
        pub sign_in: SignIn = default,
        pub live_check: LiveCheck = repeated,
        pub log: Log = default,
    }
}

/// What is wrong with a configuration file; the text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error(
        "cannot read the configuration {path}: {error}\n  create it with: lifeboat config example > {path}"
    )]
    Read {
        /// The file.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// The file is not TOML, or an option is unknown, missing or has a wrong value.
    #[error("{path}: {error}")]
    Parse {
        /// The file.
        path: String,
        /// The place and the reason.
        error: Box<toml::de::Error>,
    },
    /// Values that do not fit together, all of them.
    #[error("{path}: {problems}")]
    Unsound {
        /// The file.
        path: String,
        /// What does not fit.
        problems: Problems,
    },
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The option, `section.key`.
    pub key: String,
    /// What is wrong and what to do.
    pub text: String,
}

/// All that is wrong, a line each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(f, "{count} option{}", if count == 1 { "" } else { "s" })?;
        f.write_str(" to mend")?;
        self.0
            .iter()
            .try_for_each(|problem| write!(f, "\n  {}: {}", problem.key, problem.text))
    }
}

/// A configuration and what its owner should know about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// What works but is not as it should be.
    pub warnings: Vec<Problem>,
}

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// When the file cannot be read, an option is unknown, missing or has a wrong value, or options
    /// do not fit together.
    pub fn load(path: &Path) -> Result<Loaded, ConfigError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Read {
            path: shown.clone(),
            error,
        })?;
        Self::parse(&text, path)
    }

    /// Checks the text of a file; `path` is for messages only.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(text: &str, path: &Path) -> Result<Loaded, ConfigError> {
        let path = path.display().to_string();
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::Parse {
            path: path.clone(),
            error: Box::new(error),
        })?;
        let (problems, warnings) = check::check(&config);
        if problems.0.is_empty() {
            Ok(Loaded { config, warnings })
        } else {
            Err(ConfigError::Unsound { path, problems })
        }
    }

    /// A mailstore by its id.
    pub fn mailstore(&self, id: &MailstoreId) -> Option<&Mailstore> {
        self.mailstore.iter().find(|mailstore| &mailstore.id == id)
    }

    /// Where the command line finds the running server.
    pub fn admin_socket(&self) -> PathBuf {
        self.store.path.join("admin.sock")
    }
}

/// The configuration as it is now, for parts that follow a reload; clones share it.
#[derive(Clone, Debug)]
pub struct SharedConfig(Arc<RwLock<Arc<Config>>>);

impl SharedConfig {
    /// Shares `config`.
    pub fn new(config: Config) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(config))))
    }

    /// The configuration as it is now.
    pub fn get(&self) -> Arc<Config> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Replaces it.
    pub fn set(&self, config: Config) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
    }
}

/// Every option of the configuration, with its section.
#[cfg(test)]
pub(crate) fn keys() -> impl Iterator<Item = (&'static str, &'static str)> {
    of_sections(SECTIONS)
}

/// Every option of an agent's configuration, with its section.
#[cfg(test)]
pub(crate) fn agent_keys() -> impl Iterator<Item = (&'static str, &'static str)> {
    of_sections(agent::AGENT_SECTIONS)
}

#[cfg(test)]
fn of_sections(
    sections: &'static [section::SectionInfo],
) -> impl Iterator<Item = (&'static str, &'static str)> {
    let keys = |section: &'static section::SectionInfo| {
        section.fields.iter().map(|field| (section.name, field.key))
    };
    sections.iter().flat_map(keys)
}

#[cfg(test)]
mod tests;
