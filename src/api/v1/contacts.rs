//! `/api/v1/contacts`: people who are told what happens, by mail.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};

use super::paging::{Short, short};
use crate::api::problem::{Body, Path, Problem, Query};
use crate::ids::DestinationId;
use crate::service::destinations::{
    self, AnnouncementView, CreatedDestination, DestinationChange, DestinationView, Kind,
    NewDestination,
};
use crate::service::{Actor, Service, ServiceError};

const KIND: Kind = Kind::Contact;

fn parse(id: &str) -> Result<DestinationId, ServiceError> {
    id.parse()
        .map_err(|_| ServiceError::NotFound("such contact"))
}

/// All of one's own; operators see everybody's.
#[utoipa::path(get, path = "/api/v1/contacts", tag = "contacts", params(Short),
    responses((status = 200, body = Vec<DestinationView>), (status = 401, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(asked): Query<Short>,
) -> Result<Response, Problem> {
    let looking = service.look(&actor, |service, actor| {
        destinations::list(service, actor, KIND)
    });
    let all = looking.await?;
    Ok(short("/api/v1/contacts", asked, all, &destinations::KEYS)?)
}

/// Makes one.
#[utoipa::path(post, path = "/api/v1/contacts", tag = "contacts",
    request_body = NewDestination,
    responses((status = 201, body = CreatedDestination), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn create(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Body(new): Body<NewDestination>,
) -> Result<(StatusCode, Json<CreatedDestination>), Problem> {
    let created = destinations::create(&service, &actor, KIND, new).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

/// One of them.
#[utoipa::path(get, path = "/api/v1/contacts/{id}", tag = "contacts",
    params(("id" = String, Path)),
    responses((status = 200, body = DestinationView), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<DestinationView>, Problem> {
    let id = parse(&id)?;
    Ok(Json(destinations::show(&service, &actor, KIND, id)?))
}

/// Changes one; what is absent stays.
#[utoipa::path(patch, path = "/api/v1/contacts/{id}", tag = "contacts",
    params(("id" = String, Path)), request_body = DestinationChange,
    responses((status = 200, body = DestinationView), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn change(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    Body(change): Body<DestinationChange>,
) -> Result<Json<DestinationView>, Problem> {
    let id = parse(&id)?;
    Ok(Json(
        destinations::change(&service, &actor, KIND, id, change).await?,
    ))
}

/// Removes one, with its log.
#[utoipa::path(delete, path = "/api/v1/contacts/{id}", tag = "contacts",
    params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn remove(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = parse(&id)?;
    destinations::remove(&service, &actor, KIND, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a test; what came of it stands in the log within seconds.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/test", tag = "contacts",
    params(("id" = String, Path)),
    responses((status = 202, body = AnnouncementView), (status = 404, body = Problem),
              (status = 409, body = Problem)))]
pub(super) async fn test(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<AnnouncementView>), Problem> {
    let id = parse(&id)?;
    let sent = destinations::test(&service, &actor, KIND, id).await?;
    Ok((StatusCode::ACCEPTED, Json(sent)))
}

/// What it was told, or is still to be told, the newest first.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/log", tag = "contacts",
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<AnnouncementView>), (status = 404, body = Problem)))]
pub(super) async fn log(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<Vec<AnnouncementView>>, Problem> {
    let id = parse(&id)?;
    Ok(Json(destinations::log(&service, &actor, KIND, id)?))
}
