//! The one place where errors become pages.
//!
//! A handler returns a [`Fault`]; the outermost layer prints it in the reader's language. Details of
//! our own troubles go to the log with a reference, never to the page.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::Web;
use super::page::{Page, page};
use super::reader::Reader;
use crate::ids::random_bytes;
use crate::service::ServiceError;
use crate::store::StoreError;

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nobody is signed in to the webmail.
    SignIn {
        /// The page that was asked for.
        next: Option<String>,
    },
    /// Nobody is signed in to the console.
    ConsoleSignIn,
    /// There is no such page, or not for this reader.
    NotFound,
    /// The form did not come from this session's page.
    Forbidden,
    /// The reader's role does not allow it.
    Role,
    /// The address does not take this method.
    Method,
    /// The request makes no sense.
    Bad,
    /// The mailbox was merged and can only be read.
    ReadOnly,
    /// The request is too large.
    TooLarge,
    /// Too many requests.
    Busy {
        /// When to come back.
        retry_after_secs: u64,
    },
    /// Our own trouble; it is in the log under this reference.
    Internal {
        /// What the reader can quote.
        reference: String,
    },
}

impl From<ServiceError> for Fault {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Unauthenticated => Self::SignIn { next: None },
            ServiceError::NotFound(_) => Self::NotFound,
            ServiceError::ReadOnly => Self::ReadOnly,
            ServiceError::Forbidden(_) => Self::Role,
            ServiceError::Invalid { .. }
            | ServiceError::Conflict(_)
            | ServiceError::Stale { .. } => Self::Bad,
            ServiceError::Limited { retry_after } => Self::Busy {
                retry_after_secs: retry_after.as_secs().max(1),
            },
            ServiceError::Unavailable(why) => Self::internal(&why),
            ServiceError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing(_) => Self::NotFound,
            error => Self::internal(&error),
        }
    }
}

impl Fault {
    /// Logs a trouble of our own.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        let reference: String = random_bytes::<6>()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        tracing::error!(%reference, %error, "a page could not be made");
        Self::Internal { reference }
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self::SignIn { .. } | Self::ConsoleSignIn => StatusCode::SEE_OTHER,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::Role => StatusCode::FORBIDDEN,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Bad => StatusCode::BAD_REQUEST,
            Self::ReadOnly => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Fault {
    /// Leaves the page to [`print()`], which knows the reader.
    fn into_response(self) -> Response {
        let target = match &self {
            Self::SignIn { next: Some(next) } => {
                let next: String = form_encode(next);
                Some(format!("/login?next={next}"))
            }
            Self::SignIn { next: None } => Some("/login?next=".to_owned()),
            Self::ConsoleSignIn => Some("/console/login".to_owned()),
            _ => None,
        };
        if let Some(target) = target {
            return Redirect::to(&target).into_response();
        }
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A value for the query of a URL.
pub fn form_encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    p: Page,
    heading: String,
    text: String,
    hint: Option<String>,
    link: String,
    link_text: String,
    reference: Option<String>,
}

/// Prints faults as pages.
pub async fn print(
    State(web): State<Web>,
    reader: Reader,
    request: Request,
    next: Next,
) -> Response {
    let is_console = request.uri().path().starts_with("/console");
    let response = next.run(request).await;
    let Some(fault) = response.extensions().get::<Fault>().cloned() else {
        return response;
    };
    let home = web.service.config.get().http.usual_webmail_url.clone();
    let (title, text) = match &fault {
        Fault::NotFound if is_console => ("error-not-found-title", "error-not-found-console"),
        Fault::NotFound | Fault::SignIn { .. } | Fault::ConsoleSignIn => {
            ("error-not-found-title", "error-not-found-text")
        }
        Fault::Forbidden => ("error-forbidden-title", "error-forbidden-text"),
        Fault::Role => ("error-role-title", "error-role-text"),
        Fault::Method => ("error-method-title", "error-method-text"),
        Fault::Bad => ("error-bad-title", "error-bad-text"),
        Fault::ReadOnly => ("error-read-only-title", "error-read-only-text"),
        Fault::TooLarge => ("error-large-title", "error-large-text"),
        Fault::Busy { .. } => ("error-busy-title", "error-busy-text"),
        Fault::Internal { .. } => ("error-internal-title", "error-internal-text"),
    };
    let heading = reader.texts.get(title).into_owned();
    let (link, link_key) = match (&fault, home) {
        _ if is_console => ("/console".to_owned(), "link-console"),
        (Fault::ReadOnly, Some(home)) => (home, "banner-home"),
        _ => ("/mail/inbox".to_owned(), "link-inbox"),
    };
    let mut printed = page(
        fault.status(),
        &ErrorPage {
            p: Page::of(&reader, &heading),
            heading,
            text: reader.texts.get(text).into_owned(),
            hint: None,
            link,
            link_text: reader.texts.get(link_key).into_owned(),
            reference: match &fault {
                Fault::Internal { reference } => Some(reference.clone()),
                _ => None,
            },
        },
    );
    if let Fault::Busy { retry_after_secs } = fault {
        let seconds = HeaderValue::from(retry_after_secs);
        printed.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    printed
}

/// For addresses that lead nowhere.
pub async fn not_found() -> Fault {
    Fault::NotFound
}

/// For addresses that do not take a method.
pub async fn method_not_allowed() -> Fault {
    Fault::Method
}
