//! `/api/v1/queue`: the outgoing queue.

use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::problem::{Body, Path, Problem, Query};
use crate::ids::QueueId;
use crate::service::queue::{
    self, Filter, PAGE_MAX, QueueChange, QueueEntryView, QueueOrder, QueueOrdered, QueueView,
    StateName,
};
use crate::service::{Actor, Service, ServiceError};

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only those in this state.
    state: Option<StateName>,
    /// Only those of this sender: the address of a mailbox, or a domain.
    sender: Option<String>,
    /// How they are sorted: `created_at`, the oldest first, or `-created_at`.
    #[param(example = "-created_at")]
    sort: Option<String>,
    /// Go on after this entry: `next` of the page before, of the same sort.
    after: Option<String>,
    /// Entries in a page, up to 200.
    limit: Option<usize>,
}

/// What users sent and is not finished, the oldest first unless `sort` says otherwise.
#[utoipa::path(get, path = "/api/v1/queue", tag = "mail", params(Wanted),
    responses((status = 200, body = QueueView), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<QueueView>, Problem> {
    let filter = Filter {
        state: wanted.state,
        sender: wanted.sender,
    };
    let limit = wanted.limit.unwrap_or(PAGE_MAX);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let start = queue::start(&text(&wanted.sort), &text(&wanted.after))?;
    let looking = service.look(&actor, move |service, actor| {
        queue::list(service, actor, &filter, &start, limit)
    });
    Ok(Json(looking.await?))
}

/// Holds, releases, retries or drops what a mailbox or domain sent; at most 500 entries at a time.
#[utoipa::path(post, path = "/api/v1/queue", tag = "mail", request_body = QueueOrder,
    responses((status = 200, body = QueueOrdered), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn change_all(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Body(order): Body<QueueOrder>,
) -> Result<Json<QueueOrdered>, Problem> {
    Ok(Json(queue::change_all(&service, &actor, &order).await?))
}

/// One entry that is not finished.
#[utoipa::path(get, path = "/api/v1/queue/{id}", tag = "mail", params(("id" = String, Path)),
    responses((status = 200, body = QueueEntryView), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<QueueEntryView>, Problem> {
    Ok(Json(queue::show(&service, &actor, known(&id)?)?))
}

/// Holds, releases, retries or drops one entry.
#[utoipa::path(put, path = "/api/v1/queue/{id}", tag = "mail", params(("id" = String, Path)),
    request_body = QueueChange,
    responses((status = 200, body = QueueOrdered), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn change(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    Body(change): Body<QueueChange>,
) -> Result<Json<QueueOrdered>, Problem> {
    let id = known(&id)?;
    Ok(Json(queue::change(&service, &actor, id, &change).await?))
}

fn known(id: &str) -> Result<QueueId, ServiceError> {
    id.parse()
        .map_err(|_| ServiceError::NotFound("such entry in the queue"))
}
