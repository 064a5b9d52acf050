//! `/api/v1/mailboxes/{address}/sign-in-link`

use axum::extract::State;
use axum::{Extension, Json};

use crate::api::problem::{Path, Problem};
use crate::ids::Address;
use crate::service::sign_in_links::{self, SignInLink};
use crate::service::{Actor, Service};

/// Makes a link by which the user of a mailbox signs in once, within a quarter of an hour, without a
/// password. An earlier one is good no more.
#[utoipa::path(post, path = "/api/v1/mailboxes/{address}/sign-in-link", tag = "mailboxes",
    params(("address" = String, Path, description = "An address or alias")),
    responses((status = 200, body = SignInLink), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub(super) async fn create(
    State(service): State<Service>,
    Extension(actor): Extension<Actor>,
    Path(address): Path<Address>,
) -> Result<Json<SignInLink>, Problem> {
    let made = sign_in_links::create(&service, &actor, &address).await?;
    Ok(Json(made))
}
