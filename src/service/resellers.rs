//! The resellers and what they have, for operators. Counted from the directory; a count is up to a minute old.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Service, ServiceError};
use crate::ids::{MailstoreId, ResellerId};
use crate::route::Route;

/// A reseller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ResellerView {
    /// Its id; absent: the domains that are nobody's.
    pub id: Option<String>,
    /// Mailboxes of its domains.
    pub mailboxes: u64,
    /// Of them, those on mailstores that do not get their mail now.
    pub on_affected_mailstores: u64,
    /// Domains with a mailbox. One with mailboxes on several mailstores counts for each.
    pub domains: u64,
    /// The mailstores that they are on.
    pub mailstores: Vec<String>,
}

/// What is added up of one.
#[derive(Default)]
struct Sum {
    mailboxes: u64,
    affected: u64,
    domains: u64,
    mailstores: BTreeSet<MailstoreId>,
}

/// All resellers that have a mailbox, in alphabetical order; what is nobody's comes first.
///
/// # Errors
/// When the actor may not, or the store fails.
pub async fn list(service: &Service, actor: &Actor) -> Result<Vec<ResellerView>, ServiceError> {
    actor.operator()?;
    let census = service.tenants.census_at_once(&service.store).await?;
    let table = service.routes.table();
    let mut sums: BTreeMap<Option<ResellerId>, Sum> = BTreeMap::new();
    for (mailstore, owner, share) in census.each() {
        let facts = table.mailstores.get(mailstore);
        let is_affected = facts.is_some_and(|facts| facts.serving != Route::Primary);
        let sum = sums.entry(owner.cloned()).or_default();
        sum.mailboxes += share.mailboxes;
        sum.affected += if is_affected { share.mailboxes } else { 0 };
        sum.domains += share.domains;
        sum.mailstores.insert(mailstore.clone());
    }
    let view = |(id, sum): (Option<ResellerId>, Sum)| ResellerView {
        id: id.map(|id| id.to_string()),
        mailboxes: sum.mailboxes,
        on_affected_mailstores: sum.affected,
        domains: sum.domains,
        mailstores: sum.mailstores.iter().map(ToString::to_string).collect(),
    };
    Ok(sums.into_iter().map(view).collect())
}
