//! How much may be sent in a day: by a mailbox, to people it never wrote to, by a domain, by a reseller.
//!
//! What stolen passwords are used for first is sending to many strangers; who comes to a limit is told of
//! in the log, the audit log, the metrics, and once a day as an event, to its reseller too.

use super::{Actor, Service};
use crate::clock::Timestamp;
use crate::config::Relay;
use crate::store::directory::Mailbox;
use crate::store::events::{self, Limited};
use crate::store::sent::{self, Counted, Scope};
use crate::store::{ReadTx, StoreError, audit};

/// The limit that would be passed by so many recipients more, if one would.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn reached(
    service: &Service,
    mailbox: &Mailbox,
    recipients: &[String],
    now: Timestamp,
) -> Result<Option<Scope>, StoreError> {
    service
        .store
        .read(|tx| passed(tx, service, mailbox, recipients, now))
}

/// As [`reached`], in a transaction: where a message is queued, after it was asked for outside.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn passed(
    tx: &dyn ReadTx,
    service: &Service,
    mailbox: &Mailbox,
    recipients: &[String],
    now: Timestamp,
) -> Result<Option<Scope>, StoreError> {
    let id = mailbox.record.id;
    let more = Counted {
        recipients: u32::try_from(recipients.len()).unwrap_or(u32::MAX),
        new: sent::count_new(tx, id, recipients)?,
    };
    for scope in sent::scopes(tx, id, &mailbox.address)? {
        if is_passed(
            &service.config().relay,
            &scope,
            sent::of_day(tx, &scope, now)?,
            more,
        ) {
            return Ok(Some(scope));
        }
    }
    Ok(None)
}

/// Whether a scope that sent so much may not send that much more. Pure.
fn is_passed(limits: &Relay, scope: &Scope, used: Counted, more: Counted) -> bool {
    let all = used.recipients.saturating_add(more.recipients);
    match scope {
        Scope::Mailbox(_) => {
            let new = used.new.saturating_add(more.new);
            all > limits.recipients_per_day || (more.new > 0 && new > limits.new_recipients_per_day)
        }
        Scope::Domain(_) => all > limits.domain_recipients_per_day,
        Scope::Reseller(_) => all > limits.reseller_recipients_per_day,
    }
}

/// Tells of a limit that was come to: always in the metrics, once an hour in the logs, once a day as an event.
pub(super) async fn alarm(service: &Service, actor: &Actor, mailbox: &Mailbox, scope: Scope) {
    let (what, whose) = match &scope {
        Scope::Mailbox(_) => ("mailbox", Limited::Mailbox(mailbox.address.clone())),
        Scope::Domain(_) => ("domain", Limited::Domain(mailbox.address.domain_name())),
        Scope::Reseller(id) => ("reseller", Limited::Reseller(id.clone())),
    };
    let subject = whose.to_string();
    let why = format!("the {what} reached its limit of recipients in a day");
    let (event, now) = (
        service.entry(actor, "sending.limited", subject, &why),
        service.now(),
    );
    let noted = service.store.write(move |tx| {
        let often = sent::note_limited(tx, &scope, now)?;
        if often != sent::Limited::Again {
            audit::append(tx, event.clone())?;
        }
        if often == sent::Limited::FirstOfDay {
            events::append_limited(tx, now, whose.clone())?;
        }
        Ok::<_, StoreError>(often)
    });
    match noted.await {
        Ok(sent::Limited::Again) => {}
        Ok(_) => tracing::warn!(
            mailbox = %mailbox.record.id, what,
            "a limit of recipients in a day is reached: is a password stolen?"
        ),
        Err(error) => tracing::error!(%error, "that a limit was reached could not be noted"),
    }
}

#[cfg(test)]
mod tests;
