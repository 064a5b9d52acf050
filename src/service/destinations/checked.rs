//! What can be a destination: addresses, names of events, labels. Pure.

use std::net::IpAddr;

use url::{Host, Url};

use super::invalid;
use crate::config::Announce;
use crate::service::ServiceError;
use crate::store::destinations::Place;
use crate::store::events;

const URL_BYTES_MAX: usize = 2_000;
const LABEL_CHARS_MAX: usize = 100;

/// Scheme and host of an address.
pub(super) fn origin_of(url: &str) -> String {
    Url::parse(url).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

/// Where a destination is, for the audit log: without a path, which may hold a secret.
pub(super) fn host_of(place: &Place) -> String {
    match place {
        Place::Webhook { url, .. } => Url::parse(url)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_default(),
        Place::Contact { address } => address.to_string(),
    }
}

/// An address that may be called, as far as it says itself.
pub(super) fn checked_url(text: &str, announce: &Announce) -> Result<String, ServiceError> {
    let wrong = |text: &str| invalid("to", text);
    if text.len() > URL_BYTES_MAX {
        return Err(wrong("at most 2000 characters"));
    }
    let url = Url::parse(text.trim())
        .map_err(|_| wrong("write an address such as https://hooks.example.net/lifeboat"))?;
    let is_tls = url.scheme() == "https";
    if !is_tls && (url.scheme() != "http" || announce.allowed_networks.is_empty()) {
        return Err(wrong(
            "write https://; http is for networks of announce.allowed_networks",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(wrong(
            "write it without a user, a password or a fragment: calls are signed",
        ));
    }
    let address: Option<IpAddr> = match url.host() {
        Some(Host::Ipv4(address)) => Some(address.into()),
        Some(Host::Ipv6(address)) => Some(address.into()),
        Some(Host::Domain(_)) => None,
        None => return Err(wrong("name a host")),
    };
    let port = url.port_or_known_default().unwrap_or(0);
    if address.is_some_and(|address| !announce.may_call(address, port, is_tls)) {
        return Err(wrong(
            "this address is not on the public internet; the operator can allow it in announce.allowed_networks",
        ));
    }
    Ok(url.into())
}

pub(super) fn checked_events(names: Vec<String>) -> Result<Vec<String>, ServiceError> {
    let unknown = names
        .iter()
        .find(|name| !events::NAMES.contains(&name.as_str()));
    if let Some(name) = unknown {
        let name: String = name.chars().take(40).collect();
        let known = events::NAMES.join(", ");
        return Err(invalid(
            "events",
            format!("{name:?} is none; these are: {known}"),
        ));
    }
    let mut names = names;
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

pub(super) fn checked_label(label: String) -> Result<String, ServiceError> {
    if label.chars().count() > LABEL_CHARS_MAX || label.chars().any(char::is_control) {
        return Err(invalid("label", "at most 100 characters, on one line"));
    }
    Ok(label)
}
