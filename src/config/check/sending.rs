//! What must hold between the options of `[relay]`, `[[relay_fallback]]` and `[[dkim]]`.

use std::collections::HashSet;

use super::Findings;
use crate::config::{Config, Dkim, RelayAccess};
use crate::net::Tls;

/// Longest selector, as a label of a name in the DNS (RFC 1035 §2.3.4).
const SELECTOR_OCTETS_MAX: usize = 63;

pub(super) fn check(config: &Config, findings: &mut Findings) {
    if config.relay.connections_max == 0 {
        findings.problem(
            "relay.connections_max",
            "0 would send no mail: write 1 or more",
        );
    }
    access(config.relay.access(), "relay", findings);
    for (number, fallback) in config.relay_fallback.iter().enumerate() {
        let key = format!("relay_fallback {}", number + 1);
        access(fallback.access(), &key, findings);
        if fallback.tls == Tls::Off && config.relay.tls != Tls::Off {
            findings.warning(
                format!("{key}.tls"),
                "off, unlike [relay]: mail goes out unprotected when the preferred smarthost cannot be reached; \
                 write \"starttls\" or \"implicit\"",
            );
        }
    }
    let mut named = HashSet::new();
    for (number, key) in config.dkim.iter().enumerate() {
        dkim(key, &format!("dkim {}", number + 1), findings);
        for domain in &key.domains {
            if !named.insert((domain, &key.selector)) {
                let text = format!(
                    "{domain} has another key with the selector {}: give each key its own",
                    key.selector
                );
                findings.problem(format!("dkim {}", number + 1), text);
            }
        }
    }
}

fn access(access: RelayAccess<'_>, key: &str, findings: &mut Findings) {
    if access.username.is_some() != access.password_file.is_some() {
        findings.problem(
            format!("{key}.username"),
            "set both username and password_file, or neither",
        );
    }
    if access.username.is_some() && access.tls == Tls::Off {
        findings.warning(
            format!("{key}.tls"),
            "a password is not sent unprotected, so no mail goes out: write \"starttls\" or \"implicit\"",
        );
    }
}

fn dkim(dkim: &Dkim, key: &str, findings: &mut Findings) {
    if dkim.domains.is_empty() {
        findings.problem(
            format!("{key}.domains"),
            "name the domains whose mail it signs",
        );
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= SELECTOR_OCTETS_MAX
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    if !dkim.selector.split('.').all(is_label) {
        findings.problem(
            format!("{key}.selector"),
            "write a name of letters, digits, hyphens and dots",
        );
    }
}
