//! Everything that waits for an operator's word, in one list: what was found out elsewhere, gathered.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError, alerts, merge, standing};

/// Mailboxes whose merge waits that are named; more are counted by the merge's own page.
const BLOCKED_NAMED: usize = 50;

/// What kind of decision it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DecisionKind {
    /// Whether a mailstore is switched, or let back.
    Mailstore,
    /// How long mail goes on waiting in the MX.
    Queue,
    /// What is done about a mailbox that cannot be merged.
    Merge,
    /// Whether what is missing in a source is to be deleted.
    Source,
    /// Whether messages that somebody stopped go out.
    Held,
    /// Who sees to an alert.
    Alert,
}

/// Something that waits for a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecisionItem {
    /// What kind it is.
    pub kind: DecisionKind,
    /// What it is about: a mailstore, a mailbox, a source, an alert.
    pub subject: String,
    /// In words.
    pub text: String,
}

/// Everything that waits, the most pressing first.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn list(service: &Service, actor: &Actor) -> Result<Vec<DecisionItem>, ServiceError> {
    actor.operator()?;
    let standing = standing::show(service, actor)?;
    let item = |kind, subject: &str, text: String| DecisionItem {
        kind,
        subject: subject.to_owned(),
        text,
    };
    let mut items = Vec::new();
    for mailstore in &standing.mailstores {
        let needs = mailstore.needs.clone();
        items.extend(needs.map(|text| item(DecisionKind::Mailstore, &mailstore.id, text)));
        let lifetime = mailstore.queue_lifetime_secs;
        let waited = mailstore.queued_secs.filter(|secs| secs * 2 >= lifetime);
        items.extend(waited.map(|secs| {
            let (hours, most) = (secs / 3600, lifetime / 3600);
            let text = format!("its mail has waited in the MX for {hours} h of at most {most} h");
            item(DecisionKind::Queue, &mailstore.id, text)
        }));
    }
    for source in &standing.sources {
        let stands = source.end.as_deref().is_none_or(|end| end == "complete");
        if !stands {
            items.push(item(
                DecisionKind::Source,
                &source.name,
                source.text.clone(),
            ));
        }
    }
    let blocked = merge::status(service, actor)?.blocked;
    items.extend(blocked.into_iter().take(BLOCKED_NAMED).map(|blocked| {
        let mailbox = blocked.mailbox.unwrap_or_else(|| "–".to_owned());
        item(DecisionKind::Merge, &mailbox, blocked.detail)
    }));
    if standing.queue.held > 0 {
        let text = format!("{} messages are held in the queue", standing.queue.held);
        items.push(item(DecisionKind::Held, "", text));
    }
    let open = alerts::list(service, actor)?;
    let waiting = open
        .into_iter()
        .filter(|alert| alert.acknowledged_by.is_none());
    items.extend(waiting.map(|alert| item(DecisionKind::Alert, &alert.name, alert.text)));
    Ok(items)
}
