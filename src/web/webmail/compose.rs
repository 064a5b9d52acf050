//! Writing: new messages, answers, drafts, attachments.

use askama::Template;

use super::shell::Shell;
use crate::web::page::{Choice, FormError, Page};

/// The form for writing a message.
#[derive(Template)]
#[template(path = "webmail/compose.html")]
pub struct ComposePage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) heading: String,
    pub(super) errors: Vec<FormError>,
    pub(super) to_error: Option<String>,
    pub(super) cc_error: Option<String>,
    pub(super) bcc_error: Option<String>,
    pub(super) key: String,
    pub(super) draft: String,
    pub(super) reply: String,
    pub(super) forward: String,
    pub(super) from_choices: Vec<Choice>,
    pub(super) to: String,
    pub(super) cc: String,
    pub(super) bcc: String,
    pub(super) copies_open: bool,
    pub(super) subject: String,
    pub(super) body: String,
    pub(super) focus_to: bool,
    pub(super) limit_bytes: u64,
    pub(super) limit_text: String,
    pub(super) too_large_text: String,
    pub(super) files: Vec<Attached>,
}

/// An attachment that is kept with the draft.
#[derive(Clone, Debug)]
pub struct Attached {
    pub(super) part: String,
    pub(super) name: String,
    pub(super) size: String,
}
