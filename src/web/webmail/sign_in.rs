//! Signing in and out.

use askama::Template;

use crate::web::page::{Banner, FormError, Notice, Page};

/// The sign-in page.
#[derive(Template)]
#[template(path = "webmail/login.html")]
pub struct LoginPage {
    pub(super) p: Page,
    pub(super) heading: String,
    pub(super) banner: Option<Banner>,
    pub(super) notice: Option<Notice>,
    pub(super) errors: Vec<FormError>,
    pub(super) csrf: String,
    pub(super) next: String,
    pub(super) address: String,
    pub(super) kept: Vec<Kept>,
}

/// A field of a form that was being sent when the session ended.
#[derive(Clone, Debug)]
pub struct Kept {
    pub(super) name: String,
    pub(super) value: String,
}
