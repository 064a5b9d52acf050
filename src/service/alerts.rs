//! Alerts: what is critical now, and who has taken it on. Operators only.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError, reason};
use crate::store::access::Permission;
use crate::store::alerts::{self as kept, Acknowledgement, AlertRecord};
use crate::store::audit;
use crate::store::events::{self, AlertStep, Happened};

/// An alert, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertView {
    /// What it is about: `mailstores:a1`, `disk`.
    pub name: String,
    /// What is wrong.
    pub text: String,
    /// Since when.
    pub raised_at: String,
    /// When it was told last.
    pub told_at: String,
    /// How often it was told.
    pub told: u32,
    /// Who has taken it on; absent: it is told again and again.
    pub acknowledged_by: Option<String>,
    /// When.
    pub acknowledged_at: Option<String>,
    /// What they said.
    pub note: Option<String>,
}

/// Taking an alert on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertNote {
    /// What is being done about it.
    pub note: String,
}

fn view(name: String, record: AlertRecord) -> AlertView {
    let acknowledged = record.acknowledged;
    AlertView {
        name,
        text: record.text,
        raised_at: record.raised_at.to_string(),
        told_at: record.told_at.to_string(),
        told: record.told,
        acknowledged_by: acknowledged.as_ref().map(|it| it.by.clone()),
        acknowledged_at: acknowledged.as_ref().map(|it| it.at.to_string()),
        note: acknowledged.map(|it| it.note),
    }
}

/// All alerts that are open.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn list(service: &Service, actor: &Actor) -> Result<Vec<AlertView>, ServiceError> {
    actor.operator()?;
    let open = service.store.read(kept::all)?;
    Ok(open
        .into_iter()
        .map(|(name, record)| view(name, record))
        .collect())
}

/// Takes an alert on: it is not told again while it lasts.
///
/// # Errors
/// [`ServiceError::Invalid`] without a note; when the actor may not, there is no such alert, or the store
/// fails.
pub async fn acknowledge(
    service: &Service,
    actor: &Actor,
    name: &str,
    note: &str,
) -> Result<AlertView, ServiceError> {
    actor.operator()?;
    let note = reason(note).map_err(|error| match error {
        ServiceError::Invalid { text, .. } => ServiceError::Invalid {
            field: "note",
            text,
        },
        error => error,
    })?;
    let now = service.now();
    let event = service.event(
        actor,
        Permission::Announce,
        "alert.acknowledge",
        format!("alert:{name}"),
        &note,
    )?;
    let (by, name) = (actor.to_string(), name.to_owned());
    service
        .store
        .write(move |tx| {
            let mut record = kept::get(tx, &name)?.ok_or(ServiceError::NotFound("such alert"))?;
            if record.acknowledged.is_none() {
                record.acknowledged = Some(Acknowledgement {
                    by: by.clone(),
                    at: now,
                    note: note.clone(),
                });
                kept::put(tx, &name, Some(&record))?;
                let what = Happened::Alert {
                    key: name.clone(),
                    step: AlertStep::Acknowledged,
                    text: format!("{note} ({by})"),
                };
                events::append(tx, now, what)?;
                audit::append(tx, event.clone())?;
            }
            Ok(view(name.clone(), record))
        })
        .await
}
