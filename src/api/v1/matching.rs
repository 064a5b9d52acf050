//! `/api/v1/jobs/matching`: one order for all that a filter takes.

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use super::jobs::accepted;
use crate::api::problem::{Body, Problem};
use crate::service::failover::FailoverAction;
use crate::service::jobs::matching::{self, Matching};
use crate::service::jobs::{JobPreview, JobView, NewJob};
use crate::service::{Actor, Service, ServiceError, domains, listing};

/// What a filter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Matched {
    /// Mailboxes, as the list of mailboxes has them.
    Mailboxes,
    /// Domains, as the list of domains has them.
    Domains,
}

/// An order for all that a filter takes now; what is absent does not matter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MatchingJob {
    /// What is chosen and switched: `mailboxes` or `domains`.
    of: Matched,
    /// Mailboxes on this mailstore.
    #[serde(default)]
    mailstore: Option<String>,
    /// Mailboxes of this domain.
    #[serde(default)]
    domain: Option<String>,
    /// Domains with this anywhere in the name.
    #[serde(default)]
    name: Option<String>,
    /// Operators: of this reseller.
    #[serde(default)]
    reseller: Option<String>,
    /// By where mail goes: `affected`, `primary`, `standby` or `queue`; for domains `partly` and `empty` too.
    #[serde(default)]
    #[schema(example = "affected")]
    route: Option<String>,
    /// What is to be set for each; `auto` removes what is set.
    action: FailoverAction,
    /// Why, for the audit log.
    reason: String,
    /// In how many seconds it ends by itself.
    #[serde(default)]
    expires_in_secs: Option<u64>,
    /// How many mailboxes this concerns, as the preview says; needed above 100.
    #[serde(default)]
    count: Option<u64>,
}

fn invalid(field: &'static str, text: impl ToString) -> ServiceError {
    let text = text.to_string();
    ServiceError::Invalid { field, text }
}

/// A part of the filter that has to be what it says.
fn parsed<T: std::str::FromStr<Err: ToString>>(
    field: &'static str,
    text: Option<&String>,
) -> Result<Option<T>, ServiceError> {
    text.map(|text| {
        text.parse()
            .map_err(|error: T::Err| invalid(field, error.to_string()))
    })
    .transpose()
}

impl MatchingJob {
    fn filter(&self) -> Result<Matching, ServiceError> {
        let reseller = parsed("reseller", self.reseller.as_ref())?;
        Ok(match self.of {
            Matched::Mailboxes if self.name.is_some() => {
                return Err(invalid("name", "domains are chosen by it"));
            }
            Matched::Mailboxes => Matching::Mailboxes(listing::Filter {
                mailstore: parsed("mailstore", self.mailstore.as_ref())?,
                domain: parsed("domain", self.domain.as_ref())?,
                reseller,
                route: self.route.as_deref().map(str::parse).transpose()?,
                ..listing::Filter::default()
            }),
            Matched::Domains if self.mailstore.is_some() => {
                return Err(invalid("mailstore", "mailboxes are chosen by it"));
            }
            Matched::Domains if self.domain.is_some() => {
                return Err(invalid("domain", "mailboxes are chosen by it; write name"));
            }
            Matched::Domains => Matching::Domains(domains::Filter {
                name: self.name.clone().unwrap_or_default(),
                reseller,
                state: self.route.as_deref().map(str::parse).transpose()?,
            }),
        })
    }
}

/// Orders something for all that a filter takes, up to 10,000 domains or mailboxes. It is carried out as one
/// for scopes that are named.
#[utoipa::path(post, path = "/api/v1/jobs/matching", tag = "jobs", request_body = MatchingJob,
    responses((status = 202, body = JobView), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 422, body = Problem),
              (status = 429, body = Problem)))]
pub(super) async fn create(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Body(order): Body<MatchingJob>,
) -> Result<Response, Problem> {
    let of = order.filter()?;
    let new = NewJob {
        scopes: Vec::new(),
        action: order.action,
        reason: order.reason,
        expires_in_secs: order.expires_in_secs,
        count: order.count,
    };
    Ok(accepted(
        matching::create(&service, &actor, &of, new).await?,
    ))
}

/// What an order would do: the same body, and nothing is done.
#[utoipa::path(post, path = "/api/v1/jobs/matching/preview", tag = "jobs",
    request_body = MatchingJob,
    responses((status = 200, body = JobPreview), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn preview(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Body(order): Body<MatchingJob>,
) -> Result<Json<JobPreview>, Problem> {
    let looked = matching::preview(&service, &actor, &order.filter()?).await?;
    Ok(Json(looked))
}
