//! The one route table of the pages.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::response::Redirect;
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;

use super::console::{
    account, alerts, audit, brand, bulk, change, delays, destinations, domain_moves, domains, door,
    events as changes, help as help_link, jobs, mailboxes, merges, notices, ops, outages,
    overrides, overview, parts, people as staff, queue, resellers, tokens, trace,
};
use super::webmail::{
    actions, compose, conversation, events, files, folders, forgotten, help, images, invitation,
    link, list, message, outbox, people, posting, print, receipt, settings, sign_in, zip,
};
use super::{Web, assets, branding, error, security, status};

/// All pages.
pub fn router(web: Web) -> Router {
    let letter_bytes_max = web.service.config.get().http.request_size_max.bytes();
    let letter_bytes_max = usize::try_from(letter_bytes_max).unwrap_or(usize::MAX);
    let compose_page = get(compose::show)
        .post(posting::post)
        .layer(DefaultBodyLimit::max(letter_bytes_max));
    Router::new()
        .route("/", get(|| async { Redirect::to("/mail/inbox") }))
        .route("/login", get(sign_in::show).post(sign_in::sign_in))
        .route("/login/link", get(link::show).post(link::sign_in))
        .route(
            "/login/forgotten",
            get(forgotten::show).post(forgotten::ask),
        )
        .route("/logout", post(sign_in::sign_out))
        .route("/mail", get(|| async { Redirect::to("/mail/inbox") }))
        .route("/mail/search", get(list::search))
        .route("/mail/compose", compose_page)
        .route("/mail/settings", get(settings::show).post(settings::save))
        .route("/mail/receipt", get(receipt::show))
        .route("/mail/events", get(events::stream))
        .route("/mail/help", get(help::show))
        .route("/mail/folders", get(folders::show).post(folders::post))
        .route("/mail/people", get(people::find))
        .route("/mail/outbox", get(outbox::show))
        .route("/mail/outbox/{id}/undo", post(outbox::undo))
        .route("/mail/outbox/{id}/stop", post(outbox::stop))
        .route("/mail/actions", post(actions::act))
        .route("/mail/undo", post(actions::undo))
        .route("/mail/image", get(images::fetch))
        .route("/mail/images", post(images::always))
        .route("/mail/{folder}", get(list::folder))
        .route("/mail/{folder}/{id}", get(conversation::show))
        .route("/mail/{folder}/{id}/html", get(files::frame))
        .route("/mail/{folder}/{id}/part/{part}", get(files::part))
        .route("/mail/{folder}/{id}/answer", post(invitation::answer))
        .route("/mail/{folder}/{id}/zip", get(zip::zip))
        .route("/mail/{folder}/{id}/print", get(print::print))
        .route("/mail/{folder}/{id}/source", get(message::source))
        .route("/mail/{folder}/{id}/eml", get(files::eml))
        .route("/console", get(overview::show))
        .route("/console/change", get(change::show))
        .route("/console/failover", post(change::apply))
        .route("/console/ops", get(ops::show))
        .route("/console/notices", get(notices::show).post(notices::post))
        .route("/console/queue", get(queue::show).post(queue::order))
        .route("/console/delays", get(delays::show).post(delays::post))
        .route("/console/trace", get(trace::show))
        .route("/console/alerts", get(alerts::show).post(alerts::post))
        .route(
            "/console/announce/{kind}",
            get(destinations::list).post(destinations::create),
        )
        .route(
            "/console/announce/{kind}/{id}",
            get(destinations::show).post(destinations::act),
        )
        .route("/console/events", get(changes::stream))
        .route("/console/outages", get(outages::list))
        .route("/console/outages.csv", get(outages::file))
        .route("/console/outages/{id}", get(outages::show))
        .route("/console/domains", get(domains::show))
        .route("/console/domains.csv", get(domains::file))
        .route(
            "/console/domain-moves",
            get(domain_moves::show).post(domain_moves::post),
        )
        .route("/console/overrides", get(overrides::show))
        .route("/console/overrides.csv", get(overrides::file))
        .route("/console/parts", get(parts::show))
        .route("/console/resellers", get(resellers::show))
        .route("/console/bulk", post(bulk::show))
        .route("/console/jobs", get(jobs::list).post(bulk::order))
        .route("/console/jobs.csv", get(jobs::file))
        .route("/console/jobs/{id}", get(jobs::show).post(jobs::undo))
        .route("/console/tokens", get(tokens::show).post(tokens::post))
        .route("/console/audit", get(audit::show).post(audit::verify))
        .route("/console/audit.csv", get(audit::file))
        .route("/console/mailboxes", get(mailboxes::show))
        .route("/console/mailboxes.csv", get(mailboxes::file))
        .route("/console/brand", get(brand::show).post(brand::post))
        .route("/console/merges", get(merges::overview).post(merges::order))
        .route("/console/merges/outage/{id}", get(merges::outage))
        .route("/console/merges/domain/{domain}", get(merges::domain))
        .route(
            "/console/login",
            get(door::sign_in_page).post(door::sign_in),
        )
        .route("/console/help", get(help_link::show).post(help_link::post))
        .route("/console/people", get(staff::show).post(staff::post))
        .route("/console/account", get(account::show).post(account::post))
        .route(
            "/console/welcome",
            get(account::welcome).post(account::choose),
        )
        .route("/console/logout", post(door::sign_out))
        .route("/status", get(status::show))
        .route("/status.json", get(status::json))
        .route("/status.atom", get(status::atom))
        .route("/static/{name}", get(assets::serve))
        .route("/brand/logo", get(branding::logo))
        .route("/brand/accent.css", get(branding::accent))
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(middleware::from_fn_with_state(
            web.clone(),
            security::own_forms,
        ))
        .layer(middleware::from_fn_with_state(web.clone(), error::print))
        .layer(middleware::from_fn_with_state(
            web.clone(),
            security::headers,
        ))
        .layer(CompressionLayer::new())
        .with_state(web)
}
