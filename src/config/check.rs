//! What must hold between options, and what the values' types cannot say.

use std::collections::{HashMap, HashSet};

use super::{Config, Problem, Problems};
use crate::net::{Endpoint, Tls};

/// What is wrong, and what works but is not as it should be.
pub(super) fn check(config: &Config) -> (Problems, Vec<Problem>) {
    let mut findings = Findings::default();
    http(config, &mut findings);
    listeners(config, &mut findings);
    log(config, &mut findings);
    sign_in(config, &mut findings);
    mailstores(config, &mut findings);
    (Problems(findings.problems), findings.warnings)
}

/// What a check finds.
#[derive(Default)]
struct Findings {
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Findings {
    fn problem(&mut self, key: impl Into<String>, text: impl Into<String>) {
        self.problems.push(Problem {
            key: key.into(),
            text: text.into(),
        });
    }

    fn warning(&mut self, key: impl Into<String>, text: impl Into<String>) {
        self.warnings.push(Problem {
            key: key.into(),
            text: text.into(),
        });
    }
}

fn http(config: &Config, findings: &mut Findings) {
    let http = &config.http;
    let url: Option<http::Uri> = http.public_url.parse().ok();
    let parts = url.as_ref().map(|url| {
        let has_path = !matches!(url.path(), "" | "/") || url.query().is_some();
        (url.scheme_str(), url.host(), has_path)
    });
    match parts {
        Some((Some("http" | "https"), Some(_), false)) => {}
        _ => findings.problem(
            "http.public_url",
            "not an address of a web site: write \"https://\" and the host name, without a path",
        ),
    }
    for (key, other_key, set, other_set) in [
        (
            "tls_certificate_file",
            "tls_key_file",
            &http.tls_certificate_file,
            &http.tls_key_file,
        ),
        (
            "tls_key_file",
            "tls_certificate_file",
            &http.tls_key_file,
            &http.tls_certificate_file,
        ),
    ] {
        if set.is_some() && other_set.is_none() {
            findings.problem(
                format!("http.{key}"),
                format!("set {other_key} too, or remove it"),
            );
        }
    }
}

fn listeners(config: &Config, findings: &mut Findings) {
    let mut taken: HashMap<&Endpoint, &str> = HashMap::new();
    for (key, endpoint) in [
        ("http.listen", &config.http.listen),
        ("lmtp.listen", &config.lmtp.listen),
        ("socketmap.listen", &config.socketmap.listen),
    ] {
        if matches!(endpoint, Endpoint::Tcp { port: 0, .. }) {
            continue;
        }
        if let Some(other) = taken.insert(endpoint, key) {
            findings.problem(
                key,
                format!("{endpoint} is taken by {other}: give each its own port or path"),
            );
        }
    }
    if matches!(&config.lmtp.advertise, Endpoint::Tcp { port: 0, .. }) {
        findings.problem(
            "lmtp.advertise",
            "port 0 cannot be delivered to: name the port on which Postfix reaches lmtp.listen",
        );
    }
}

fn log(config: &Config, findings: &mut Findings) {
    if let Err(error) = config
        .log
        .level
        .parse::<tracing_subscriber::filter::EnvFilter>()
    {
        findings.problem(
            "log.level",
            format!("{error}: write \"error\", \"warn\", \"info\" or \"debug\""),
        );
    }
}

fn sign_in(config: &Config, findings: &mut Findings) {
    let sign_in = &config.sign_in;
    for (key, value) in [
        ("failures_per_account", sign_in.failures_per_account),
        (
            "failures_per_account_and_address",
            sign_in.failures_per_account_and_address,
        ),
        ("failures_per_network", sign_in.failures_per_network),
        ("verify_parallel", sign_in.verify_parallel),
    ] {
        if value == 0 {
            findings.problem(
                format!("sign_in.{key}"),
                "0 would let nobody sign in: write 1 or more",
            );
        }
    }
}

fn mailstores(config: &Config, findings: &mut Findings) {
    if config.mailstore.is_empty() {
        findings.warning(
            "mailstore",
            "no [[mailstore]] is configured: no mailbox can be provisioned",
        );
    }
    let mut ids = HashSet::new();
    for mailstore in &config.mailstore {
        let key = |field: &str| format!("mailstore {}: {field}", mailstore.id);
        if !ids.insert(&mailstore.id) {
            findings.problem(key("id"), "used twice: each mailstore has its own id");
        }
        match mailstore.master_password_file.read() {
            Ok(_) => {
                if let Some(warning) = mailstore.master_password_file.warning() {
                    findings.warning(key("master_password_file"), warning);
                }
            }
            Err(error) => findings.problem(key("master_password_file"), error.to_string()),
        }
        if mailstore.master_user.is_empty() || mailstore.master_user.contains(char::is_control) {
            findings.problem(key("master_user"), "name Dovecot's master user");
        }
        if mailstore.master_separator.chars().count() != 1 {
            findings.problem(
                key("master_separator"),
                "one character, as in Dovecot's auth_master_user_separator",
            );
        }
        if mailstore.tls == Tls::Off && is_remote(&mailstore.imap) {
            findings.warning(
                key("tls"),
                "the master password crosses the network in the clear: use \"starttls\" or \"implicit\" unless that network is yours alone",
            );
        }
    }
}

/// Whether an endpoint may lie outside this machine.
fn is_remote(endpoint: &Endpoint) -> bool {
    match endpoint {
        Endpoint::Unix(_) => false,
        Endpoint::Tcp { host, .. } => {
            host != "localhost"
                && !host
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
    }
}
