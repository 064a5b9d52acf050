//! What the console's pages show.

use askama::Template;

use crate::web::page::{Choice, FormError, Notice, Page};
use crate::web::when::When;

/// Sign-in of a person, or with a token.
#[derive(Template)]
#[template(path = "console/login.html")]
pub struct LoginPage {
    pub(super) p: Page,
    pub(super) who: Option<String>,
    pub(super) csrf: String,
    pub(super) notice: Option<Notice>,
    pub(super) errors: Vec<FormError>,
    pub(super) name: String,
    pub(super) is_token_wrong: bool,
}

/// States of mailstores, domains and overrides.
#[derive(Template)]
#[template(path = "console/overview.html")]
pub struct OverviewPage {
    pub(super) p: Page,
    pub(super) who: Option<String>,
    pub(super) csrf: String,
    pub(super) heading: String,
    pub(super) now: When,
    pub(super) notice: Option<Notice>,
    pub(super) tables: Vec<Table>,
    pub(super) is_operator: bool,
    pub(super) may_help: bool,
    pub(super) may_people: bool,
    pub(super) is_person: bool,
}

/// The form that changes one scope.
#[derive(Template)]
#[template(path = "console/change.html")]
pub struct ChangePage {
    pub(super) p: Page,
    pub(super) who: Option<String>,
    pub(super) csrf: String,
    pub(super) heading: String,
    pub(super) errors: Vec<FormError>,
    pub(super) state_line: String,
    pub(super) evidence: Option<String>,
    pub(super) found: Vec<String>,
    pub(super) scope: String,
    pub(super) choices: Vec<Choice>,
    pub(super) reason: String,
}

/// A table of scopes.
#[derive(Clone, Debug)]
pub struct Table {
    pub(super) caption: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
    pub(super) empty: Option<String>,
}

/// A column's head.
#[derive(Clone, Debug)]
pub struct Column {
    pub(super) text: String,
    pub(super) number: bool,
}

/// One scope.
#[derive(Clone, Debug)]
pub struct Row {
    pub(super) name: String,
    pub(super) evidence: Option<String>,
    pub(super) state: String,
    pub(super) chip: &'static str,
    pub(super) cells: Vec<Cell>,
    pub(super) change_href: Option<String>,
}

/// One value of a scope.
#[derive(Clone, Debug)]
pub struct Cell {
    pub(super) label: String,
    pub(super) text: String,
    pub(super) number: bool,
}
