//! What must hold between the options of `[smtp]` and `[[smtp_listener]]`.

use std::collections::HashSet;

use super::Findings;
use crate::config::{Config, SmtpClients, SmtpListener};
use crate::net::{Endpoint, Tls};

pub(super) fn check(config: &Config, findings: &mut Findings) {
    let smtp = &config.smtp;
    if smtp.tls_certificate_file.is_some() != smtp.tls_key_file.is_some() {
        findings.problem(
            "smtp.tls_certificate_file",
            "set it and tls_key_file, or neither",
        );
    }
    for (key, value) in [
        ("connections_max", smtp.connections_max),
        ("stranger_connections_max", smtp.stranger_connections_max),
        ("client_connections_max", smtp.client_connections_max),
        (
            "client_messages_per_minute",
            smtp.client_messages_per_minute,
        ),
    ] {
        if value == 0 {
            findings.problem(
                format!("smtp.{key}"),
                "0 would refuse all mail: write 1 or more",
            );
        }
    }
    if smtp.memory_max.bytes() < 8 << 20 {
        findings.problem("smtp.memory_max", "write \"8MB\" or more");
    }
    if smtp.disk_free_low < smtp.disk_free_min {
        findings.problem(
            "smtp.disk_free_low",
            "it is below disk_free_min, where nothing is taken any more: write as much or more",
        );
    }
    let mut taken: HashSet<&Endpoint> = [
        &config.http.listen,
        &config.lmtp.listen,
        &config.socketmap.listen,
    ]
    .into_iter()
    .chain(&config.lmtp.listen_also)
    .chain(&config.hold.answers_listen)
    .chain(config.hold_listener.iter().map(|listener| &listener.listen))
    .collect();
    for (number, listener) in config.smtp_listener.iter().enumerate() {
        let key = format!("smtp_listener {}", number + 1);
        let any_port = matches!(listener.listen, Endpoint::Tcp { port: 0, .. });
        if !any_port && !taken.insert(&listener.listen) {
            findings.problem(
                &key,
                format!(
                    "{} is taken: give each its own port or path",
                    listener.listen
                ),
            );
        }
        check_listener(config, listener, &key, findings);
    }
}

fn check_listener(config: &Config, listener: &SmtpListener, key: &str, findings: &mut Findings) {
    let smtp = &config.smtp;
    let has_certificate =
        smtp.tls_certificate_file.is_some() || config.http.tls_certificate_file.is_some();
    if listener.tls != Tls::Off && !has_certificate {
        findings.problem(
            key,
            "TLS needs a certificate: set smtp.tls_certificate_file and tls_key_file",
        );
    }
    if listener.tls_required && listener.tls != Tls::Starttls {
        findings.problem(
            key,
            "tls_required is for tls = \"starttls\": write that, or remove it",
        );
    }
    if listener.proxy_protocol && smtp.proxies.is_empty() {
        findings.problem(
            key,
            "proxy_protocol: name the load balancers in smtp.proxies, or remove it",
        );
    }
    if listener.clients == SmtpClients::Trusted && smtp.trusted.is_empty() {
        findings.problem(
            key,
            "nobody is trusted: name the MX hosts in smtp.trusted, or write clients = \"everybody\"",
        );
    }
    if listener.clients == SmtpClients::Everybody && smtp.postmaster.is_none() {
        findings.warning(
            "smtp.postmaster",
            "a perimeter has to take mail for postmaster (RFC 5321 section 4.5.1): name a mailbox",
        );
    }
}
