//! `/api/v1/people`: who may sign in to the console.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};

use super::paging::{Short, short};
use crate::api::problem::{Body, Path, Problem, Query};
use crate::ids::PersonId;
use crate::service::persons::{
    self, InvitationOrder, Invited, NewPerson, PersonChange, PersonView,
};
use crate::service::{Actor, Service, ServiceError};

fn id(text: &str) -> Result<PersonId, ServiceError> {
    text.parse()
        .map_err(|_| ServiceError::NotFound("such person"))
}

/// The people of whoever asks; operators see everybody's.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(Short),
    responses((status = 200, body = Vec<PersonView>), (status = 403, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn list(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Query(asked): Query<Short>,
) -> Result<Response, Problem> {
    let all = service.look(&actor, persons::list).await?;
    Ok(short("/api/v1/people", asked, all, &persons::KEYS)?)
}

/// Enters a person. The link by which it chooses a password is in this answer and nowhere else.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", request_body = NewPerson,
    responses((status = 201, body = Invited), (status = 403, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn create(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Body(new): Body<NewPerson>,
) -> Result<(StatusCode, Json<Invited>), Problem> {
    let invited = persons::create(&service, &actor, new).await?;
    Ok((StatusCode::CREATED, Json(invited)))
}

/// One person.
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "people",
    params(("id" = String, Path)),
    responses((status = 200, body = PersonView), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub(super) async fn show(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(person): Path<String>,
) -> Result<Json<PersonView>, Problem> {
    Ok(Json(persons::show(&service, &actor, id(&person)?)?))
}

/// Changes name or role of a person; another role ends its sessions.
#[utoipa::path(patch, path = "/api/v1/people/{id}", tag = "people",
    params(("id" = String, Path)), request_body = PersonChange,
    responses((status = 200, body = PersonView), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub(super) async fn change(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(person): Path<String>,
    Body(change): Body<PersonChange>,
) -> Result<Json<PersonView>, Problem> {
    let changed = persons::change(&service, &actor, id(&person)?, change).await?;
    Ok(Json(changed))
}

/// Removes a person; its sessions end.
#[utoipa::path(delete, path = "/api/v1/people/{id}", tag = "people",
    params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 409, body = Problem)))]
pub(super) async fn remove(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(person): Path<String>,
) -> Result<StatusCode, Problem> {
    persons::remove(&service, &actor, id(&person)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A new link by which a person chooses a password; the one before is good no more.
#[utoipa::path(post, path = "/api/v1/people/{id}/invitation", tag = "people",
    params(("id" = String, Path)), request_body = InvitationOrder,
    responses((status = 200, body = Invited), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub(super) async fn invite(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(person): Path<String>,
    Body(order): Body<InvitationOrder>,
) -> Result<Json<Invited>, Problem> {
    let invited = persons::invite_again(&service, &actor, id(&person)?, order).await?;
    Ok(Json(invited))
}
