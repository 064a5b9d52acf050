//! From events to announcements.

use std::time::Duration;

use crate::ids::{AnnouncementId, DestinationId};
use crate::service::announcing::{self, Places, Told};
use crate::service::tenants::{Census, Share};
use crate::service::{Service, ServiceError};
use crate::store::announcements::{self, AnnouncementRecord, AnnouncementState, Message};
use crate::store::destinations::{self, DestinationRecord, Place};
use crate::store::events::{self, EventRecord};
use crate::store::{ReadTx, StoreError, brand};

/// Events taken at a time.
const EVENTS_AT_A_TIME: usize = 20;
/// How often it is looked even when nothing woke it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Hands out what happens, as it happens.
pub(super) async fn run(service: &Service) {
    let mut grown = service.store.watch_events();
    loop {
        grown.mark_unchanged();
        match hand_out(service).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "events are not announced yet"),
        }
        // The sender lives as long as the store.
        let _ = tokio::time::timeout(PATIENCE, grown.changed()).await;
    }
}

/// Makes the announcements of the next events; returns whether there were any.
pub(super) async fn hand_out(service: &Service) -> Result<bool, ServiceError> {
    let store = &service.store;
    let next = store.read(|tx| {
        let announced = events::announced(tx)?;
        events::after(tx, announced, EVENTS_AT_A_TIME)
    })?;
    for (number, event) in &next {
        let all = store.read(destinations::all)?;
        let wanted: Vec<_> = all
            .into_iter()
            .filter(|(_, record)| record.wants(event.what.name()))
            .collect();
        let census = match (event.what.mailstore(), wanted.is_empty()) {
            (Some(_), false) => service.tenants.census(store).await?,
            _ => std::sync::Arc::default(),
        };
        let written = store.read(|tx| {
            let mut written = Vec::new();
            for (id, record) in &wanted {
                if let Some(message) = message(service, tx, *number, event, record, &census)? {
                    written.push((*id, AnnouncementId::generate(service.clock.now()), message));
                }
            }
            Ok::<_, StoreError>(written)
        })?;
        keep(service, *number, event, written).await?;
    }
    Ok(!next.is_empty())
}

/// Keeps the announcements of an event with how far events were handed out: all of it, once.
async fn keep(
    service: &Service,
    number: u64,
    event: &EventRecord,
    written: Vec<(DestinationId, AnnouncementId, Message)>,
) -> Result<(), StoreError> {
    let (now, name) = (service.clock.now(), event.what.name());
    service
        .store
        .write(move |tx| {
            if events::announced(tx)? >= number {
                return Ok(());
            }
            for (to, id, message) in &written {
                // Removed or switched off a moment ago.
                let is_there = destinations::get(tx, *to)?.is_some_and(|to| to.wants(name));
                let record = AnnouncementRecord {
                    event: name.to_owned(),
                    created: now,
                    message: message.clone(),
                    attempts: 0,
                    state: AnnouncementState::Due(now),
                    last: None,
                };
                if is_there {
                    announcements::add(tx, *to, *id, record)?;
                }
            }
            events::set_announced(tx, number)
        })
        .await
}

/// What a destination is told of an event; none where it is not its business.
fn message(
    service: &Service,
    tx: &dyn ReadTx,
    number: u64,
    event: &EventRecord,
    to: &DestinationRecord,
    census: &Census,
) -> Result<Option<Message>, StoreError> {
    let reseller = to.owner.as_ref();
    let share = match event.what.mailstore() {
        Some(mailstore) => census.share(mailstore, reseller),
        None => Share::default(),
    };
    let owner = announcing::owner(tx, number, &event.what)?;
    let told = Told {
        reseller,
        share: &share,
        owner: owner.as_ref().map(Option::as_ref),
    };
    if !told.concerns(&event.what) {
        return Ok(None);
    }
    Ok(Some(match &to.place {
        Place::Webhook { .. } => Message::Payload(announcing::payload(number, event, &told)),
        Place::Contact { .. } => {
            let brand = brand::get(tx, reseller)?;
            let places = Places::of(&brand, &service.config.get().http.public_url);
            let letter = announcing::letter(event, &told, &brand, &places);
            Message::Letter {
                subject: letter.subject,
                text: letter.text,
            }
        }
    }))
}
