//! What must hold between the options of `[drill]`.

use std::time::Duration;

use super::Findings;
use crate::config::Config;

pub(super) fn check(config: &Config, findings: &mut Findings) {
    let drill = &config.drill;
    if drill.mailbox.is_some() != drill.mx.is_some() {
        findings.problem(
            "drill.mailbox",
            "set it and mx: mail for the canary comes by way of the MX",
        );
    }
    if drill.mailbox.is_none() && !drill.schedule.is_empty() {
        findings.problem("drill.schedule", "set mailbox: there is nothing to drill");
    }
    if drill.schedule.len() > 50 {
        findings.problem("drill.schedule", "write at most 50 times");
    }
    let timeout = drill.step_timeout.duration();
    if !(Duration::from_secs(1)..=Duration::from_secs(3600)).contains(&timeout) {
        findings.problem("drill.step_timeout", "write \"1s\" to \"60m\"");
    }
}
