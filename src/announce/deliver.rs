//! From announcements to receivers.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::task::JoinSet;

use super::Announcer;
use super::call::{self, Call, Called};
use super::letter::{Letter, Sent};
use super::retry::{DEAD_AFTER, pause};
use crate::clock::Timestamp;
use crate::ids::{AnnouncementId, DestinationId, random_bytes};
use crate::store::announcements::{
    self, ANSWER_CHARS_MAX, AnnouncementRecord, AnnouncementState, Message,
};
use crate::store::destinations::{self, DestinationRecord, DestinationState, Place};
use crate::store::{StoreError, Tx};

/// Announcements on their way at a time, of one destination one.
const AT_A_TIME: usize = 16;
/// How often it is looked what is due.
const LOOK: Duration = Duration::from_secs(1);

/// What a try led to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Tried {
    Told(String),
    Again(String),
    Never(String),
    /// It does not want to be told any more.
    Unwanted,
}

/// Tells what is due, and what becomes due.
pub(super) async fn run(announcer: Announcer) {
    let mut under_way = JoinSet::new();
    let mut busy: BTreeSet<DestinationId> = BTreeSet::new();
    loop {
        match begin(&announcer, &busy, AT_A_TIME.saturating_sub(busy.len())) {
            Ok(begun) => {
                for (to, id) in begun {
                    busy.insert(to);
                    let announcer = announcer.clone();
                    under_way.spawn(async move {
                        // Whatever comes of it, its destination is free again.
                        let telling = tokio::spawn(async move { tell(&announcer, to, id).await });
                        match telling.await {
                            Ok(Ok(())) => {}
                            Ok(Err(error)) => {
                                tracing::error!(%error, "what came of an announcement is not kept");
                            }
                            Err(error) => tracing::error!(%error, "telling broke off"),
                        }
                        to
                    });
                }
            }
            Err(error) => tracing::error!(%error, "what is to be told cannot be read"),
        }
        tokio::select! {
            Some(Ok(to)) = under_way.join_next() => { busy.remove(&to); }
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

fn begin(
    announcer: &Announcer,
    busy: &BTreeSet<DestinationId>,
    room: usize,
) -> Result<Vec<(DestinationId, AnnouncementId)>, StoreError> {
    if room == 0 {
        return Ok(Vec::new());
    }
    let now = announcer.service.clock.now();
    let due = announcer
        .service
        .store
        .read(|tx| announcements::due(tx, now))?;
    let free = due.into_iter().filter(|(to, _)| !busy.contains(to));
    Ok(free.take(room).collect())
}

/// Tells one announcement, and keeps what came of it.
async fn tell(
    announcer: &Announcer,
    to: DestinationId,
    id: AnnouncementId,
) -> Result<(), StoreError> {
    let store = &announcer.service.store;
    let found = store.read(|tx| {
        Ok::<_, StoreError>((destinations::get(tx, to)?, announcements::get(tx, to, id)?))
    })?;
    let (Some(destination), Some(record)) = found else {
        // Removed a moment ago.
        return Ok(());
    };
    let now = announcer.service.clock.now();
    let tried = attempt(announcer, id, &destination, &record, now).await;
    if let Tried::Again(why) | Tried::Never(why) = &tried {
        tracing::warn!(destination = %to, announcement = %id, why, "a destination was not told");
    }
    let jitter = random_bytes::<1>()[0];
    let now = announcer.service.clock.now();
    store
        .write(move |tx| record_try(tx, to, id, &tried, now, jitter))
        .await
}

async fn attempt(
    announcer: &Announcer,
    id: AnnouncementId,
    to: &DestinationRecord,
    record: &AnnouncementRecord,
    now: Timestamp,
) -> Tried {
    let announce = announcer.service.config.get().announce.clone();
    let id = format!("msg_{id}");
    match (&to.place, &record.message) {
        (Place::Webhook { url, keys }, Message::Payload(body)) => {
            let call = Call {
                url: url.clone(),
                id,
                body: body.clone(),
                keys: keys.clone(),
            };
            match call::call(&call, &announce, announcer.tls.as_ref(), now).await {
                Called::Taken(said) => Tried::Told(said),
                Called::Gone => Tried::Unwanted,
                Called::NotTaken(why) => Tried::Again(why),
            }
        }
        (Place::Contact { address }, Message::Letter { subject, text }) => {
            let Some(from) = &announce.mail_from else {
                return Tried::Again("announce.mail_from is not set".to_owned());
            };
            let letter = Letter {
                from,
                to: address,
                subject,
                text,
                id: &id,
                hostname: &announcer.hostname,
                now,
            };
            match letter.send(&announcer.smarthosts, &announcer.signers).await {
                Sent::Taken(said) => Tried::Told(said),
                Sent::NotNow(why) => Tried::Again(why),
                Sent::Refused(why) => Tried::Never(why),
            }
        }
        _ => Tried::Never("it was not written for such a destination".to_owned()),
    }
}

/// Keeps what a try led to, for the announcement and for its destination.
fn record_try(
    tx: &mut dyn Tx,
    to: DestinationId,
    id: AnnouncementId,
    tried: &Tried,
    now: Timestamp,
    jitter: u8,
) -> Result<(), StoreError> {
    let (Some(mut destination), Some(mut record)) =
        (destinations::get(tx, to)?, announcements::get(tx, to, id)?)
    else {
        return Ok(());
    };
    // Given up while it was on its way, as its destination was switched off.
    let was_waiting = matches!(record.state, AnnouncementState::Due(_));
    record.attempts = record.attempts.saturating_add(1);
    let before = destination.clone();
    let (state, said) = match tried {
        Tried::Told(said) => {
            destination.failing_since = None;
            (AnnouncementState::Told(now), said.as_str())
        }
        Tried::Again(why) => {
            let since = *destination.failing_since.get_or_insert(now);
            if now.since(since) >= DEAD_AFTER {
                destination.state = off("nothing was taken for days", now);
            }
            let again = pause(&destination.place, record.attempts, jitter);
            let state = again.map_or(AnnouncementState::Failed(now), |pause| {
                AnnouncementState::Due(now.after(pause))
            });
            (state, why.as_str())
        }
        Tried::Never(why) => {
            destination.failing_since.get_or_insert(now);
            (AnnouncementState::Failed(now), why.as_str())
        }
        Tried::Unwanted => {
            destination.state = off("it answered 410: it wants no more", now);
            (AnnouncementState::Failed(now), "answered 410")
        }
    };
    record.last = Some(
        said.chars()
            .filter(|c| !c.is_control())
            .take(ANSWER_CHARS_MAX)
            .collect(),
    );
    if was_waiting || matches!(state, AnnouncementState::Told(_)) {
        record.state = state;
    }
    announcements::put(tx, to, id, &record)?;
    if destination.state != before.state
        && let DestinationState::Off { why, .. } = &destination.state
    {
        announcements::give_up(tx, to, now, why)?;
    }
    if destination != before {
        destinations::put(tx, to, &destination)?;
    }
    Ok(())
}

fn off(why: &str, since: Timestamp) -> DestinationState {
    DestinationState::Off {
        why: why.to_owned(),
        since,
    }
}

#[cfg(test)]
mod tests;
