//! What is answered to one question of Postfix.

use crate::clock::Timestamp;
use crate::ids::Address;
use crate::net::Endpoint;
use crate::route::Route;
use crate::store::StoreError;
use crate::store::routes::Routes;

/// An answer, as socketmap_table(5) has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The value.
    Ok(String),
    /// Lifeboat has nothing to say.
    NotFound,
}

impl Reply {
    /// The text inside the netstring.
    pub fn to_text(&self) -> String {
        match self {
            Self::Ok(value) => format!("OK {value}"),
            Self::NotFound => "NOTFOUND ".to_owned(),
        }
    }
}

/// Whoever knows the answers: the server itself, or an agent beside Postfix.
pub trait Respond: Send + Sync {
    /// Answers `MAP KEY`, at once.
    fn respond(&self, request: &[u8], now: Timestamp) -> Reply;
}

/// Answers `MAP KEY`. Map `transport`: where to deliver the recipient's mail. Map `recipient`: that
/// the recipient exists, while Lifeboat takes or holds its mail. Everything else is not found: Postfix
/// also asks for `*`, for bare domains and for senders.
pub fn respond(
    request: &[u8],
    standby_transport: &str,
    queue_transport: &str,
    route: impl FnOnce(&Address) -> Route,
) -> Reply {
    let question = std::str::from_utf8(request)
        .ok()
        .and_then(|text| text.split_once(' '));
    let Some((map, key)) = question else {
        return Reply::NotFound;
    };
    let Ok(recipient) = key.parse::<Address>() else {
        return Reply::NotFound;
    };
    match (map, route(&recipient)) {
        (_, Route::Primary | Route::Unknown) => Reply::NotFound,
        ("transport", Route::Standby) => Reply::Ok(standby_transport.to_owned()),
        ("transport", Route::Queue) => Reply::Ok(queue_transport.to_owned()),
        ("recipient", Route::Standby | Route::Queue) => Reply::Ok(recipient.to_string()),
        _ => Reply::NotFound,
    }
}

/// Gives the answers.
#[derive(Clone, Debug)]
pub struct Answers {
    routes: Routes,
    standby_transport: String,
    queue_transport: String,
    delimiter: Option<char>,
}

impl Answers {
    /// `advertise` is where Postfix reaches Lifeboat's LMTP, `queue_transport` a transport that stands
    /// in its defer_transports, `delimiter` what separates an address from its extension.
    pub fn new(
        routes: Routes,
        advertise: &Endpoint,
        queue_transport: String,
        delimiter: Option<char>,
    ) -> Self {
        Self {
            routes,
            standby_transport: lmtp_transport(advertise),
            queue_transport,
            delimiter,
        }
    }

    /// As [`respond`], by the live routes.
    pub fn answer(&self, request: &[u8], now: Timestamp) -> Reply {
        respond(
            request,
            &self.standby_transport,
            &self.queue_transport,
            |recipient| self.route(recipient, now),
        )
    }

    fn route(&self, recipient: &Address, now: Timestamp) -> Route {
        // With nothing to say to anybody, healthy mail does not even depend on the directory.
        if self.routes.table().is_quiet() {
            return Route::Primary;
        }
        match self.look_up(recipient, now) {
            Ok(route) => route,
            Err(error) => {
                tracing::error!(%error, "the directory cannot be read: Postfix's own tables decide");
                self.route_without_directory()
            }
        }
    }

    /// The address as it is, then without its extension, as the LMTP server looks.
    fn look_up(&self, recipient: &Address, now: Timestamp) -> Result<Route, StoreError> {
        let answer = self.routes.route(recipient, now)?;
        let base = recipient.without_extension(self.delimiter);
        if answer.mailbox.is_some() || base == *recipient {
            return Ok(answer.decided.route);
        }
        Ok(self.routes.route(&base, now)?.decided.route)
    }

    /// Without the directory nobody knows whose mail this is. Not found leaves it to the hoster's
    /// tables: healthy mail flows, and mail for a mailstore that is down waits in Postfix. Only when a
    /// mailstore is known to hold another mailbox than before, or went back in time, would that lose
    /// mail: then it waits.
    fn route_without_directory(&self) -> Route {
        let table = self.routes.table();
        let would_lose = table
            .mailstores
            .values()
            .any(|m| m.is_unsafe || m.raising.is_some());
        if would_lose {
            Route::Queue
        } else {
            Route::Unknown
        }
    }
}

impl Respond for Answers {
    fn respond(&self, request: &[u8], now: Timestamp) -> Reply {
        self.answer(request, now)
    }
}

/// The advertised LMTP address as transport(5) and lmtp(8) write it.
pub fn lmtp_transport(endpoint: &Endpoint) -> String {
    match endpoint {
        Endpoint::Tcp { host, port } if host.contains(':') => {
            format!("lmtp:inet:[ipv6:{host}]:{port}")
        }
        Endpoint::Tcp { host, port } => format!("lmtp:inet:{host}:{port}"),
        Endpoint::Unix(path) => format!("lmtp:unix:{}", path.display()),
    }
}

#[cfg(test)]
mod tests;
