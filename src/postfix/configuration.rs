//! The pieces of main.cf and master.cf that make Postfix ask Lifeboat.

use std::fmt::Write as _;

use crate::config::Config;
use crate::net::Endpoint;

/// Whom Postfix is to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The server itself.
    Server,
    /// A `lifeboat route-agent` on the MX, at this path as Postfix's processes see it: below the
    /// queue directory, which is their working directory, chrooted or not.
    Agent(String),
}

/// The pieces for this configuration, with comments that say where they belong.
pub fn configuration(config: &Config, asked: &Asked) -> String {
    let mut text = main_cf(config, asked);
    text.push('\n');
    text.push_str(&master_cf(config));
    text
}

fn socketmap(endpoint: &Endpoint) -> String {
    match endpoint {
        Endpoint::Tcp { host, port } => format!("socketmap:inet:{host}:{port}"),
        Endpoint::Unix(path) => format!("socketmap:unix:{}", path.display()),
    }
}

/// The transport's own name, without its nexthop.
fn transport_name(transport: &str) -> &str {
    transport.split(':').next().unwrap_or(transport)
}

fn main_cf(config: &Config, asked: &Asked) -> String {
    let map = match asked {
        Asked::Server => socketmap(&config.socketmap.listen),
        Asked::Agent(path) => format!("socketmap:unix:{path}"),
    };
    let queue = transport_name(&config.postfix.queue_transport);
    let mut text = format!(
        "# --- main.cf ---\n\
         # Lifeboat is asked first and answers \"not found\" unless it takes over; then your own\n\
         # tables, which stand here in place of $transport_maps_of_yours, decide.\n\
         transport_maps = {map}:transport, $transport_maps_of_yours\n\
         # Mail that is to wait here while an operator has set the mode \"queue\". It bounces after\n\
         # maximal_queue_lifetime (5 days, if you did not change it).\n\
         defer_transports = {queue}\n\
         # Recipients whose mail Lifeboat takes over are known even while your directory is down.\n\
         relay_recipient_maps = $relay_recipient_maps_of_yours, {map}:recipient\n\
         # A retry soon after the take-over; the route agent, or `[postfix] flush_command`, makes it\n\
         # at once.\n\
         minimal_backoff_time = 120s\n"
    );
    match (asked, &config.socketmap.listen) {
        (Asked::Agent(path), _) => {
            let _ = writeln!(
                text,
                "# The agent answers from a table of its own, also when the server is stopped or cannot\n\
                 # be reached. It runs here, always:\n\
                 #   lifeboat route-agent --listen unix:$queue_directory/{path} \\\n\
                 #     --server {} --token-file /etc/lifeboat/route-agent.token",
                config.http.public_url
            );
        }
        (Asked::Server, Endpoint::Unix(path)) => {
            let _ = writeln!(
                text,
                "# trivial-rewrite and smtpd run chrooted on Debian: {} must lie below the queue\n\
                 # directory, and be written here as it is seen from there.",
                path.display()
            );
        }
        (Asked::Server, Endpoint::Tcp { .. }) => text.push_str(
            "# Postfix waits 100 s for a server that hangs: on an MX of its own use a route agent\n\
             # (`lifeboat config postfix --route-agent`).\n",
        ),
    }
    let delimiter = &config.postfix.recipient_delimiter;
    if !delimiter.is_empty() {
        let _ = writeln!(text, "recipient_delimiter = {delimiter}");
    }
    text.push_str(
        "# One transport per mailstore, so that a hanging one holds nobody else's mail: route your\n\
         # mailboxes to it in your own table. After one failed round of deliveries Postfix takes it\n\
         # for dead, and what waits for it leaves the active queue.\n",
    );
    for mailstore in &config.mailstore {
        let _ = writeln!(
            text,
            "lmtp-{id}_destination_concurrency_limit = 20\n\
             lmtp-{id}_destination_concurrency_failed_cohort_limit = 1\n\
             lmtp-{id}_destination_recipient_limit = 50",
            id = mailstore.id
        );
    }
    text
}

fn master_cf(config: &Config) -> String {
    let queue = transport_name(&config.postfix.queue_transport);
    let mut text = String::from(
        "# --- master.cf ---\n\
         # Times are short: mail that a mailstore does not take is soon deferred, and Lifeboat is\n\
         # asked again at the next attempt.\n",
    );
    for mailstore in &config.mailstore {
        let _ = writeln!(
            text,
            "lmtp-{id}  unix  -  -  y  -  20  lmtp\n\
             \x20   -o lmtp_connect_timeout=5s\n\
             \x20   -o lmtp_lhlo_timeout=10s\n\
             \x20   -o lmtp_mail_timeout=20s\n\
             \x20   -o lmtp_rcpt_timeout=20s\n\
             \x20   -o lmtp_data_init_timeout=20s\n\
             \x20   -o lmtp_data_xfer_timeout=60s\n\
             \x20   -o lmtp_data_done_timeout=60s\n\
             \x20   -o lmtp_rset_timeout=5s\n\
             \x20   -o lmtp_quit_timeout=5s",
            id = mailstore.id
        );
    }
    let _ = writeln!(text, "{queue}  unix  -  -  y  -  -  lmtp");
    text
}

#[cfg(test)]
mod tests;
