//! The pieces of main.cf and master.cf that make Postfix ask Lifeboat.

use std::fmt::Write as _;

use crate::config::Config;
use crate::net::Endpoint;

/// The pieces for this configuration, with comments that say where they belong.
pub fn configuration(config: &Config) -> String {
    let mut text = main_cf(config);
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

fn main_cf(config: &Config) -> String {
    let map = socketmap(&config.socketmap.listen);
    let queue = transport_name(&config.postfix.queue_transport);
    let mut text = format!(
        "# --- main.cf ---\n\
         # Lifeboat is asked first and answers \"not found\" unless it takes over; then your own\n\
         # tables, which stand here in place of $transport_maps_of_yours, decide.\n\
         transport_maps = {map}:transport, $transport_maps_of_yours\n\
         # Mail that is to wait here while an operator has set the mode \"queue\".\n\
         defer_transports = {queue}\n\
         # Recipients whose mail Lifeboat takes over are known even while your directory is down.\n\
         relay_recipient_maps = $relay_recipient_maps_of_yours, {map}:recipient\n\
         # A retry soon after the take-over; `[postfix] flush_command` makes it at once.\n\
         minimal_backoff_time = 120s\n"
    );
    if let Endpoint::Unix(path) = &config.socketmap.listen {
        let _ = writeln!(
            text,
            "# trivial-rewrite and smtpd run chrooted on Debian: {} must lie below the queue\n\
             # directory, and be written here as it is seen from there.",
            path.display()
        );
    }
    let delimiter = &config.postfix.recipient_delimiter;
    if !delimiter.is_empty() {
        let _ = writeln!(text, "recipient_delimiter = {delimiter}");
    }
    text.push_str(
        "# One transport per mailstore, so that a hanging one cannot fill the active queue: route\n\
         # your mailboxes to it in your own table.\n",
    );
    for mailstore in &config.mailstore {
        let _ = writeln!(
            text,
            "lmtp-{id}_destination_concurrency_limit = 20\n\
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
             \x20   -o lmtp_data_done_timeout=60s",
            id = mailstore.id
        );
    }
    let _ = writeln!(text, "{queue}  unix  -  -  y  -  -  lmtp");
    text
}

#[cfg(test)]
mod tests;
