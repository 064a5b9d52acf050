//! Pages that list messages: a folder, and what a search found.

use askama::Template;

use super::shell::Shell;
use crate::web::page::Page;
use crate::web::when::When;

/// A folder's page.
#[derive(Template)]
#[template(path = "webmail/list.html")]
pub struct ListPage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) heading: String,
    pub(super) summary: String,
    pub(super) refresh_href: String,
    pub(super) note: Option<String>,
    pub(super) back: String,
    pub(super) rows: Vec<Row>,
    pub(super) select_href: String,
    pub(super) select_text: String,
    pub(super) can_archive: bool,
    pub(super) can_delete: bool,
    pub(super) targets: Vec<Target>,
    pub(super) pager: Pager,
    pub(super) empty_icon: &'static str,
    pub(super) empty_line: String,
    pub(super) empty_text: Option<String>,
}

/// The search page.
#[derive(Template)]
#[template(path = "webmail/search.html")]
pub struct SearchPage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) summary: String,
    pub(super) back: String,
    pub(super) rows: Vec<Row>,
    pub(super) select_href: String,
    pub(super) select_text: String,
    pub(super) can_archive: bool,
    pub(super) can_delete: bool,
    pub(super) targets: Vec<Target>,
    pub(super) pager: Pager,
    pub(super) empty_line: Option<String>,
    pub(super) empty_text: Option<String>,
}

/// One message in a list.
#[derive(Clone, Debug)]
pub struct Row {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) who: String,
    pub(super) subject: String,
    pub(super) snippet: String,
    pub(super) when: When,
    pub(super) unread: bool,
    pub(super) starred: bool,
    pub(super) answered: bool,
    pub(super) forwarded: bool,
    pub(super) attachment: bool,
    pub(super) selected: bool,
    pub(super) select_label: String,
    pub(super) star_label: String,
}

/// A folder that messages can be moved to.
#[derive(Clone, Debug)]
pub struct Target {
    pub(super) slug: String,
    pub(super) name: String,
}

/// Links to the neighbouring pages.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    pub(super) shown: String,
    pub(super) newest: Option<String>,
    pub(super) newer: Option<String>,
    pub(super) older: Option<String>,
}
