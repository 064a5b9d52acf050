//! Who is sent to the notice listeners, and the answer that a Dovecot proxy gets about them.

use std::collections::HashMap;
use std::net::IpAddr;

use serde_json::json;

use super::board::Returns;
use super::release::Release;
use crate::clock::Timestamp;
use crate::config::{HoldListener, HoldProtocol, HoldSay};
use crate::ids::{Address, MailstoreId};
use crate::net::{Endpoint, Tls};
use crate::route::{Decided, Level, Route};
use crate::store::routes::Routes;
use crate::store::{Store, StoreError, directory, failover as kept};

/// Whether a user's mail programs are kept from the mailstore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// They go where they always go.
    No,
    /// The mailbox is not, or not safely, in its mailstore.
    WhileAway,
    /// The mailstore is back, and this user's turn has not come yet.
    UntilReleased,
}

/// Decides. `in_danger`: the mailstore holds another mailbox than before, or one whose UIDs have to be
/// raised first; `is_released`: the user's turn to come home has come. Pure.
fn decide(decided: Decided, in_danger: bool, is_released: bool) -> Held {
    match (decided.route, decided.level) {
        // Whatever was ordered for its mail: clients would lose what they have.
        _ if in_danger => Held::WhileAway,
        (Route::Standby, _) => Held::WhileAway,
        (Route::Primary, Level::Mailstore) if !is_released => Held::UntilReleased,
        // Mail that waits in the MX says nothing about reading, and who opted out of failover stays.
        (Route::Primary | Route::Queue | Route::Unknown, _) => Held::No,
    }
}

/// Where users' mail programs belong at present; clones share it.
#[derive(Clone, Debug)]
pub struct Homes {
    store: Store,
    routes: Routes,
    returns: Returns,
    release: Release,
}

impl Homes {
    /// Asks `routes`, and lets users home after a return as `release` says.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn new(store: Store, routes: Routes, release: Release) -> Result<Self, StoreError> {
        Ok(Self {
            returns: Returns::load(&store)?,
            store,
            routes,
            release,
        })
    }

    /// Whether a user's mail programs are kept from the mailstore.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn held(&self, user: &Address, now: Timestamp) -> Result<Held, StoreError> {
        let found = self.store.read(|tx| {
            let Some(mailbox) = directory::resolve(tx, user)? else {
                return Ok(None);
            };
            let phase = kept::mailstore(tx, &mailbox.record.mailstore)?.state.phase;
            Ok::<_, StoreError>(Some((mailbox, phase)))
        })?;
        let Some((mailbox, phase)) = found else {
            return Ok(Held::No);
        };
        let (address, mailstore) = (&mailbox.address, &mailbox.record.mailstore);
        // The state is read before the route: a return is known before anybody is let in by it.
        let returned = self.returns.of(mailstore, &phase);
        let is_released = returned.is_none_or(|at| self.release.is_released(address, at, now));
        let decided = self.routes.route_mailbox(address, mailstore, now);
        Ok(decide(
            decided,
            self.is_in_danger(address, mailstore),
            is_released,
        ))
    }

    fn is_in_danger(&self, mailbox: &Address, mailstore: &MailstoreId) -> bool {
        let table = self.routes.table();
        table.mailstores.get(mailstore).is_some_and(|facts| {
            let waits = facts.raising.is_some_and(|raising| {
                let raised = |epoch| self.routes.was_raised(mailbox, mailstore, epoch);
                !raising.epoch.is_some_and(raised)
            });
            facts.is_unsafe || waits
        })
    }

    /// Notes which mailstores have just returned; asked often, so that no return is missed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn look_around(&self) -> Result<(), StoreError> {
        for mailstore in self.routes.table().mailstores.keys() {
            let record = self.store.read(|tx| kept::mailstore(tx, mailstore))?;
            self.returns.of(mailstore, &record.state.phase);
        }
        Ok(())
    }
}

/// Where a proxy finds the notice listener of a protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    address: IpAddr,
    port: u16,
    tls: Tls,
}

/// The answers to a Dovecot proxy.
#[derive(Clone, Debug)]
pub struct Answers {
    homes: Homes,
    places: HashMap<HoldProtocol, Place>,
}

impl Answers {
    /// Sends held users to those `listeners` that proxies can reach; of two for a protocol to the first.
    pub fn new(homes: Homes, listeners: &[HoldListener]) -> Self {
        let mut places = HashMap::new();
        for listener in listeners {
            if let Some(place) = place(listener) {
                places.entry(listener.protocol).or_insert(place);
            }
        }
        Self { homes, places }
    }

    /// Who is held.
    pub fn homes(&self) -> &Homes {
        &self.homes
    }

    /// The passdb fields for `passdb/SERVICE/USER`, as JSON; none for everybody who is not held, and for
    /// every other key: Dovecot then goes on without us.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn answer(&self, key: &str, now: Timestamp) -> Result<Option<String>, StoreError> {
        let Some((protocol, user)) = parse(key) else {
            return Ok(None);
        };
        let Some(place) = self.places.get(&protocol) else {
            return Ok(None);
        };
        match self.homes.held(&user, now)? {
            Held::No => Ok(None),
            Held::WhileAway | Held::UntilReleased => Ok(Some(fields(place))),
        }
    }
}

fn place(listener: &HoldListener) -> Option<Place> {
    match (&listener.advertise, listener.say) {
        (Some(Endpoint::Tcp { host, port }), HoldSay::Login) => Some(Place {
            address: host.parse().ok()?,
            port: *port,
            tls: listener.tls,
        }),
        _ => None,
    }
}

/// `passdb/imap/ann@example.com`. Dovecot writes a slash inside a name as `\|`.
fn parse(key: &str) -> Option<(HoldProtocol, Address)> {
    let (service, user) = key.strip_prefix("passdb/")?.split_once('/')?;
    let protocol = HoldProtocol::ALL
        .into_iter()
        .find(|protocol| protocol.as_str() == service)?;
    let user = user.replace("\\|", "/");
    Some((protocol, user.parse().ok()?))
}

/// Dovecot's passdb extra fields for a proxied login. `pass`: the proxy says this in place of the user's
/// password, which thus never leaves it. `nopassword`: for a passdb that is asked after one that checked
/// the password; `lifeboat config dovecot` prints it that way.
fn fields(place: &Place) -> String {
    let mut fields = json!({
        "nopassword": "y",
        "proxy": "y",
        "host": place.address.to_string(),
        "port": place.port.to_string(),
        "pass": "held",
        "proxy_timeout": "10",
    });
    let tls = match place.tls {
        Tls::Off => None,
        Tls::Starttls => Some("starttls"),
        Tls::Implicit => Some("ssl"),
    };
    if let (Some(field), Some(fields)) = (tls, fields.as_object_mut()) {
        // Nothing secret is said there; a certificate for the users' names need not name this address.
        fields.insert(field.to_owned(), "any-cert".into());
    }
    fields.to_string()
}

#[cfg(test)]
mod tests;
