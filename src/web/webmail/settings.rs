//! Settings of the reader.

use askama::Template;

use super::shell::Shell;
use crate::web::page::{Choice, FormError, Page};

/// The settings page.
#[derive(Template)]
#[template(path = "webmail/settings.html")]
pub struct SettingsPage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) errors: Vec<FormError>,
    pub(super) zone_now: String,
    pub(super) zones: Vec<Choice>,
}
