//! How many mailboxes of each reseller are on which mailstore: for telling each reseller of its own, and of
//! nothing else.
//!
//! Counted by going through the directory in slices, one count at a time, and kept until the directory
//! changes; a count is up to a minute old. A mailbox counts for its mailstore, whatever override it has.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::ids::{Address, DomainName, MailstoreId, ResellerId};
use crate::panics;
use crate::store::{Store, StoreError, directory};

/// Mailboxes in a slice: one short read.
const SLICE: usize = 2_000;
/// A count that is younger is not made anew.
const FRESH: Duration = Duration::from_secs(60);
/// Domains that are named.
pub const DOMAINS_NAMED_MAX: usize = 100;

/// What a reseller has on a mailstore.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Mailboxes.
    pub mailboxes: u64,
    /// The domains that they are in.
    pub domains: u64,
    /// The first of those domains with their mailboxes, at most [`DOMAINS_NAMED_MAX`].
    pub named: Vec<(DomainName, u64)>,
}

impl Share {
    fn add(&mut self, domain: &DomainName, mailboxes: u64) {
        self.mailboxes += mailboxes;
        self.domains += 1;
        if self.named.len() < DOMAINS_NAMED_MAX {
            self.named.push((domain.clone(), mailboxes));
        }
    }
}

/// A count of all mailboxes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census(BTreeMap<MailstoreId, BTreeMap<Option<ResellerId>, Share>>);

impl Census {
    /// What a reseller has on a mailstore; without a reseller, what all have together.
    pub fn share(&self, mailstore: &MailstoreId, reseller: Option<&ResellerId>) -> Share {
        let Some(owners) = self.0.get(mailstore) else {
            return Share::default();
        };
        if reseller.is_some() {
            return owners.get(&reseller.cloned()).cloned().unwrap_or_default();
        }
        let mut all = Share::default();
        for share in owners.values() {
            all.mailboxes += share.mailboxes;
            all.domains += share.domains;
            let room = DOMAINS_NAMED_MAX.saturating_sub(all.named.len());
            all.named.extend(share.named.iter().take(room).cloned());
        }
        all
    }

    /// Every share: of which mailstore, whose, and how much.
    pub fn each(&self) -> impl Iterator<Item = (&MailstoreId, Option<&ResellerId>, &Share)> {
        self.0.iter().flat_map(|(mailstore, owners)| {
            let owners = owners.iter();
            owners.map(move |(owner, share)| (mailstore, owner.as_ref(), share))
        })
    }

    fn add(&mut self, owner: Option<&ResellerId>, domain: &DomainName, on: &MailstoreId, n: u64) {
        let owners = self.0.entry(on.clone()).or_default();
        owners.entry(owner.cloned()).or_default().add(domain, n);
    }
}

#[derive(Debug)]
struct Counted {
    census: Arc<Census>,
    /// What the directory was called before it was counted.
    directory: String,
    at: Instant,
}

/// The last count; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Tenants {
    last: Arc<RwLock<Option<Counted>>>,
    counting: Arc<tokio::sync::Mutex<()>>,
}

impl Tenants {
    /// The last count, and whether it is still good.
    fn last(&self, store: &Store) -> Option<(Arc<Census>, bool)> {
        let last = self.last.read().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().map(|counted| {
            let is_good =
                counted.directory == store.directory_name() || counted.at.elapsed() < FRESH;
            (counted.census.clone(), is_good)
        })
    }

    /// A count that is good; made anew where the last is not.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn census(&self, store: &Store) -> Result<Arc<Census>, StoreError> {
        let _turn = self.counting.lock().await;
        if let Some((census, true)) = self.last(store) {
            return Ok(census);
        }
        let (counted, directory) = (store.clone(), store.directory_name());
        let census = tokio::task::spawn_blocking(move || count(&counted))
            .await
            .map_err(|error| StoreError::Failed(panics::how(&error).into()))??;
        let census = Arc::new(census);
        *self.last.write().unwrap_or_else(PoisonError::into_inner) = Some(Counted {
            census: census.clone(),
            directory,
            at: Instant::now(),
        });
        Ok(census)
    }

    /// The last count at once, where there is one; a better one is then made behind the scenes.
    ///
    /// # Errors
    /// As [`Self::census`].
    pub async fn census_at_once(&self, store: &Store) -> Result<Arc<Census>, StoreError> {
        match self.last(store) {
            Some((census, true)) => Ok(census),
            Some((census, false)) => {
                if self.counting.try_lock().is_ok() {
                    let (own, store) = (self.clone(), store.clone());
                    tokio::spawn(async move {
                        if let Err(error) = own.census(&store).await {
                            tracing::warn!(%error, "mailboxes are not counted anew");
                        }
                    });
                }
                Ok(census)
            }
            None => self.census(store).await,
        }
    }
}

fn count(store: &Store) -> Result<Census, StoreError> {
    let mut census = Census::default();
    let mut domain: Option<(DomainName, Option<ResellerId>)> = None;
    let mut on: BTreeMap<MailstoreId, u64> = BTreeMap::new();
    let mut after: Option<Address> = None;
    loop {
        let page = store.read(|tx| directory::mailboxes(tx, None, after.as_ref(), SLICE))?;
        for mailbox in &page {
            let name = mailbox.address.domain_name();
            if domain.as_ref().is_none_or(|(known, _)| *known != name) {
                note(&mut census, domain.as_ref(), &mut on);
                let record = store.read(|tx| directory::domain(tx, &name))?;
                domain = Some((name, record.and_then(|record| record.reseller)));
            }
            *on.entry(mailbox.record.mailstore.clone()).or_default() += 1;
        }
        match page.into_iter().next_back() {
            Some(last) => after = Some(last.address),
            None => break,
        }
    }
    note(&mut census, domain.as_ref(), &mut on);
    Ok(census)
}

/// Adds what was counted of a domain.
fn note(
    census: &mut Census,
    domain: Option<&(DomainName, Option<ResellerId>)>,
    on: &mut BTreeMap<MailstoreId, u64>,
) {
    if let Some((name, owner)) = domain {
        for (mailstore, mailboxes) in std::mem::take(on) {
            census.add(owner.as_ref(), name, &mailstore, mailboxes);
        }
    }
}
