//! What the console's pages show.

use askama::Template;

use super::frame::{Frame, Link};
use crate::web::page::Choice;
use crate::web::texts::Texts;
use crate::web::when::When;

/// Sign-in of a person, or with a token.
#[derive(Template)]
#[template(path = "console/login.html")]
pub struct LoginPage {
    pub(super) p: Frame,
    pub(super) name: String,
    pub(super) is_token_wrong: bool,
}

/// States of mailstores, domains and overrides.
#[derive(Template)]
#[template(path = "console/overview.html")]
pub struct OverviewPage {
    pub(super) p: Frame,
    pub(super) heading: String,
    pub(super) now: When,
    pub(super) tables: Vec<Table>,
    /// Whether there are more domains.
    pub(super) more: bool,
}

/// The form that changes one scope.
#[derive(Template)]
#[template(path = "console/change.html")]
pub struct ChangePage {
    pub(super) p: Frame,
    pub(super) heading: String,
    pub(super) state_line: String,
    pub(super) evidence: Option<String>,
    pub(super) found: Vec<String>,
    pub(super) scope: String,
    /// How it was when the page was made.
    pub(super) etag: String,
    /// When what is set can be made to end; none for a mailstore.
    pub(super) ends: Vec<Choice>,
    pub(super) choices: Vec<Choice>,
    pub(super) reason: String,
}

/// A table.
#[derive(Clone, Debug, Default)]
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
    /// How the rows are sorted by it; none: they cannot be.
    pub(super) sort: Option<Sort>,
}

/// How the rows of a table are sorted by a column.
#[derive(Clone, Debug)]
pub struct Sort {
    /// The page with them sorted by it.
    pub(super) href: String,
    /// As `aria-sort` has it: `ascending`, `descending`, or `none` where they are sorted by another.
    pub(super) now: &'static str,
}

/// One row: what it is about, its state, and the rest.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub(super) name: String,
    pub(super) evidence: Option<String>,
    pub(super) state: String,
    pub(super) chip: &'static str,
    pub(super) cells: Vec<Cell>,
    /// Where the name leads.
    pub(super) change_href: Option<String>,
    /// What is posted where it is chosen; none: it cannot be.
    pub(super) pick: Option<Pick>,
}

/// A row that can be chosen.
#[derive(Clone, Debug)]
pub struct Pick {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// One value of a row.
#[derive(Clone, Debug)]
pub struct Cell {
    pub(super) label: String,
    pub(super) text: String,
    pub(super) number: bool,
}

/// The head of a column with the text of a key.
pub(super) fn column(texts: &Texts, key: &str, number: bool) -> Column {
    Column {
        text: texts.get(key).into_owned(),
        number,
        sort: None,
    }
}

/// A value under the head with the text of a key.
pub(super) fn cell(texts: &Texts, key: &str, text: String, number: bool) -> Cell {
    Cell {
        label: texts.get(key).into_owned(),
        text,
        number,
    }
}

/// A list: what to look for, what was found, and what to do with what is chosen of it.
#[derive(Template)]
#[template(path = "console/listing.html")]
pub struct Listing {
    pub(super) p: Frame,
    pub(super) heading: String,
    /// What is to be known of it, each a sentence.
    pub(super) lines: Vec<String>,
    /// The page itself, as it was asked for.
    pub(super) here: String,
    /// Where the form for looking leads; there is none where nothing can be looked for.
    pub(super) path: &'static str,
    pub(super) fields: Vec<Field>,
    pub(super) links: Vec<Link>,
    pub(super) csv_href: Option<String>,
    /// What a button orders about the whole of it.
    pub(super) order: Option<String>,
    pub(super) bulk: Option<Bulk>,
    pub(super) tables: Vec<Table>,
    pub(super) next_href: Option<String>,
    /// Whether it is brought up to date while it is open.
    pub(super) live: bool,
}

impl Listing {
    /// A list with nothing in it yet.
    pub(super) fn new(p: Frame, heading: String, path: &'static str, here: String) -> Self {
        Self {
            p,
            heading,
            lines: Vec::new(),
            here,
            path,
            fields: Vec::new(),
            links: Vec::new(),
            csv_href: None,
            order: None,
            bulk: None,
            tables: Vec::new(),
            next_href: None,
            live: false,
        }
    }
}

/// A field of a form for looking.
#[derive(Clone, Debug, Default)]
pub struct Field {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) value: String,
    /// `text` or `date`; unused where there are choices.
    pub(super) kind: &'static str,
    pub(super) choices: Vec<Choice>,
}

impl Field {
    /// A line of text.
    pub(super) fn text(texts: &Texts, name: &'static str, key: &str, value: &str) -> Self {
        Self {
            name,
            label: texts.get(key).into_owned(),
            value: value.trim().to_owned(),
            kind: "text",
            ..Self::default()
        }
    }

    /// One of several, by what is sent and the key of the text; the first is for any.
    pub(super) fn choice(
        texts: &Texts,
        name: &'static str,
        key: &str,
        chosen: &str,
        all: &[(&str, &str)],
    ) -> Self {
        let choice = |(value, key): &(&str, &str)| Choice {
            value: (*value).to_owned(),
            text: texts.get(key).into_owned(),
            hint: String::new(),
            selected: *value == chosen,
        };
        Self {
            choices: all.iter().map(choice).collect(),
            ..Self::text(texts, name, key, "")
        }
    }
}

/// What can be done with what is chosen.
#[derive(Clone, Debug)]
pub struct Bulk {
    /// What says again what was looked for.
    pub(super) hidden: Vec<(&'static str, String)>,
    /// The page with every row chosen, or with none.
    pub(super) select_href: String,
    pub(super) select: String,
    /// How to choose all that match; empty: that cannot be.
    pub(super) all: String,
}
