//! Failover by hand: of a mailstore through the control loop, of a domain or mailbox by an override.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::etags::etag;
use super::mailboxes::{level_name, route_name};
use super::raising::{self, FindingView, RaisingView};
use super::{Actor, Service, ServiceError, reason, visible_domain, visible_mailbox};
use crate::clock::Timestamp;
use crate::config::{Mailstore, OWN_VANTAGE};
use crate::control::OrderError;
use crate::failover::{Command, Decider, Decision, Order, Outcome, Phase, Serving, Verb};
use crate::ids::{Address, MailstoreId};
use crate::route::{Author, Decided, Facts, Override, Overrides, Rank, Scope, Setting, route};
use crate::store::access::Permission;
use crate::store::failover::{self as kept, MailstoreRecord, SentinelRecord};
use crate::store::{ReadTx, StoreError, audit};

/// Decisions shown with a mailstore.
const DECISIONS_SHOWN: usize = 20;

/// What can be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailoverAction {
    /// Mail goes to the standby, at once.
    Activate,
    /// Mail goes to the mailstore again, after the guard.
    Return,
    /// Never to the standby.
    PinPrimary,
    /// Always to the standby.
    PinStandby,
    /// Mail waits in the MX.
    Queue,
    /// As Lifeboat decides, or as the mailstore does.
    Auto,
}

impl FailoverAction {
    const fn name(self) -> &'static str {
        match self {
            Self::Activate => "failover.activate",
            Self::Return => "failover.return",
            Self::PinPrimary => "failover.pin-primary",
            Self::PinStandby => "failover.pin-standby",
            Self::Queue => "failover.queue",
            Self::Auto => "failover.auto",
        }
    }

    /// The override it means for a domain or mailbox; none: to follow the mailstore.
    pub(super) const fn setting(self) -> Option<Setting> {
        match self {
            Self::Activate | Self::PinStandby => Some(Setting::Standby),
            Self::PinPrimary => Some(Setting::Primary),
            Self::Queue => Some(Setting::Queue),
            Self::Return | Self::Auto => None,
        }
    }

    const fn order(self, accept_changed: bool, restored: bool) -> Order {
        match self {
            Self::Activate => Order::Activate,
            Self::Return => Order::Return {
                accept_changed,
                restored,
            },
            Self::PinPrimary => Order::PinPrimary,
            Self::PinStandby => Order::PinStandby,
            Self::Queue => Order::Queue,
            Self::Auto => Order::Auto,
        }
    }
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FailoverChange {
    /// What.
    pub action: FailoverAction,
    /// Why, for the audit log.
    pub reason: String,
    /// Return although the mailstore is not what it was. Only after looking at what the guard found.
    #[serde(default)]
    pub accept_changed_mailstore: bool,
    /// Return to a mailstore that was restored to an earlier state: the UIDs of every mailbox are
    /// raised before it gets its mail, whatever the guard finds. Mailstores only.
    #[serde(default)]
    pub restored: bool,
    /// In how many seconds an override ends by itself; domains and mailboxes only.
    #[serde(default)]
    pub expires_in_secs: Option<u64>,
}

/// A decision, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecisionView {
    /// When.
    pub at: String,
    /// Its short name.
    pub verb: String,
    /// Who decided: `lifeboat`, or a person.
    pub by: String,
    /// All of it in words.
    pub text: String,
}

/// The last result of a probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProbeView {
    /// From where it was looked: `lifeboat` is the server itself.
    pub vantage: String,
    /// `tcp`, `tls`, `imap`, `lmtp`, `pop3`, `large` or `nfs`.
    pub probe: String,
    /// Whether its failures can switch the mailstore; else they only warn.
    pub votes: bool,
    /// `up`, `down` or `unknown`.
    pub found: String,
    /// Whether it works, but takes longer than at this hour of earlier days.
    pub slow: bool,
    /// Why it is not `up`, in words.
    pub why: Option<String>,
    /// When.
    pub at: String,
    /// How long it took.
    pub took_ms: u64,
}

/// How failover stands for a mailstore, domain or mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FailoverView {
    /// `mailstore:a1`, `domain:example.com` or `mailbox:ann@example.com`.
    pub scope: String,
    /// Mailstores: `auto`, `pin-primary`, `pin-standby`, `queue`. Others: `follow`, `standby`,
    /// `primary`, `queue`.
    pub mode: String,
    /// Mailstores: `normal`, `suspected`, `active`, `returning`.
    pub state: Option<String>,
    /// Where mail goes: `primary`, `standby`, `queue`; unknown for a domain that follows.
    pub route: Option<String>,
    /// What decided the route.
    pub level: Option<String>,
    /// Since when.
    pub since: Option<String>,
    /// Overrides: why.
    pub reason: Option<String>,
    /// Overrides: whose; a reseller is told of an operator only that it was one.
    pub author: Option<String>,
    /// Overrides: until when.
    pub expires_at: Option<String>,
    /// Mailstores: the outage under way.
    pub outage: Option<String>,
    /// Mailstores: what an operator must decide.
    pub needs: Option<String>,
    /// Mailstores: `known`, `not known yet` (a failure now could not be returned from by itself) or
    /// `none`.
    pub sentinel: Option<String>,
    /// Mailstores: what the guard found, where it stands in the way of a return.
    pub finding: Option<FindingView>,
    /// Mailstores: how far the raising of UIDs is, after it went back in time.
    pub raising: Option<RaisingView>,
    /// Mailstores: the last result of each probe from each vantage point.
    pub probes: Vec<ProbeView>,
    /// Mailstores: the last decisions, the newest last.
    pub decisions: Vec<DecisionView>,
    /// Changes whenever mode, state or override do; for `If-Match`.
    pub etag: String,
}

/// The name of where a mailstore's mail goes.
pub fn serving_name(serving: Serving) -> &'static str {
    match serving {
        Serving::Primary => "primary",
        Serving::Standby => "standby",
        Serving::Queue => "queue",
    }
}

/// Whether a return could be checked.
fn sentinel_name(mailstore: &Mailstore, record: &SentinelRecord) -> &'static str {
    match (&mailstore.sentinel, &record.known) {
        (None, _) => "none",
        (Some(_), None) => "not known yet",
        (Some(_), Some(_)) => "known",
    }
}

/// Since when a phase lasts.
pub fn since(phase: &Phase) -> Option<Timestamp> {
    match phase {
        Phase::Normal => None,
        Phase::Suspected { since, .. }
        | Phase::Active { since, .. }
        | Phase::Returning { since, .. } => Some(*since),
    }
}

/// What an operator must decide about a mailstore, in words.
pub fn needs(record: &MailstoreRecord) -> Option<String> {
    let is_asked = |verb: &Verb| match &record.state.phase {
        Phase::Suspected { asked, .. } => asked.is_some() && matches!(verb, Verb::Asked(_)),
        Phase::Active { blocked, .. } => matches!(
            verb,
            Verb::Blocked(verdict) if blocked.as_ref() == Some(verdict)
        ),
        Phase::Normal | Phase::Returning { .. } => false,
    };
    let mut newest_first = record.recent.iter().rev();
    newest_first
        .find(|decision| is_asked(&decision.verb))
        .map(ToString::to_string)
}

fn decision_view(decision: &Decision) -> DecisionView {
    DecisionView {
        at: decision.at.to_string(),
        verb: decision.verb.name().to_owned(),
        by: match &decision.by {
            Decider::Lifeboat => "lifeboat".to_owned(),
            Decider::Person { name, .. } => name.clone(),
        },
        text: decision.to_string(),
    }
}

/// A timeline, as it is shown.
pub fn timeline(decisions: &[Decision]) -> Vec<DecisionView> {
    decisions.iter().map(decision_view).collect()
}

/// How failover stands for `scope`.
///
/// # Errors
/// When the actor may not see it, there is none, or the store fails.
pub fn show(service: &Service, actor: &Actor, scope: &Scope) -> Result<FailoverView, ServiceError> {
    match scope {
        Scope::Mailstore(id) => show_mailstore(service, actor, id),
        Scope::Domain(_) | Scope::Mailbox(_) => service.store.read(|tx| {
            let scope = visible_scope(tx, actor, scope)?;
            show_override(service, tx, actor, &scope)
        }),
    }
}

fn show_mailstore(
    service: &Service,
    actor: &Actor,
    id: &MailstoreId,
) -> Result<FailoverView, ServiceError> {
    actor.operator()?;
    let config = service.config();
    let mailstore = config
        .mailstore(id)
        .ok_or(ServiceError::NotFound("such mailstore"))?;
    let (record, known) = service
        .store
        .read(|tx| Ok::<_, StoreError>((kept::mailstore(tx, id)?, kept::sentinel(tx, id)?)))?;
    let state = &record.state;
    let shown = record.recent.len().saturating_sub(DECISIONS_SHOWN);
    Ok(FailoverView {
        scope: Scope::Mailstore(id.clone()).to_string(),
        mode: state.mode.to_string(),
        state: Some(state.phase.name().to_owned()),
        route: Some(serving_name(state.serving()).to_owned()),
        level: Some("mailstore".to_owned()),
        since: since(&state.phase).map(|since| since.to_string()),
        reason: None,
        author: None,
        expires_at: None,
        outage: state.phase.outage().map(|outage| outage.to_string()),
        needs: needs(&record),
        sentinel: Some(sentinel_name(mailstore, &known).to_owned()),
        finding: raising::finding(service, mailstore, state),
        raising: raising::raising(service, id, state)?,
        probes: probes(service, id),
        decisions: timeline(record.recent.get(shown..).unwrap_or_default()),
        etag: etag(&state.stamp()),
    })
}

/// The last results of all probes, as the running server knows them.
fn probes(service: &Service, id: &MailstoreId) -> Vec<ProbeView> {
    let view = service
        .control
        .as_ref()
        .and_then(|control| control.view(id));
    let Some(view) = view else { return Vec::new() };
    let slow = view.slow;
    let shown = view.probes.into_iter().map(|last| {
        let (found, why) = match last.outcome {
            Outcome::Up => ("up", None),
            Outcome::Down(why) => ("down", Some(why)),
            Outcome::Unknown(why) => ("unknown", Some(why)),
        };
        let is_slow = last.vantage == OWN_VANTAGE && slow.contains(&last.probe);
        ProbeView {
            vantage: last.vantage,
            probe: last.probe.name().to_owned(),
            votes: last.probe.votes(),
            slow: is_slow,
            found: found.to_owned(),
            why,
            at: last.at.to_string(),
            took_ms: u64::try_from(last.took.as_millis()).unwrap_or(u64::MAX),
        }
    });
    shown.collect()
}

/// The scope by its own name (an alias becomes its mailbox), if the actor may see it.
pub(super) fn visible_scope(
    tx: &dyn ReadTx,
    actor: &Actor,
    scope: &Scope,
) -> Result<Scope, ServiceError> {
    match scope {
        Scope::Mailstore(_) => actor.operator().map(|()| scope.clone()),
        Scope::Domain(domain) => visible_domain(tx, actor, domain).map(|_| scope.clone()),
        Scope::Mailbox(address) => {
            visible_mailbox(tx, actor, address).map(|(mailbox, _)| Scope::Mailbox(mailbox.address))
        }
    }
}

fn show_override(
    service: &Service,
    tx: &dyn ReadTx,
    actor: &Actor,
    scope: &Scope,
) -> Result<FailoverView, ServiceError> {
    let now = service.now();
    let overrides = kept::overrides(tx, scope)?;
    let in_force = overrides
        .of_rank(Rank::Operator, now)
        .or_else(|| overrides.of_rank(Rank::Reseller, now));
    let decided = match scope {
        Scope::Mailbox(address) => decided(service, tx, address, &overrides)?,
        _ => None,
    };
    Ok(FailoverView {
        scope: scope.to_string(),
        mode: in_force
            .map_or("follow", |found| found.setting.as_str())
            .to_owned(),
        state: None,
        route: decided.map(|decided| route_name(decided.route).to_owned()),
        level: decided.map(|decided| level_name(decided.level).to_owned()),
        since: in_force.map(|found| found.set_at.to_string()),
        reason: in_force.map(|found| found.reason.clone()),
        author: in_force.map(|found| super::domains::author(actor, &found.author)),
        expires_at: in_force
            .and_then(|found| found.expires_at)
            .map(|end| end.to_string()),
        outage: None,
        needs: None,
        sentinel: None,
        finding: None,
        raising: None,
        probes: Vec::new(),
        decisions: Vec::new(),
        etag: tag(&overrides, now),
    })
}

/// The entity tag of what is in force of a scope's settings: another one also when one ends by itself.
fn tag(overrides: &Overrides, now: Timestamp) -> String {
    etag(&(
        overrides.of_rank(Rank::Operator, now),
        overrides.of_rank(Rank::Reseller, now),
    ))
}

/// Where mail for a mailbox goes by what is kept: an order shows its effect before the live table,
/// which follows within moments, has it.
fn decided(
    service: &Service,
    tx: &dyn ReadTx,
    address: &Address,
    of_mailbox: &Overrides,
) -> Result<Option<Decided>, ServiceError> {
    let Some(record) = crate::store::directory::mailbox(tx, address)? else {
        return Ok(None);
    };
    let of_domain = kept::overrides(tx, &Scope::Domain(address.domain_name()))?;
    let table = service.routes.table();
    let mailstore = table.mailstores.get(&record.mailstore).copied();
    let epoch = mailstore.and_then(|mailstore| mailstore.raising?.epoch);
    let is_raised = |epoch| {
        let routes = &service.routes;
        routes.was_raised(address, &record.mailstore, epoch)
    };
    let facts = Facts {
        mailstore,
        is_raised: epoch.is_some_and(is_raised),
        domain: Some(&of_domain),
        mailbox: Some(of_mailbox),
    };
    Ok(Some(route(facts, service.now())))
}

/// Gives an order for `scope`; with `if_match`, only if it is as the actor last saw it.
///
/// # Errors
/// When the actor may not, there is no such scope, the order makes no sense or is refused, it
/// changed meanwhile, or the store fails.
pub async fn change(
    service: &Service,
    actor: &Actor,
    scope: &Scope,
    change: FailoverChange,
    if_match: Option<&str>,
) -> Result<FailoverView, ServiceError> {
    let before = show(service, actor, scope)?;
    actor.may(Permission::Failover)?;
    if if_match.is_some_and(|expected| expected != before.etag) {
        return Err(stale(&before));
    }
    let reason = reason(&change.reason)?;
    match scope {
        Scope::Mailstore(id) => {
            order(service, actor, id, &change, reason, if_match).await?;
        }
        Scope::Mailbox(address)
            if change.accept_changed_mailstore && change.action == FailoverAction::Return =>
        {
            raising::accept(service, actor, address, &reason).await?;
        }
        Scope::Domain(_) | Scope::Mailbox(_) => {
            set_override(
                service,
                actor,
                scope,
                &change,
                reason,
                before.etag.clone(),
                if_match.is_some(),
            )
            .await?;
        }
    }
    show(service, actor, scope)
}

/// That it is not as it was seen, with how it is now.
fn stale(now: &FailoverView) -> ServiceError {
    ServiceError::Stale {
        etag: now.etag.clone(),
        current: Box::new(serde_json::to_value(now).unwrap_or_default()),
    }
}

async fn order(
    service: &Service,
    actor: &Actor,
    id: &MailstoreId,
    change: &FailoverChange,
    reason: String,
    if_match: Option<&str>,
) -> Result<(), ServiceError> {
    if change.expires_in_secs.is_some() {
        return Err(ServiceError::Invalid {
            field: "expires_in_secs",
            text: "a mailstore's mode does not expire; overrides of domains and mailboxes do"
                .into(),
        });
    }
    let control = service.control.clone().ok_or_else(|| {
        ServiceError::Unavailable("the server does not run: start it with lifeboat serve".into())
    })?;
    let mut event = service.event(
        actor,
        Permission::Failover,
        change.action.name(),
        format!("mailstore:{id}"),
        &reason,
    )?;
    event.detail = match (change.accept_changed_mailstore, change.restored) {
        (false, false) => String::new(),
        (true, false) => "accepting a changed mailstore".into(),
        (false, true) => "as restored to an earlier state".into(),
        (true, true) => "accepting a changed mailstore, as restored to an earlier state".into(),
    };
    // The loop alone changes a mailstore, so what it compares at the order's turn is what the order changes.
    let seen = match if_match {
        Some(expected) => {
            let record = service.store.read(|tx| kept::mailstore(tx, id))?;
            let stamp = record.state.stamp();
            if etag(&stamp) != expected {
                return Err(stale(&show_mailstore(service, actor, id)?));
            }
            Some(stamp)
        }
        None => None,
    };
    let mut refusal = event.clone();
    service
        .store
        .write(move |tx| audit::append(tx, event.clone()).map(drop))
        .await?;
    let command = Command {
        order: change
            .action
            .order(change.accept_changed_mailstore, change.restored),
        by: actor.to_string(),
        reason,
    };
    let decisions = match control.order(id, command, seen).await {
        Err(OrderError::Changed) => {
            refusal.detail = "not done: it had changed meanwhile".to_owned();
            let written = service
                .store
                .write(move |tx| audit::append(tx, refusal.clone()).map(drop));
            written.await?;
            return Err(stale(&show_mailstore(service, actor, id)?));
        }
        decided => decided?,
    };
    let refused = decisions.iter().find_map(|decision| match &decision.verb {
        Verb::Refused { why } => Some(why.clone()),
        _ => None,
    });
    refused.map_or(Ok(()), |why| Err(ServiceError::Conflict(why)))
}

/// Whose word an override is.
pub(super) fn author_of(actor: &Actor) -> Result<Author, ServiceError> {
    match actor {
        Actor::Reseller(reseller, by) => Ok(Author::Reseller {
            reseller: reseller.clone(),
            name: by.to_string(),
        }),
        Actor::Operator(_) | Actor::System(_) => Ok(Author::Operator {
            name: actor.to_string(),
        }),
        Actor::User(..) | Actor::Agent(..) | Actor::Router(_) => {
            Err(ServiceError::NotFound("such mailbox"))
        }
    }
}

async fn set_override(
    service: &Service,
    actor: &Actor,
    scope: &Scope,
    change: &FailoverChange,
    reason: String,
    seen: String,
    must_match: bool,
) -> Result<(), ServiceError> {
    let now = service.now();
    let author = author_of(actor)?;
    let rank = author.rank();
    let expires_at = change
        .expires_in_secs
        .map(|secs| now.after(std::time::Duration::from_secs(secs)));
    let new = change.action.setting().map(|setting| Override {
        setting,
        reason: reason.clone(),
        author,
        set_at: now,
        expires_at,
    });
    let event = service.event(
        actor,
        Permission::Failover,
        change.action.name(),
        scope.to_string(),
        &reason,
    )?;
    let (of, actor, scope) = (service.clone(), actor.clone(), scope.clone());
    service
        .store
        .write(move |tx| {
            let scope = visible_scope(tx, &actor, &scope)?;
            if must_match && tag(&kept::overrides(tx, &scope)?, now) != seen {
                return Err(stale(&show_override(&of, tx, &actor, &scope)?));
            }
            let mut event = event.clone();
            event.subject = scope.to_string();
            audit::append(tx, event)?;
            kept::set_override(tx, &scope, rank, new.clone(), now)?;
            Ok(())
        })
        .await?;
    if let Some(control) = &service.control {
        control.overrides_changed();
    }
    Ok(())
}
