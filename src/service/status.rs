//! The public status page: how the mail service of a brand stands, in plain facts.
//!
//! Everybody may see it, so it names no mailstore, no domain and no number of anybody's mailboxes, and tells
//! a reseller's users of nothing but what touches that reseller's mailboxes. What was looked up is kept for
//! some seconds, and shown as it was, with its time, while the store cannot be read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::announcing::fill;
use super::{Service, ServiceError, brands};
use crate::clock::Timestamp;
use crate::failover::{Phase, Serving};
use crate::ids::{MailstoreId, OutageId, ResellerId};
use crate::store::brand::{BrandLink, BrandRecord, Wording};
use crate::store::failover::{self as kept, OutageRecord};
use crate::store::{StoreError, words};

/// What is younger is not looked up anew.
const FRESH: Duration = Duration::from_secs(5);
/// How far back outages are shown.
const SHOWN: Duration = Duration::from_secs(14 * 24 * 3600);
/// Outages looked at, and shown at most.
const OUTAGES_MAX: usize = 50;

/// How the service stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// As usual.
    Normal,
    /// Some mailboxes are out, and the emergency webmail is open for them.
    Affected,
    /// They are back, and what came in meanwhile is being added to them.
    Returning,
}

impl Health {
    /// Its name in the JSON document and in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Affected => "affected",
            Self::Returning => "returning",
        }
    }
}

/// An outage, as the public sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Its id.
    pub id: OutageId,
    /// What is known of it: the newest first.
    pub updates: Vec<(Timestamp, Update)>,
}

/// What happened in an outage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// The emergency webmail opened.
    Began,
    /// The usual service is back.
    Returned,
    /// Everything was merged.
    Merged,
}

impl Update {
    /// Its name in the documents and in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Began => "began",
            Self::Returned => "returned",
            Self::Merged => "merged",
        }
    }
}

/// How the service of a brand stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What users know the service by.
    pub name: String,
    /// What users in trouble are told.
    pub help: Wording,
    /// Links beside that.
    pub links: Vec<BrandLink>,
    /// How it stands.
    pub health: Health,
    /// The brand's own words for that.
    pub own_text: Wording,
    /// What the operator has to say, with its time.
    pub notices: Vec<(String, Timestamp)>,
    /// The outages of the last two weeks, the newest first.
    pub incidents: Vec<Incident>,
    /// When it was looked up.
    pub updated: Timestamp,
}

/// What was looked up last, by host name; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Board(Arc<Mutex<HashMap<String, Arc<Status>>>>);

impl Board {
    fn get(&self, host: &str) -> Option<Arc<Status>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(host).or_else(|| known.get("")).cloned()
    }

    fn put(&self, host: String, status: Arc<Status>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(host, status);
    }
}

/// How the service stands whose pages `host` shows.
///
/// # Errors
/// When the store cannot be read and was never read before.
pub async fn show(
    service: &Service,
    board: &Board,
    host: &str,
) -> Result<Arc<Status>, ServiceError> {
    let host = host.to_ascii_lowercase();
    match look(service, board, &host).await {
        Ok(status) => Ok(status),
        Err(error) => match board.get(&host) {
            Some(last) => {
                tracing::warn!(%error, "the status page shows how things stood");
                Ok(last)
            }
            None => Err(error.into()),
        },
    }
}

async fn look(service: &Service, board: &Board, host: &str) -> Result<Arc<Status>, StoreError> {
    let now = service.now();
    let (owner, brand) = brands::of_host(service, host)?;
    // Only names that a brand has are kept: what strangers ask for is not.
    let name = match owner {
        Some(_) => host,
        None => "",
    };
    if let Some(last) = board.get(name)
        && now.since(last.updated) < FRESH
        && last.is_of(&brand)
    {
        return Ok(last);
    }
    let census = service.tenants.census_at_once(&service.store).await?;
    let mailstores: Vec<MailstoreId> = service
        .config()
        .mailstore
        .iter()
        .map(|mailstore| mailstore.id.clone())
        .filter(|id| owner.is_none() || census.share(id, owner.as_ref()).mailboxes > 0)
        .collect();
    let status = Arc::new(read(service, owner.as_ref(), &brand, &mailstores, now)?);
    board.put(name.to_owned(), status.clone());
    Ok(status)
}

impl Status {
    /// Whether it shows this brand as it is now.
    fn is_of(&self, brand: &BrandRecord) -> bool {
        self.name == shown_name(brand) && self.help == brand.help() && self.links == brand.links
    }
}

fn shown_name(brand: &BrandRecord) -> String {
    match brand.name.as_str() {
        "" => "Lifeboat".to_owned(),
        name => name.to_owned(),
    }
}

fn read(
    service: &Service,
    owner: Option<&ResellerId>,
    brand: &BrandRecord,
    mailstores: &[MailstoreId],
    now: Timestamp,
) -> Result<Status, StoreError> {
    service.store.read(|tx| {
        let mut health = Health::Normal;
        let mut notices: Vec<(String, Timestamp)> = Vec::new();
        if let Some(said) = words::get(tx, None)? {
            notices.push((said.text, said.at));
        }
        for id in mailstores {
            let of_mailstore = health_of(&kept::mailstore(tx, id)?.state);
            health = worse(health, of_mailstore);
            if let Some(said) = words::get(tx, Some(id))? {
                notices.push((said.text, said.at));
            }
        }
        notices.dedup_by(|a, b| a.0 == b.0);
        let outages = kept::outages(tx, None, OUTAGES_MAX)?;
        let incidents = outages
            .into_iter()
            .filter(|(_, outage)| owner.is_none() || mailstores.contains(&outage.mailstore))
            .filter(|(_, outage)| now.since(outage.activated_at) < SHOWN)
            .map(|(id, outage)| incident(id, &outage))
            .collect();
        Ok(Status {
            name: shown_name(brand),
            help: brand.help(),
            links: brand.links.clone(),
            own_text: own_text(brand, health, now),
            health,
            notices,
            incidents,
            updated: now,
        })
    })
}

fn health_of(state: &crate::failover::State) -> Health {
    match (state.serving(), &state.phase) {
        (Serving::Standby | Serving::Queue, _) => Health::Affected,
        (Serving::Primary, _) if state.raising.is_some() => Health::Affected,
        (Serving::Primary, Phase::Returning { .. }) => Health::Returning,
        (Serving::Primary, _) => Health::Normal,
    }
}

const fn worse(one: Health, other: Health) -> Health {
    match (one, other) {
        (Health::Affected, _) | (_, Health::Affected) => Health::Affected,
        (Health::Returning, _) | (_, Health::Returning) => Health::Returning,
        (Health::Normal, Health::Normal) => Health::Normal,
    }
}

fn incident(id: OutageId, outage: &OutageRecord) -> Incident {
    let mut updates = vec![(outage.activated_at, Update::Began)];
    updates.extend(outage.returned_at.map(|at| (at, Update::Returned)));
    updates.extend(outage.merged_at.map(|at| (at, Update::Merged)));
    updates.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Incident { id, updates }
}

fn own_text(brand: &BrandRecord, health: Health, now: Timestamp) -> Wording {
    let key = match health {
        Health::Normal => "status-normal",
        Health::Affected => "status-outage",
        Health::Returning => return Wording::default(),
    };
    let (name, time) = (shown_name(brand), now.to_string());
    let values = [("name", name.as_str()), ("time", time.as_str())];
    brand.wording(key).map(|text| fill(text, &values).ok())
}
