//! Version 1 of the API. A file per resource; this is the route table.

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Service;

mod alerts;
mod audit;
mod brand;
mod contacts;
mod delay_notices;
mod deleted;
mod domain_moves;
mod drills;
mod events;
mod failover;
mod jobs;
mod lists;
mod mailboxes;
mod mailstores;
mod matching;
mod merge_checks;
mod merges;
mod notices;
mod observations;
mod outages;
mod paging;
mod people;
mod provision;
mod queue;
mod routing;
mod sign_in_links;
mod standing;
mod tokens;
mod trace;
mod user_notices;
mod webhooks;

/// All routes, without anybody at the door.
pub fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(mailstores::list))
        .routes(routes!(mailstores::show))
        .routes(routes!(failover::of_mailstore, failover::change_mailstore))
        .routes(routes!(notices::list, notices::set))
        .routes(routes!(notices::set_of_mailstore))
        .routes(routes!(lists::domains))
        .routes(routes!(lists::overrides))
        .routes(routes!(lists::resellers))
        .routes(routes!(lists::decisions))
        .routes(routes!(mailboxes::find))
        .routes(routes!(mailboxes::list))
        .routes(routes!(failover::of_domain, failover::change_domain))
        .routes(routes!(mailboxes::show, mailboxes::put, mailboxes::remove))
        .routes(routes!(failover::of_mailbox, failover::change_mailbox))
        .routes(routes!(jobs::list, jobs::create))
        .routes(routes!(jobs::preview))
        .routes(routes!(matching::create))
        .routes(routes!(matching::preview))
        .routes(routes!(jobs::show))
        .routes(routes!(jobs::items))
        .routes(routes!(jobs::undo))
        .routes(routes!(sign_in_links::create))
        .routes(routes!(outages::list))
        .routes(routes!(outages::show))
        .routes(routes!(observations::take))
        .routes(routes!(merges::status))
        .routes(routes!(merges::of_mailstore, merges::order_mailstore))
        .routes(routes!(merges::of_mailbox, merges::order_mailbox))
        .routes(routes!(merge_checks::plan_mailstore))
        .routes(routes!(merge_checks::plan_mailbox))
        .routes(routes!(merge_checks::verify_mailbox))
        .routes(routes!(merges::receipts_of_mailbox))
        .routes(routes!(merges::receipt))
        .routes(routes!(merges::receipts_of_domain))
        .routes(routes!(merges::of_outage))
        .routes(routes!(merges::receipts_of_outage))
        .routes(routes!(standing::show))
        .routes(routes!(drills::list, drills::start))
        .routes(routes!(drills::show))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(people::list, people::create))
        .routes(routes!(people::show, people::change, people::remove))
        .routes(routes!(people::invite))
        .routes(routes!(provision::provision))
        .routes(routes!(deleted::list))
        .routes(routes!(deleted::forget))
        .routes(routes!(domain_moves::create))
        .routes(routes!(domain_moves::preview))
        .routes(routes!(delay_notices::of_all, delay_notices::set_of_all))
        .routes(routes!(
            delay_notices::of_reseller,
            delay_notices::set_of_reseller
        ))
        .routes(routes!(
            delay_notices::of_domain,
            delay_notices::set_of_domain
        ))
        .routes(routes!(user_notices::of_all, user_notices::set_of_all))
        .routes(routes!(
            user_notices::of_reseller,
            user_notices::set_of_reseller
        ))
        .routes(routes!(
            user_notices::of_domain,
            user_notices::set_of_domain
        ))
        .routes(routes!(user_notices::progress))
        .routes(routes!(queue::list, queue::change_all))
        .routes(routes!(queue::show, queue::change))
        .routes(routes!(provision::sources))
        .routes(routes!(provision::sync))
        .routes(routes!(routing::states))
        .routes(routes!(routing::directory))
        .routes(routes!(trace::show))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::acknowledge))
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::show, webhooks::change, webhooks::remove))
        .routes(routes!(webhooks::new_secret))
        .routes(routes!(webhooks::test))
        .routes(routes!(webhooks::log))
        .routes(routes!(contacts::list, contacts::create))
        .routes(routes!(contacts::show, contacts::change, contacts::remove))
        .routes(routes!(contacts::test))
        .routes(routes!(contacts::log))
        .routes(routes!(brand::show, brand::set))
        .routes(routes!(events::show))
        .routes(routes!(audit::list))
}
