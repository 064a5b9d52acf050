//! The heads of a list's columns by which it is sorted, each way, and the same choice in the form above it, where a
//! narrow screen shows no heads.

use serde::Deserialize;

use super::filters::href;
use super::views::{Column, Field, Sort, Table};
use crate::service::sorting::short::Keys;
use crate::web::error::Fault;
use crate::web::texts::Texts;

/// How a list is sorted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heads<'a> {
    /// As the address says it; empty: as the first of the choices.
    pub(super) asked: &'a str,
    /// What can be chosen, with the keys of the texts; the first is what holds if nothing is.
    pub(super) choices: &'static [(&'static str, &'static str)],
}

/// How a page of a short list is sorted, and the form for it.
#[derive(Clone, Debug)]
pub struct Sorts {
    pub(super) path: String,
    pub(super) field: Field,
}

/// How a page of a short list is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShortAsk {
    pub(super) sort: String,
    pub(super) after: String,
}

/// A page of a short list.
pub(super) struct Short<T> {
    pub(super) rows: Vec<T>,
    pub(super) sorts: Sorts,
    pub(super) next_href: Option<String>,
}

impl ShortAsk {
    /// A page of `all`, at most `limit`, with the form by which it is sorted.
    ///
    /// # Errors
    /// [`Fault::NotFound`] for a sort that is not offered, and for what is no cursor of it.
    pub(super) fn page<T: 'static>(
        &self,
        texts: &Texts,
        path: &str,
        (keys, heads): (&Keys<T>, &Heads),
        all: Vec<T>,
        limit: usize,
    ) -> Result<Short<T>, Fault> {
        let page = keys.page(all, heads.now(), &self.after, Some(limit));
        let (rows, next) = page.map_err(|_| Fault::NotFound)?;
        let own = [("sort", self.sort.as_str())];
        Ok(Short {
            rows,
            sorts: Sorts {
                path: path.to_owned(),
                field: heads.field(texts),
            },
            next_href: next.map(|next| href(path, own, &[("after", &next)])),
        })
    }
}

impl Heads<'_> {
    fn now(&self) -> &str {
        match (self.asked, self.choices.first()) {
            ("", Some((first, _))) => first,
            (asked, _) => asked,
        }
    }

    /// The field of the form.
    pub(super) fn field(&self, texts: &Texts) -> Field {
        Field::choice(texts, "sort", "resellers-sort", self.now(), self.choices)
    }

    /// A column's head that sorts by `name`, or the other way round where that is how it is sorted.
    pub(super) fn head(&self, column: Column, name: &str, href: &dyn Fn(&str) -> String) -> Column {
        let back = format!("-{name}");
        let (now, next) = match self.now() {
            now if now == name => ("ascending", back.as_str()),
            now if now == back => ("descending", name),
            _ => ("none", name),
        };
        Column {
            sort: Some(Sort {
                href: href(next),
                now,
            }),
            ..column
        }
    }

    /// Makes heads of some of a table's columns, by their numbers.
    pub(super) fn put(
        &self,
        table: &mut Table,
        columns: &[(usize, &str)],
        href: &dyn Fn(&str) -> String,
    ) {
        for (number, name) in columns {
            if let Some(column) = table.columns.get_mut(*number) {
                *column = self.head(column.clone(), name, href);
            }
        }
    }
}

#[cfg(test)]
mod tests;
