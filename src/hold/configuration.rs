//! The pieces of a Dovecot proxy's configuration.

use std::fmt::Write;

use crate::config::Config;
use crate::net::Endpoint;

/// What belongs into a Dovecot 2.3 proxy so that it sends held users here; a comment that says what to set
/// where `[hold]` does not say enough.
pub fn configuration(config: &Config) -> String {
    let Some(listen) = &config.hold.answers_listen else {
        return "# Set hold.answers_listen, and a [[hold_listener]] with say = \"login\" and advertise.\n"
            .to_owned();
    };
    let uri = match listen {
        Endpoint::Tcp { host, port } => format!("redis:host={host}:port={port}:timeout_msecs=500"),
        Endpoint::Unix(path) => format!("redis:path={}:timeout_msecs=500", path.display()),
    };
    let mut text =
        String::from("# On each Dovecot proxy (2.3), /etc/dovecot/lifeboat-hold.conf.ext:\n");
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "#\n\
         # uri = {uri}\n\
         # iterate_disable = yes\n\
         # passdb_objects = held\n\
         # key held {{\n\
         #   key = passdb/%s/%u\n\
         #   format = json\n\
         # }}\n\
         #\n\
         # The host must be an IP address, as Dovecot looks up no name there.\n"
    );
    text.push_str(
        "# In the proxy's dovecot.conf: your own passdb first, which goes on checking passwords. Let it say\n\
         #\n\
         #   result_success = continue-ok\n\
         #\n\
         # and put this after it. Who is not held, and everybody while Lifeboat does not answer, goes where\n\
         # your own passdb says. User names must be whole addresses. With auth_cache_size, set auth_cache_ttl\n\
         # to a minute at most: what is cached is not asked again. Lifeboat's own master user must not go\n\
         # through this proxy: name the mailstore itself in [[mailstore]] imap.\n\
         passdb {\n  \
           driver = dict\n  \
           args = /etc/dovecot/lifeboat-hold.conf.ext\n  \
           skip = unauthenticated\n  \
           result_success = return-ok\n  \
           result_failure = continue\n  \
           result_internalfail = continue\n\
         }\n",
    );
    text
}
