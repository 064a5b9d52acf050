//! What every response and every posted form has to satisfy: headers that keep a browser from
//! running or showing anything we did not write, and the check where a form comes from.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Web;
use super::error::Fault;

/// For pages: nothing inline, nothing from elsewhere, no framing by others.
const PAGES: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'",
);

/// For the frame that shows HTML mail, sanitised before: no script, no form, no outside image.
pub const MAIL_FRAME: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; form-action 'none'; \
     base-uri 'none'; frame-ancestors 'self'; \
     sandbox allow-popups allow-popups-to-escape-sandbox allow-same-origin",
);

/// For files that came by mail: inert wherever they are opened.
pub const FILES: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");

/// For PDF files, which browsers show in a viewer of their own that a sandbox would block.
pub const PDF: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'",
);

/// Refuses posted forms that come from another site.
pub async fn own_forms(State(web): State<Web>, request: Request, next: Next) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD);
    if is_safe || is_own_origin(&web, request.headers()) {
        next.run(request).await
    } else {
        Fault::Forbidden.into_response()
    }
}

/// Adds the headers that every answer has.
pub async fn headers(State(web): State<Web>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: HeaderValue| {
        headers.entry(name).or_insert(value);
    };
    set(header::CONTENT_SECURITY_POLICY, PAGES);
    set(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    // Not "no-referrer": browsers would then send "Origin: null" with our own forms.
    set(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    set(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    );
    if web.is_https() {
        set(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    response
}

/// Whether a form may come from where the browser says it does. Browsers always say; what says
/// nothing is no browser, and has the form's token to show.
fn is_own_origin(web: &Web, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site")
        && !matches!(site, "same-origin" | "none")
    {
        return false;
    }
    match text("origin") {
        None => true,
        // Some privacy settings hide the origin; then the line above has decided.
        Some("null") => text("sec-fetch-site").is_some(),
        Some(origin) => {
            let public = web.service.config.get().http.public_url.clone();
            let authority = origin.split_once("://").map_or("", |(_, rest)| rest);
            origin.eq_ignore_ascii_case(public.trim_end_matches('/'))
                || text("host").is_some_and(|host| authority.eq_ignore_ascii_case(host))
        }
    }
}
