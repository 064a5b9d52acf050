//! The agent's own configuration file: what `lifeboat agent` looks at, and to whom it reports.

use std::fmt;
use std::path::{Path, PathBuf};

use super::secret::SecretSource;
use super::section::{SectionInfo, section, sections};
use super::values::Span;
use super::{ConfigError, Log};
use super::{Problem, Problems};
use crate::ids::{Address, MailstoreId};
use crate::net::{Endpoint, Tls};

section! {
    /// To whom the agent reports, and how it looks.
    pub struct Agent as "agent" {
        /// The server's public_url.
        pub server: String = required "\"https://lifeboat.example.com\"",
        /// File that holds the agent's token (mode 0600), or "env:NAME". Made on the server by
        /// "lifeboat token create --role agent --label NAME"; NAME stands in the server's
        /// failover.vantages.
        pub token_file: SecretSource = required "\"/etc/lifeboat/agent.token\"",
        /// Certificates to trust, if not those of the system.
        pub ca_file: PathBuf = optional "\"/etc/lifeboat/ca.pem\"",
        /// How often each mailstore is probed.
        pub interval: Span = default "\"10s\"",
        /// How long a probe may take; a slower mailstore counts as failed.
        pub timeout: Span = default "\"10s\"",
        /// How often it is reported.
        pub report_interval: Span = default "\"2s\"",
        /// Places ("host:port") that take connections as long as this machine's own network works.
        /// While none of them does, probes that fail say "unknown".
        pub control_targets: Vec<Endpoint> = default "[]",
        /// The mail log, where the agent runs on an MX, a Dovecot proxy or a mailstore: deliveries that were
        /// put off and sign-ins that failed through no fault of their users are counted for the mailstores
        /// whose log_names occur.
        pub mail_log: PathBuf = optional "\"/var/log/mail.log\"",
        /// How often the volumes are tested by NFS. Two agents meet on each: give both the same interval,
        /// and clocks that are right.
        pub nfs_interval: Span = default "\"5m\"",
        /// How long before a mailstore's certificate ends that is told.
        pub certificate_warning: Span = default "\"14d\"",
        /// How often certificates are looked at.
        pub certificate_interval: Span = default "\"1h\"",
    }
}

section! {
    /// A mailstore to look at, with the id that the server knows it by. One section for each.
    #[repeats(true)]
    pub struct Watch as "mailstore" {
        /// Its id.
        pub id: MailstoreId = required "\"a1\"",
        /// Its IMAP service.
        pub imap: Endpoint = required "\"10.0.0.1:143\"",
        /// How IMAP is protected: "off", "starttls" or "implicit".
        pub tls: Tls = default "\"off\"",
        /// Its sentinel, as the server has it. Without one only the ports are looked at.
        pub sentinel: Address = optional "\"lifeboat-sentinel@a1.example.com\"",
        /// File that holds the sentinel's own password (mode 0600), or "env:NAME": an agent needs no
        /// master user.
        pub sentinel_password_file: SecretSource = optional "\"/etc/lifeboat/a1.sentinel\"",
        /// Its LMTP service, if it is reached from here.
        pub lmtp: Endpoint = optional "\"10.0.0.1:24\"",
        /// Its POP3 service, if it is reached from here.
        pub pop3: Endpoint = optional "\"10.0.0.1:110\"",
        /// How POP3 is protected: "off", "starttls" or "implicit".
        pub pop3_tls: Tls = default "\"off\"",
        /// A directory on its volume, mounted here by NFS, where two agents test locks and files
        /// (see "lifeboat probe nfs --help"). What is found only warns.
        pub nfs: PathBuf = optional "\"/mnt/a1\"",
        /// By which names the logs of Postfix and Dovecot know it: its transport's syslog_name ("a1" of "postfix/a1"), its
        /// host or its address, with or without its port.
        pub log_names: Vec<String> = default "[]",
    }
}

sections! {
    /// The agent's whole configuration.
    pub struct AgentConfig {
        pub agent: Agent = required,
        pub mailstore: Watch = repeated,
        pub log: Log = default,
    }
}

/// The sections of the agent's file, for its example.
pub(super) const AGENT_SECTIONS: &[SectionInfo] = SECTIONS;

impl AgentConfig {
    /// Reads and checks the agent's file.
    ///
    /// # Errors
    /// As `Config::load`.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Read {
            path: shown.clone(),
            error,
        })?;
        Self::parse(&text, path)
    }

    /// Checks the text of the agent's file; `path` is for messages only.
    ///
    /// # Errors
    /// As `Config::load`.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let path = path.display().to_string();
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::Parse {
            path: path.clone(),
            error: Box::new(error),
        })?;
        let problems = check(&config);
        if problems.is_empty() {
            Ok(config)
        } else {
            let problems = Problems(problems);
            Err(ConfigError::Unsound { path, problems })
        }
    }
}

fn check(config: &AgentConfig) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut problem = |key: String, text: &dyn fmt::Display| {
        problems.push(Problem {
            key,
            text: text.to_string(),
        });
    };
    let agent = &config.agent;
    match agent.server_parts() {
        Some(parts) if parts.is_safe() => {}
        Some(_) => problem(
            "agent.server".into(),
            &"the token would cross the network in the clear: write https://",
        ),
        None => problem(
            "agent.server".into(),
            &"write \"https://\" and the server's name, without a path",
        ),
    }
    if let Err(error) = agent.token_file.read() {
        problem("agent.token_file".into(), &error);
    }
    for (key, span) in [
        ("interval", agent.interval),
        ("timeout", agent.timeout),
        ("report_interval", agent.report_interval),
        ("certificate_interval", agent.certificate_interval),
        ("nfs_interval", agent.nfs_interval),
    ] {
        if span.duration() < std::time::Duration::from_millis(100) {
            problem(format!("agent.{key}"), &"write \"100ms\" or more");
        }
    }
    if config.mailstore.is_empty() {
        problem(
            "mailstore".into(),
            &"there is nothing to look at: add [[mailstore]]",
        );
    }
    let mut ids = std::collections::HashSet::new();
    for watch in &config.mailstore {
        let key = |field: &str| format!("mailstore {}: {field}", watch.id);
        if !ids.insert(&watch.id) {
            problem(key("id"), &"used twice");
        }
        match (&watch.sentinel, &watch.sentinel_password_file) {
            (Some(_), None) => problem(
                key("sentinel_password_file"),
                &"set it, or remove sentinel: nobody is let in without",
            ),
            (None, Some(_)) => problem(key("sentinel"), &"say whose password it is"),
            (Some(_), Some(source)) => {
                if let Err(error) = source.read() {
                    problem(key("sentinel_password_file"), &error);
                }
            }
            (None, None) => {}
        }
    }
    for watch in config.mailstore.iter().filter(|watch| watch.nfs.is_some()) {
        if agent.nfs_interval.duration() < NFS_INTERVAL_MIN {
            problems.push(Problem {
                key: "agent.nfs_interval".into(),
                text: format!("write \"1m\" or more: {} is tested for so long", watch.id),
            });
        }
        if watch
            .nfs
            .as_ref()
            .is_some_and(|path| path.to_str().is_none_or(|p| !p.starts_with('/')))
        {
            problems.push(Problem {
                key: format!("mailstore {}: nfs", watch.id),
                text: "write an absolute path".into(),
            });
        }
    }
    problems
}

/// One test of a volume takes up to this.
const NFS_INTERVAL_MIN: std::time::Duration = std::time::Duration::from_secs(60);

/// The parts of the server's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerParts {
    /// Whether TLS is spoken.
    pub tls: bool,
    /// Where it is.
    pub endpoint: Endpoint,
    /// Host and port as they stand in the address.
    pub authority: String,
}

impl ServerParts {
    /// Whether a token may go there.
    fn is_safe(&self) -> bool {
        let host = self.endpoint.server_name();
        let is_loopback = host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
        self.tls || is_loopback || host == "localhost"
    }
}

impl Agent {
    /// The parts of the server's address; none if it is not one.
    pub fn server_parts(&self) -> Option<ServerParts> {
        let uri: http::Uri = self.server.parse().ok()?;
        let tls = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return None;
        }
        let host = uri.host()?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Some(ServerParts {
            tls,
            endpoint: Endpoint::tcp(host, port),
            authority: uri.authority()?.to_string(),
        })
    }
}

#[cfg(test)]
mod tests;
