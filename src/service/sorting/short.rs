//! Short lists that were read whole: sorted in memory by what is offered, page by page.

use super::{Order, order, row, written};
use crate::service::ServiceError;

/// By what a short list can be sorted. Rows with the same key come in the order of their ids.
pub struct Keys<T: 'static> {
    /// A row's id: it holds neither a space nor a colon.
    pub id: fn(&T) -> &str,
    /// The names, with what is compared; the first is what holds if nothing is asked for.
    pub by: &'static [(&'static str, Key<T>)],
}

/// What is compared of rows.
pub enum Key<T> {
    /// The id, in whose order rows were made.
    Id,
    /// A text, in large or small letters.
    Text(fn(&T) -> String),
}

impl<T: 'static> Keys<T> {
    /// A page of `all`, and the cursor of the next. A cursor names a row's key and id, so that it has its place even
    /// when the row is gone.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for another sort, and for the cursor of another.
    pub fn page(
        &self,
        mut all: Vec<T>,
        sort: &str,
        cursor: &str,
        limit: Option<usize>,
    ) -> Result<(Vec<T>, Option<String>), ServiceError> {
        let names: Vec<(&str, usize)> = self.by.iter().map(|(name, _)| *name).zip(0..).collect();
        let (at, order) = match (sort, names.first()) {
            ("", Some((_, first))) => (*first, Order::Ascending),
            _ => order(sort, &names)?,
        };
        let by = self.by.get(at);
        let key = |one: &T| {
            let text = match by {
                Some((_, Key::Text(text))) => text(one).to_lowercase(),
                Some((_, Key::Id)) | None => String::new(),
            };
            (text, (self.id)(one).to_owned())
        };
        let name = match by {
            Some((name, Key::Text(_))) => format!("{name}:"),
            Some((_, Key::Id)) | None => String::new(),
        };
        let after = match cursor.trim() {
            "" => None,
            cursor => Some(place(&name, order, cursor)?),
        };
        all.sort_by_cached_key(key);
        if order == Order::Descending {
            all.reverse();
        }
        if let Some(after) = after {
            all.retain(|one| match order {
                Order::Ascending => key(one) > after,
                Order::Descending => key(one) < after,
            });
        }
        let limit = limit.map_or(usize::MAX, |limit| limit.max(1));
        let more = all.len() > limit;
        all.truncate(limit);
        let next = all.last().filter(|_| more).map(key);
        let next = next.map(|(text, id)| match name.as_str() {
            "" => written(order, &id),
            name => written(order, &format!("{name}{text} {id}")),
        });
        Ok((all, next))
    }
}

/// The key and the id that a cursor of the same sort names.
fn place(name: &str, order: Order, cursor: &str) -> Result<(String, String), ServiceError> {
    let found = row(order, cursor).and_then(|cursor| match name {
        "" => (!cursor.contains(':')).then(|| (String::new(), cursor.to_owned())),
        name => {
            let (text, id) = cursor.strip_prefix(name)?.rsplit_once(' ')?;
            Some((text.to_owned(), id.to_owned()))
        }
    });
    found.ok_or_else(|| ServiceError::Invalid {
        field: "after",
        text: "this cursor is of another sort: begin with the first page".to_owned(),
    })
}

#[cfg(test)]
mod tests;
