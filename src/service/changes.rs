//! The stream of changes: what happened, as far as it is the actor's business, from any number on.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::announcing::{self, Told};
use super::shares::{Place, Shares};
use super::tenants::Share;
use super::{Actor, Service, ServiceError};
use crate::panics;
use crate::store::{StoreError, events};

/// Events looked at for one page.
pub const PAGE_MAX: usize = 200;
/// Streams at a time.
const STREAMS_MAX: usize = 256;
/// Streams of one reseller at a time: it cannot take everybody's.
const STREAMS_OF_RESELLER_MAX: usize = 32;
/// Walks through the directory at a time.
const WALKS_MAX: usize = 8;
/// A walk waits for its place so long.
const WALK_AWAITED: Duration = Duration::from_secs(5);
/// Walks of one reseller at a time.
const WALKS_OF_RESELLER_MAX: usize = 3;

/// The streams that are open; clones share it.
#[derive(Clone, Debug)]
pub struct Streams {
    streams: Shares,
    walks: Shares,
    stop: CancellationToken,
}

impl Default for Streams {
    fn default() -> Self {
        Self::new(CancellationToken::new())
    }
}

impl Streams {
    /// Streams that end when `stop` does.
    pub fn new(stop: CancellationToken) -> Self {
        let of =
            |max, of_reseller, retry| Shares::new(max, of_reseller, Duration::from_secs(retry));
        Self {
            streams: of(STREAMS_MAX, STREAMS_OF_RESELLER_MAX, 30),
            walks: of(WALKS_MAX, WALKS_OF_RESELLER_MAX, 10),
            stop,
        }
    }

    /// A place for one more of the actor's, as long as it is kept.
    ///
    /// # Errors
    /// [`ServiceError::Limited`] when too many are open, of all or of its reseller's.
    pub fn open(&self, actor: &Actor) -> Result<Place, ServiceError> {
        self.streams.take(actor)
    }

    /// The places of those who go through much of the directory, to count or to list it.
    pub const fn walks(&self) -> &Shares {
        &self.walks
    }

    /// Waits until the server stops.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }
}

impl Service {
    /// Runs what goes through much of the store, to count or to list it, in one of the places for that and off the
    /// asynchronous threads.
    ///
    /// # Errors
    /// [`ServiceError::Limited`] when too many do; what `look` returns.
    pub async fn walk<T: Send + 'static>(
        &self,
        actor: &Actor,
        look: impl FnOnce(&Self, &Actor) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let place = self
            .changes
            .walks()
            .wait_at_most(WALK_AWAITED, actor)
            .await?;
        let looking = self.look(actor, move |service, actor| {
            let _place = place;
            look(service, actor)
        });
        looking.await
    }

    /// Runs what reads the store for one page, off the asynchronous threads: a slow disk holds up no other
    /// connection. What goes through much of the store is [`Self::walk`]'s.
    ///
    /// # Errors
    /// What `look` returns; [`ServiceError::Unavailable`] when it panicked.
    pub async fn look<T: Send + 'static>(
        &self,
        actor: &Actor,
        look: impl FnOnce(&Self, &Actor) -> Result<T, ServiceError> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let (service, actor) = (self.clone(), actor.clone());
        let looked = tokio::task::spawn_blocking(move || look(&service, &actor)).await;
        looked.map_err(|error| ServiceError::Unavailable(panics::how(&error).into()))?
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChangeView {
    /// Its number; they grow, and numbers that are not the actor's business are left out.
    pub id: u64,
    /// Its name, such as `outage.began`.
    pub event: String,
    /// As webhooks get it: `type`, `timestamp`, `data`.
    #[schema(value_type = Object)]
    pub payload: serde_json::Value,
}

/// A page of changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChangePage {
    /// What happened, the oldest first.
    pub changes: Vec<ChangeView>,
    /// Ask for what comes after this number next.
    pub last: u64,
    /// Events after the number that was asked for are not kept any more: look at how everything stands.
    pub lost: bool,
}

/// What happened after a number; without one nothing, but the number that is the last now.
///
/// # Errors
/// When the actor may not, or the store fails.
pub async fn after(
    service: &Service,
    actor: &Actor,
    number: Option<u64>,
) -> Result<ChangePage, ServiceError> {
    let reseller = match actor {
        Actor::Operator(_) | Actor::System(_) => None,
        Actor::Reseller(reseller, _) => Some(reseller),
        Actor::User(..) | Actor::Agent(..) | Actor::Router(_) => {
            return Err(ServiceError::NotFound("such a page"));
        }
    };
    let store = &service.store;
    let Some(number) = number else {
        return Ok(ChangePage {
            changes: Vec::new(),
            last: store.read(events::last)?,
            lost: false,
        });
    };
    let found = store.read(|tx| events::after(tx, number, PAGE_MAX))?;
    let census = match found
        .iter()
        .any(|(_, event)| event.what.mailstore().is_some())
    {
        true => service.tenants.census_at_once(store).await?,
        false => Arc::default(),
    };
    let last = found.last().map_or(number, |(last, _)| *last);
    let lost = found
        .first()
        .is_some_and(|(first, _)| *first > number.saturating_add(1));
    let changes = store.read(|tx| {
        let mut changes = Vec::new();
        for (id, event) in &found {
            let share = match event.what.mailstore() {
                Some(mailstore) => census.share(mailstore, reseller),
                None => Share::default(),
            };
            let owner = announcing::owner(tx, *id, &event.what)?;
            let told = Told {
                reseller,
                share: &share,
                owner: owner.as_ref().map(Option::as_ref),
            };
            if told.concerns(&event.what) {
                let payload = announcing::payload(*id, event, &told);
                changes.push(ChangeView {
                    id: *id,
                    event: event.what.name().to_owned(),
                    payload: serde_json::from_str(&payload).unwrap_or_default(),
                });
            }
        }
        Ok::<_, StoreError>(changes)
    })?;
    Ok(ChangePage {
        changes,
        last,
        lost,
    })
}
