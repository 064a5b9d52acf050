//! What must hold between options, and what the values' types cannot say.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use super::failover::{OWN_VANTAGE, is_vantage_name};
use super::secret::SecretSource;
use super::{Config, Mailstore, MergeDriver, Problem, Problems};
use crate::net::{Endpoint, Tls};

mod drill;
mod hold;
mod live;
mod provision;
mod sending;
mod smtp;

/// What is wrong, and what works but is not as it should be.
pub(super) fn check(config: &Config) -> (Problems, Vec<Problem>) {
    let mut findings = Findings::default();
    http(config, &mut findings);
    certificates(config, &mut findings);
    listeners(config, &mut findings);
    lmtp(config, &mut findings);
    smtp::check(config, &mut findings);
    sending::check(config, &mut findings);
    log(config, &mut findings);
    sign_in(config, &mut findings);
    live::check(config, &mut findings);
    mailstores(config, &mut findings);
    failover(config, &mut findings);
    merge(config, &mut findings);
    postfix(config, &mut findings);
    hold::check(config, &mut findings);
    drill::check(config, &mut findings);
    provision::check(config, &mut findings);
    announce(config, &mut findings);
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

fn certificates(config: &Config, findings: &mut Findings) {
    let mut known = HashSet::new();
    for certificate in &config.certificate {
        let name = &certificate.name;
        let key = format!("certificate.{}", name.escape_debug());
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || name.len() > 64 || !name.chars().all(is_plain) {
            let text = "a name is letters, digits, \"-\" and \"_\", at most 64";
            findings.problem(format!("{key}.name"), text);
        }
        if !known.insert(name) {
            findings.problem(
                format!("{key}.name"),
                "another [[certificate]] has this name",
            );
        }
    }
    if !config.certificate.is_empty() && config.http.tls_certificate_file.is_none() {
        findings.problem(
            "certificate",
            "set tls_certificate_file and tls_key_file in [http] too: that certificate is shown to all who ask for \
             none of these names",
        );
    }
}

fn announce(config: &Config, findings: &mut Findings) {
    let announce = &config.announce;
    for (key, span) in [
        ("announce.repeat_after", announce.repeat_after),
        ("announce.look_interval", announce.look_interval),
        ("announce.webhook_timeout", announce.webhook_timeout),
    ] {
        if span.duration() < Duration::from_secs(1) {
            findings.problem(key, "write 1s or more");
        }
    }
    if !(1..=12_000).contains(&announce.users_per_minute) {
        findings.problem("announce.users_per_minute", "write 1 to 12000");
    }
    if announce.mail_from.is_none() {
        findings.warning(
            "announce.mail_from",
            "not set: nobody is told of an outage by mail; name a sender, then add contacts with lifeboat contact add",
        );
    }
}

fn merge(config: &Config, findings: &mut Findings) {
    if !(1..=1000).contains(&config.merge.concurrency) {
        findings.problem("merge.concurrency", "write 1 to 1000");
    }
}

fn listeners(config: &Config, findings: &mut Findings) {
    let mut taken: HashMap<&Endpoint, &str> = HashMap::new();
    let also = &config.lmtp.listen_also;
    let all = [
        ("http.listen", &config.http.listen),
        ("lmtp.listen", &config.lmtp.listen),
        ("socketmap.listen", &config.socketmap.listen),
    ];
    let all = all
        .into_iter()
        .chain(also.iter().map(|endpoint| ("lmtp.listen_also", endpoint)));
    for (key, endpoint) in all {
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

fn lmtp(config: &Config, findings: &mut Findings) {
    let lmtp = &config.lmtp;
    for (key, value) in [
        ("lmtp.recipients_max", lmtp.recipients_max),
        ("lmtp.connections_max", lmtp.connections_max),
    ] {
        if value == 0 {
            findings.problem(key, "0 would refuse all mail: write 1 or more");
        }
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
        raising(mailstore, &mut |field, text| {
            findings.problem(key(field), text)
        });
        if mailstore.doveadm_tls == Tls::Off && mailstore.doveadm.as_ref().is_some_and(is_remote) {
            findings.warning(
                key("doveadm_tls"),
                "doveadm's key, which opens every mailbox, crosses the network in the clear: use \"implicit\" unless that network is yours alone",
            );
        }
        if mailstore.sentinel.is_none() {
            findings.warning(
                key("sentinel"),
                "none: Lifeboat notices a mailstore that does not answer, but not one that lost its mail, and mail goes back only by hand; give Lifeboat a mailbox of its own there",
            );
        }
        maildir(mailstore, findings);
        if mailstore.tls == Tls::Off && is_remote(&mailstore.imap) {
            findings.warning(
                key("tls"),
                "the master password crosses the network in the clear: use \"starttls\" or \"implicit\" unless that network is yours alone",
            );
        }
    }
}

fn maildir(mailstore: &Mailstore, findings: &mut Findings) {
    let key = |field: &str| format!("mailstore {}: {field}", mailstore.id);
    let Some(path) = &mailstore.maildir else {
        if mailstore.merge_driver == MergeDriver::Maildir {
            findings.problem(
                key("merge_driver"),
                "\"maildir\" needs to know where the mailboxes lie: set maildir",
            );
        }
        return;
    };
    if !path.tells_domains_apart() {
        findings.warning(
            key("maildir"),
            "mailboxes of the same name in two domains would be one: write %d or %u unless there is one domain",
        );
    }
    let above = path.above_all();
    let wrong = match is_directory(above.clone()) {
        Some(true) => return,
        Some(false) => "is not there: mount the mailstore's volume on this machine",
        None => "does not answer: nothing is merged there while it hangs",
    };
    findings.warning(key("maildir"), format!("{} {wrong}", above.display()));
}

/// How long a volume may take to say whether a directory is there.
const VOLUME_ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// Whether there is a directory; none when the volume does not answer. Asked on a thread that may hang
/// as long as the volume does: a server must start while a filer hangs, that is what it is for.
fn is_directory(path: PathBuf) -> Option<bool> {
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    let asking = std::thread::Builder::new().name("volume".into());
    asking
        .spawn(move || {
            // Nobody listens any more when this took too long.
            let _ = tell.send(path.is_dir());
        })
        .ok()?;
    told.recv_timeout(VOLUME_ANSWERS_WITHIN).ok()
}

/// How UIDs are raised: over doveadm's HTTP API with one secret, or by a command, or not at all.
fn raising(mailstore: &Mailstore, problem: &mut dyn FnMut(&str, String)) {
    let key = &mailstore.doveadm_key_file;
    let password = &mailstore.doveadm_password_file;
    if mailstore.doveadm.is_some() && mailstore.raise_command.is_some() {
        problem("raise_command", "set doveadm or this, not both".into());
    }
    match (&mailstore.doveadm, key, password) {
        (Some(_), None, None) => problem(
            "doveadm_key_file",
            "set it, or doveadm_password_file: doveadm lets nobody in without".into(),
        ),
        (_, Some(_), Some(_)) => problem(
            "doveadm_password_file",
            "set this or doveadm_key_file, not both".into(),
        ),
        (None, None, None) | (Some(_), _, _) => {}
        (None, _, _) => problem("doveadm", "say where it listens, or remove its key".into()),
    }
    if mailstore.doveadm_tls == Tls::Starttls {
        problem("doveadm_tls", "write \"off\" or \"implicit\"".into());
    }
    for (field, source) in [
        ("doveadm_key_file", key),
        ("doveadm_password_file", password),
    ] {
        if let Some(Err(error)) = source.as_ref().map(SecretSource::read) {
            problem(field, error.to_string());
        }
    }
}

fn failover(config: &Config, findings: &mut Findings) {
    let (failover, probe) = (&config.failover, &config.probe);
    if !(1..=10_000).contains(&failover.raise_per_second) {
        findings.problem("failover.raise_per_second", "write 1 to 10000");
    }
    if !(1..=1000).contains(&failover.raise_concurrency) {
        findings.problem("failover.raise_concurrency", "write 1 to 1000");
    }
    if !failover.raise_uidnext {
        findings.warning(
            "failover.raise_uidnext",
            "dangerous: after a mailstore was restored to an earlier state, desktop clients silently miss new messages",
        );
    }
    if config.watermark.per_second > 10_000 {
        findings.problem("watermark.per_second", "write 10000 or less");
    }
    if failover.failures == 0 || failover.failures > failover.observations {
        findings.problem(
            "failover.failures",
            format!(
                "write 1 to {}, the number of observations",
                failover.observations
            ),
        );
    }
    if failover.observations > 1000 {
        findings.problem("failover.observations", "write 1000 or less");
    }
    if failover.mailstores_at_once == 0 {
        findings.problem(
            "failover.mailstores_at_once",
            "write 1 or more; to leave it to people, use policy = \"manual\"",
        );
    }
    vantages(config, findings);
    for (key, span) in [
        ("interval", probe.interval),
        ("timeout", probe.timeout),
        ("sentinel_interval", probe.sentinel_interval),
        ("large_interval", probe.large_interval),
        ("large_timeout", probe.large_timeout),
        ("certificate_interval", probe.certificate_interval),
    ] {
        if span.duration() < std::time::Duration::from_millis(100) {
            findings.problem(format!("probe.{key}"), "write \"100ms\" or more");
        }
    }
    if probe.control_targets.len() > CONTROL_TARGETS_MAX {
        findings.problem(
            "probe.control_targets",
            format!("name {CONTROL_TARGETS_MAX} or less"),
        );
    }
    if probe.sentinel_keep < 10 {
        findings.problem("probe.sentinel_keep", "write 10 or more");
    }
}

/// Most places that tell a broken network from a broken mailstore.
const CONTROL_TARGETS_MAX: usize = 10;

/// Most agents whose reports are counted.
const VANTAGES_MAX: usize = 15;

fn vantages(config: &Config, findings: &mut Findings) {
    let failover = &config.failover;
    let names = &failover.vantages;
    let mut seen = HashSet::new();
    for name in names {
        if !is_vantage_name(name) {
            findings.problem(
                "failover.vantages",
                format!(
                    "{name:?}: write lower-case letters, digits, \"-\", \"_\" and \".\", up to 64"
                ),
            );
        }
        if name == OWN_VANTAGE || !seen.insert(name) {
            findings.problem(
                "failover.vantages",
                format!("{name:?} is taken: name each agent once, and none {OWN_VANTAGE:?}"),
            );
        }
    }
    if names.len() > VANTAGES_MAX {
        findings.problem(
            "failover.vantages",
            format!("name {VANTAGES_MAX} agents or less"),
        );
    }
    // The traffic may stand for one vantage point.
    let votes_max = names.len() + 1 + usize::from(failover.deferrals > 0);
    if failover.quorum as usize > votes_max {
        findings.problem(
            "failover.quorum",
            format!("so many never agree: write {votes_max} or less, or name more vantages"),
        );
    } else if failover.quorum == 1 && !names.is_empty() {
        findings.warning(
            "failover.quorum",
            "with 1 a single vantage point that has lost its own network takes mailstores over: leave it out",
        );
    }
    if failover.mailboxes_percent_max == 0 || failover.mailboxes_percent_max > 100 {
        findings.problem("failover.mailboxes_percent_max", "write 1 to 100");
    }
    if failover.dry_run {
        findings.warning(
            "failover.dry_run",
            "nothing is taken over but by hand; what would have been done is written down",
        );
    }
}

fn postfix(config: &Config, findings: &mut Findings) {
    let postfix = &config.postfix;
    let transport = &postfix.queue_transport;
    let has_nexthop = transport
        .split_once(':')
        .is_some_and(|(name, nexthop)| !name.is_empty() && !nexthop.is_empty());
    if !has_nexthop || transport.contains(|c: char| c.is_control() || c.is_whitespace()) {
        findings.problem(
            "postfix.queue_transport",
            "write a transport and a place that cannot be reached, so that flushing the queue bounces nothing: \"lifeboat-queue:unix:nowhere\"",
        );
    }
    let delimiter = &postfix.recipient_delimiter;
    if delimiter.chars().count() > 1 {
        findings.problem(
            "postfix.recipient_delimiter",
            "one character, as in Postfix's recipient_delimiter, or none",
        );
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
