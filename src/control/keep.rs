//! Keeping what was decided: states, actions and decisions in one transaction, with the audit log.

use crate::failover::{Action, Decider, Decision, State, Verb};
use crate::ids::MailstoreId;
use crate::store::audit::{self, AuditEvent};
use crate::store::{Store, StoreError, failover as kept};

/// The decisions among `actions`.
pub(super) fn decisions(actions: &[Action]) -> Vec<Decision> {
    let decided = actions.iter().filter_map(|action| match action {
        Action::Record(decision) => Some(decision.clone()),
        _ => None,
    });
    decided.collect()
}

/// Keeps a step in one transaction, with Lifeboat's own decisions in the audit log. What a person
/// ordered is there already.
pub(super) async fn keep(
    store: &Store,
    mailstore: &MailstoreId,
    state: &State,
    actions: &[Action],
) -> Result<(), StoreError> {
    let events: Vec<AuditEvent> = decisions(actions)
        .iter()
        .filter(|d| d.by == Decider::Lifeboat && !matches!(d.verb, Verb::Suspected | Verb::Cleared))
        .map(|decision| AuditEvent {
            at: decision.at,
            who: "lifeboat (failover)".into(),
            action: format!("failover.{}", decision.verb.name()),
            subject: format!("mailstore:{mailstore}"),
            why: decision.evidence.to_string(),
            detail: decision.to_string(),
        })
        .collect();
    let (id, state, actions) = (mailstore.clone(), state.clone(), actions.to_vec());
    store
        .write(move |tx| {
            kept::record_step(tx, &id, &state, &actions)?;
            for event in &events {
                audit::append(tx, event.clone())?;
            }
            Ok(())
        })
        .await
}

/// Says what was decided, once.
pub(super) fn log(mailstore: &MailstoreId, actions: &[Action]) {
    for decision in decisions(actions) {
        if decision.verb.needs_a_person() {
            tracing::error!(%mailstore, %decision, "failover needs a person");
        } else {
            tracing::info!(%mailstore, %decision, "failover");
        }
    }
}
