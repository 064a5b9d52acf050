//! In which order a list comes, and where a page of it begins.
//!
//! Only orders that have an index are offered, each both ways, so that a page costs the same however long the list
//! is. A cursor says which way it goes: one of another order is refused, because the rows behind it are others.

pub mod short;

use std::fmt;
use std::str::FromStr;

use super::ServiceError;
use crate::store::Order;

/// Written before a cursor of the descending order; no name that is a cursor begins with it.
const DESCENDING: char = '~';

/// Reads how a list is sorted, `name` or, the other way, `-name`, of what it can be sorted by.
///
/// # Errors
/// [`ServiceError::Invalid`] for anything else.
pub fn order<K: Copy>(text: &str, keys: &[(&str, K)]) -> Result<(K, Order), ServiceError> {
    let (name, order) = match text.strip_prefix('-') {
        Some(name) => (name, Order::Descending),
        None => (text, Order::Ascending),
    };
    let found = keys.iter().find(|(known, _)| *known == name);
    found.map(|(_, key)| (*key, order)).ok_or_else(|| {
        let names: Vec<String> = keys
            .iter()
            .map(|(name, _)| format!("{name} or -{name}"))
            .collect();
        ServiceError::Invalid {
            field: "sort",
            text: format!("write {}", names.join(", ")),
        }
    })
}

/// Where a page of a list begins that is sorted by one thing: with the first, or behind a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start<C> {
    /// Which way it is sorted.
    pub order: Order,
    /// Behind which row; none: with the first.
    pub after: Option<C>,
}

impl<C> Default for Start<C> {
    fn default() -> Self {
        Self {
            order: Order::Ascending,
            after: None,
        }
    }
}

impl<C: fmt::Display + FromStr> Start<C> {
    /// Reads a cursor that a page of the same order gave; empty: with the first.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for one of the other order, and for what is none.
    pub fn read(order: Order, cursor: &str) -> Result<Self, ServiceError> {
        let invalid = |text: &str| ServiceError::Invalid {
            field: "after",
            text: text.to_owned(),
        };
        let after = match cursor.trim() {
            "" => None,
            text => Some(row(order, text).ok_or_else(|| {
                invalid("this cursor is of another sort: begin with the first page")
            })?),
        };
        let after = after.map(|row| {
            row.parse()
                .map_err(|_| invalid("use the cursor that a page gave"))
        });
        Ok(Self {
            order,
            after: after.transpose()?,
        })
    }

    /// The cursor of the page behind a row.
    pub fn cursor(&self, row: &C) -> String {
        written(self.order, row)
    }
}

/// A cursor without what says which way it goes; none if it goes the other way.
pub(super) fn row(order: Order, cursor: &str) -> Option<&str> {
    match (order, cursor.strip_prefix(DESCENDING)) {
        (Order::Ascending, None) => Some(cursor),
        (Order::Descending, Some(row)) => Some(row),
        _ => None,
    }
}

/// A cursor with what says which way it goes.
pub(super) fn written(order: Order, row: &impl fmt::Display) -> String {
    match order {
        Order::Ascending => row.to_string(),
        Order::Descending => format!("{DESCENDING}{row}"),
    }
}

/// How a list in the order of time is asked for: the newest first, older than `before`; or with the key as its sort,
/// the oldest first, newer than `after`.
///
/// # Errors
/// [`ServiceError::Invalid`] for another sort, for the cursor of the other way, and for what is none.
pub fn by_time<C: FromStr<Err: fmt::Display>>(
    key: &str,
    sort: &str,
    before: &str,
    after: &str,
) -> Result<Start<C>, ServiceError> {
    let order = match sort {
        "" => Order::Descending,
        sort => self::order(sort, &[(key, ())])?.1,
    };
    let (field, own, other_field, other) = match order {
        Order::Descending => ("before", before, "after", after),
        Order::Ascending => ("after", after, "before", before),
    };
    if !other.is_empty() {
        return Err(ServiceError::Invalid {
            field: other_field,
            text: format!("a page of this sort begins where `{field}` says"),
        });
    }
    let last = match own {
        "" => None,
        own => Some(own.parse().map_err(|error| ServiceError::Invalid {
            field,
            text: format!("{error}"),
        })?),
    };
    Ok(Start { order, after: last })
}

/// The name of the cursor of a list in the order of time.
pub const fn cursor_name(order: Order) -> &'static str {
    match order {
        Order::Descending => "before",
        Order::Ascending => "after",
    }
}

#[cfg(test)]
mod tests;
