//! `[[live_check]]`.

use std::time::Duration;

use super::Findings;
use crate::config::{Config, LiveKind};
use crate::net::{Endpoint, Tls};

/// The longest that a user waits for a service.
const TIMEOUT_MAX: Duration = Duration::from_secs(15);

pub(super) fn check(config: &Config, findings: &mut Findings) {
    for (number, check) in (1..).zip(&config.live_check) {
        let key = |field: &str| format!("live_check {number}: {field}");
        let names_user = check.user.contains("%u") || check.user.contains("%n");
        if !names_user {
            findings.problem(key("user"), "everybody would be the same: write %u or %n");
        } else if check.kind == LiveKind::Ldap && !check.user.contains('=') {
            let text = "ldap binds as a DN: write for example \"uid=%n,ou=people,o=%d\"";
            findings.problem(key("user"), text);
        }
        if check.parallel == 0 {
            findings.problem(key("parallel"), "0 would ask about nobody: write 1 or more");
        }
        if check.timeout.duration() > TIMEOUT_MAX {
            findings.problem(key("timeout"), "users wait for it: at most \"15s\"");
        }
        if check.tls == Tls::Off && super::is_remote(&check.server) {
            findings.warning(key("tls"), "passwords go over the network in the clear");
        }
        if matches!(
            (check.kind, &check.server),
            (LiveKind::Ldap, Endpoint::Unix(_))
        ) {
            findings.problem(
                key("server"),
                "an LDAP server is reached by TCP: write host:port",
            );
        }
        for mailstore in &check.mailstores {
            if config.mailstore(mailstore).is_none() {
                findings.problem(
                    key("mailstores"),
                    format!("there is no mailstore {mailstore}"),
                );
            }
        }
    }
}
