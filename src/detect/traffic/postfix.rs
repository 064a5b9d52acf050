//! Postfix's lines about deliveries, as its delivery agents write them (Postfix 3.7, `log_adhoc(3)`):
//!
//! `… postfix/a1/lmtp[71]: 4DTz: to=<ann@example.com>, relay=10.0.0.1[10.0.0.1]:24, delay=1, …,
//! dsn=4.4.1, status=deferred (connect to 10.0.0.1[10.0.0.1]:24: Connection refused)`
//!
//! Pure, on bytes that strangers have a part in: what stands inside an address or a reason is never
//! taken for a field.

/// What became of a delivery, as far as it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// Put off.
    Deferred,
    /// Taken.
    Sent,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delivery<'a> {
    pub(super) status: Status,
    /// The parts of the program's name: `postfix`, `a1`, `lmtp`.
    program: &'a str,
    /// `host[address]:port`; `none` while there was no connection.
    relay: &'a str,
    /// The same, from the reason, when there was no connection.
    tried: Option<&'a str>,
}

impl<'a> Delivery<'a> {
    /// All names by which the place of delivery may be known, the most exact first.
    pub(super) fn places(&self) -> impl Iterator<Item = &'a str> {
        let of_relay = [Some(self.relay), self.tried].into_iter().flatten();
        of_relay
            .flat_map(names_of)
            .chain(self.program.split('/').skip(1))
            .filter(|name| !name.is_empty())
    }
}

/// `host[address]:port` under all its names: as it is, `host:port`, `address:port`, `host`, `address`.
fn names_of(relay: &str) -> impl Iterator<Item = &str> {
    let (host, rest) = relay.split_once('[').unwrap_or((relay, ""));
    let address = rest.split_once(']').map_or("", |(address, _)| address);
    let with_port = rest.contains("]:").then_some(relay);
    [with_port.unwrap_or_default(), host, address].into_iter()
}

/// What a line tells of a delivery; none for all other lines.
pub(super) fn delivery(line: &str) -> Option<Delivery<'_>> {
    let (head, rest) = line.split_once("]: ")?;
    let (_, program) = head.rsplit_once(' ')?;
    let (program, pid) = program.split_once('[')?;
    if !program.starts_with("postfix") || !pid.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (_queue_id, rest) = rest.split_once(": to=<")?;
    let rest = after_address(rest)?;
    let rest = match rest.strip_prefix(", orig_to=<") {
        Some(rest) => after_address(rest)?,
        None => rest,
    };
    let rest = rest.strip_prefix(", relay=")?;
    let (relay, rest) = rest.split_once(", ")?;
    let (_, rest) = rest.split_once(", status=")?;
    let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let status = match status {
        "deferred" => Status::Deferred,
        "sent" => Status::Sent,
        _ => return None,
    };
    let tried = reason
        .strip_prefix('(')
        .map(|reason| {
            reason
                .strip_prefix("delivery temporarily suspended: ")
                .unwrap_or(reason)
        })
        .and_then(|reason| reason.strip_prefix("connect to "))
        .and_then(|tried| tried.split_once(": "))
        .map(|(tried, _)| tried);
    Some(Delivery {
        status,
        program,
        relay,
        tried,
    })
}

/// What follows an address that ends with `>`; a local part may be quoted and hold anything.
fn after_address(text: &str) -> Option<&str> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => return text.get(at + 1..),
            _ => {}
        }
    }
    None
}
