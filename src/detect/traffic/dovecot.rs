//! Dovecot's lines about sign-ins that the mailstore did not answer (Dovecot 2.3, `login-common`):
//!
//! - of a proxy: `imap-login: Error: proxy(ann@example.com,10.0.0.1:143): connect(10.0.0.1, 143) failed: …`
//! - of the mailstore itself: `imap-login: Info: Disconnected: … (internal failure, 1 successful auths):
//!   user=<ann@example.com>, method=PLAIN, rip=192.0.2.9, lip=10.0.0.1, …`
//!
//! A wrong password is not counted: it says nothing about the mailstore. Pure, on bytes that strangers
//! have a part in: a user's name with anything unusual in it makes a line that says nothing.

/// Login services, as Dovecot names them in front of their lines.
const SERVICES: [&str; 4] = [
    "imap-login",
    "pop3-login",
    "managesieve-login",
    "submission-login",
];

/// Where a sign-in failed through no fault of its user: `host:port` and host where a proxy says so, the
/// local address where the mailstore does. Empty for all other lines.
pub(super) fn failed_sign_in(line: &str) -> impl Iterator<Item = &str> {
    let place = said(line).and_then(|said| by_proxy(said).or_else(|| by_mailstore(said)));
    let host = place
        .and_then(|place| place.rsplit_once(':'))
        .map(|(host, _)| host);
    [place, host].into_iter().flatten()
}

/// What a login service says, without its name: `Error: proxy(…`.
fn said(line: &str) -> Option<&str> {
    let rest = SERVICES.iter().find_map(|service| {
        let (before, rest) = line.split_once(service)?;
        // The first of a line: after a host's and a program's name, never inside what a user said.
        (!before.contains(['<', '(', '='])).then_some(rest)
    })?;
    rest.strip_prefix(": ")
}

fn by_proxy(said: &str) -> Option<&str> {
    let rest = said.strip_prefix("Error: proxy(")?;
    let (inside, rest) = rest.split_once("): ")?;
    let (user, place) = inside.rsplit_once(',')?;
    let odd = |c: char| c.is_whitespace() || c.is_control() || "(),<>".contains(c);
    (!user.contains(odd) && rest.starts_with("connect(")).then_some(place)
}

fn by_mailstore(said: &str) -> Option<&str> {
    let (before, rest) = said.split_once(" (internal failure, ")?;
    let (_, rest) = rest.split_once("): user=<")?;
    let (user, rest) = rest.split_once(">, ")?;
    if before.contains("user=") || user.contains(['<', '>']) {
        return None;
    }
    let address = rest
        .split(", ")
        .find_map(|field| field.strip_prefix("lip="));
    address.filter(|address| !address.is_empty())
}
