//! What must hold between the options of `[hold]` and `[[hold_listener]]`.

use std::collections::HashSet;
use std::net::IpAddr;

use super::Findings;
use crate::config::{Config, HoldListener, HoldSay};
use crate::net::{Endpoint, Tls};

/// Longest text, so that it fits a reply of every protocol (RFC 5321 §4.5.3.1.5: 512 octets a line).
const TEXT_OCTETS_MAX: usize = 300;

pub(super) fn check(config: &Config, findings: &mut Findings) {
    let hold = &config.hold;
    if let Some(text) = &hold.text
        && let Some(wrong) = wrong_text(text)
    {
        findings.problem("hold.text", wrong);
    }
    if !(1..=1000).contains(&hold.release_steps) {
        findings.problem("hold.release_steps", "write 1 to 1000");
    }
    if !(1..=100_000).contains(&hold.connections_max) {
        findings.problem("hold.connections_max", "write 1 to 100000");
    }
    let seconds = hold.timeout.duration().as_secs();
    if !(1..=600).contains(&seconds) {
        findings.problem("hold.timeout", "write \"1s\" to \"10m\"");
    }
    let (certificate, key) = (&hold.tls_certificate_file, &hold.tls_key_file);
    if certificate.is_some() != key.is_some() {
        findings.problem(
            "hold.tls_certificate_file",
            "set it and tls_key_file, or neither",
        );
    }
    let mut taken: HashSet<&Endpoint> = [
        &config.http.listen,
        &config.lmtp.listen,
        &config.socketmap.listen,
    ]
    .into_iter()
    .chain(&config.lmtp.listen_also)
    .collect();
    if let Some(answers) = &hold.answers_listen {
        is_free(&mut taken, answers, "hold.answers_listen", findings);
    }
    for (number, listener) in config.hold_listener.iter().enumerate() {
        let key = format!("hold_listener {}", number + 1);
        is_free(&mut taken, &listener.listen, &key, findings);
        check_listener(config, listener, &key, findings);
    }
    let reachable = config.hold_listener.iter().any(|l| l.advertise.is_some());
    if hold.answers_listen.is_some() && !reachable {
        findings.problem(
            "hold.answers_listen",
            "there is nowhere to send held users: set advertise of a [[hold_listener]] with say = \"login\"",
        );
    }
}

fn is_free<'a>(
    taken: &mut HashSet<&'a Endpoint>,
    endpoint: &'a Endpoint,
    key: &str,
    findings: &mut Findings,
) {
    let any_port = matches!(endpoint, Endpoint::Tcp { port: 0, .. });
    if !any_port && !taken.insert(endpoint) {
        findings.problem(
            key,
            format!("{endpoint} is taken: give each its own port or path"),
        );
    }
}

fn check_listener(config: &Config, listener: &HoldListener, key: &str, findings: &mut Findings) {
    let has_certificate =
        config.hold.tls_certificate_file.is_some() || config.http.tls_certificate_file.is_some();
    if listener.tls != Tls::Off && !has_certificate {
        findings.problem(
            key,
            "TLS needs a certificate: set hold.tls_certificate_file and tls_key_file",
        );
    }
    let Some(advertise) = &listener.advertise else {
        return;
    };
    if listener.say == HoldSay::Greeting {
        findings.problem(
            key,
            "a Dovecot proxy keeps the words of a greeting to itself: set say = \"login\", or remove advertise",
        );
    }
    let is_address = match advertise {
        Endpoint::Tcp { host, port } => host.parse::<IpAddr>().is_ok() && *port != 0,
        Endpoint::Unix(_) => false,
    };
    if !is_address {
        findings.problem(
            key,
            format!("advertise = \"{advertise}\": write an IP address and a port"),
        );
    }
}

/// What is wrong with a text that has to stand in a reply of every protocol.
fn wrong_text(text: &str) -> Option<&'static str> {
    let printable = |c: char| (' '..='~').contains(&c) && !matches!(c, '"' | '\\');
    match text {
        _ if text.trim().is_empty() => Some("write what mail programs are told, or remove it"),
        _ if text.len() > TEXT_OCTETS_MAX => Some("write at most 300 characters"),
        _ if !text.chars().all(printable) => {
            Some("write printable ASCII without quotes and backslashes")
        }
        _ if text.starts_with(['[', '(']) => Some("begin with a letter: a bracket is a code"),
        _ => None,
    }
}
