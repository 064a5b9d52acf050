//! How the mailboxes are sorted, and where a page of them begins.

use std::fmt;

use crate::ids::{Address, DomainName, MailstoreId};
use crate::service::ServiceError;
use crate::service::sorting::{order, row, written};
use crate::store::Order;

/// By what mailboxes are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// By mailstore, and on each by domain and local part.
    #[default]
    Mailstore,
    /// By domain and local part.
    Address,
}

/// How mailboxes are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub(super) by: By,
    pub(super) order: Order,
}

impl Default for Sort {
    fn default() -> Self {
        Self {
            by: By::Mailstore,
            order: Order::Ascending,
        }
    }
}

impl Sort {
    /// Reads it; empty: by mailstore.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for what mailboxes cannot be sorted by.
    pub fn read(text: &str) -> Result<Self, ServiceError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let keys = [("mailstore", By::Mailstore), ("address", By::Address)];
        let (by, order) = order(text, &keys)?;
        Ok(Self { by, order })
    }
}

/// A place among the mailboxes of a mailstore, or of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// None: at the first domain.
    pub(super) domain: Option<DomainName>,
    /// Behind this mailbox; none: at the domain's first.
    pub(super) mailbox: Option<Address>,
}

impl Place {
    pub(super) fn behind(mailbox: Address) -> Self {
        Self {
            domain: Some(mailbox.domain_name()),
            mailbox: Some(mailbox),
        }
    }

    /// Whether a mailbox comes before it, in an order.
    pub(super) fn is_behind(&self, address: &Address, order: Order) -> bool {
        let Some(domain) = &self.domain else {
            return false;
        };
        let of_domain = address.domain().cmp(domain.as_str());
        let local = self.mailbox.as_ref().map(|last| last.local());
        // The last of its domain that was seen is before it, and nothing of it while none was.
        let of_local = local.map(|last| address.local().cmp(last));
        match order {
            Order::Ascending => {
                of_domain.is_lt() || (of_domain.is_eq() && of_local.is_some_and(|it| it.is_le()))
            }
            Order::Descending => {
                of_domain.is_gt() || (of_domain.is_eq() && of_local.is_some_and(|it| it.is_ge()))
            }
        }
    }

    /// Whether it comes before another, in an order.
    pub(super) fn is_before(&self, other: &Self, order: Order) -> bool {
        let (Some(own), Some(theirs)) = (&self.domain, &other.domain) else {
            return self.domain.is_none();
        };
        let local = |place: &Self| place.mailbox.as_ref().map(|last| last.local().to_owned());
        let domains = match order {
            Order::Ascending => own.cmp(theirs),
            Order::Descending => theirs.cmp(own),
        };
        let locals = match (local(self), local(other)) {
            (None, _) => std::cmp::Ordering::Less,
            (_, None) => std::cmp::Ordering::Greater,
            (Some(own), Some(theirs)) => match order {
                Order::Ascending => own.cmp(&theirs),
                Order::Descending => theirs.cmp(&own),
            },
        };
        domains.then(locals).is_lt()
    }

    fn read(text: &str) -> Option<Self> {
        if text.contains('@') {
            return text.parse().ok().map(Self::behind);
        }
        let domain = match text {
            "" => None,
            name => Some(name.parse().ok()?),
        };
        Some(Self {
            domain,
            mailbox: None,
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.domain, &self.mailbox) {
            (_, Some(address)) => write!(f, "{address}"),
            (Some(domain), None) => write!(f, "{domain}"),
            (None, None) => Ok(()),
        }
    }
}

/// Where a page begins: behind this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    /// None where mailboxes are sorted by their addresses alone.
    pub(super) mailstore: Option<MailstoreId>,
    pub(super) place: Place,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mailstore = self.mailstore.as_ref().map(MailstoreId::as_str);
        write!(f, "{}:{}", mailstore.unwrap_or_default(), self.place)
    }
}

/// How a list is sorted, and where a page of it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    pub(super) sort: Sort,
    pub(super) after: Option<Cursor>,
}

impl Start {
    /// Reads the cursor of a page of this sort; empty: with the first.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for one of another sort, and for what is none.
    pub fn read(sort: Sort, cursor: &str) -> Result<Self, ServiceError> {
        let cursor = cursor.trim();
        if cursor.is_empty() {
            return Ok(Self { sort, after: None });
        }
        let invalid = |text: &str| ServiceError::Invalid {
            field: "after",
            text: text.to_owned(),
        };
        let other = || invalid("this cursor is of another sort: begin with the first page");
        let none = || invalid("use the cursor that a page gave");
        let text = row(sort.order, cursor).ok_or_else(other)?;
        let (mailstore, place) = text.split_once(':').ok_or_else(none)?;
        let mailstore = match (sort.by, mailstore) {
            (By::Address, "") => None,
            (By::Mailstore, id) if !id.is_empty() => Some(id.parse().map_err(|_| none())?),
            _ => return Err(other()),
        };
        let place = Place::read(place).ok_or_else(none)?;
        Ok(Self {
            sort,
            after: Some(Cursor { mailstore, place }),
        })
    }

    /// The cursor of the page behind a place.
    pub(super) fn cursor(&self, cursor: &Cursor) -> String {
        written(self.sort.order, cursor)
    }
}
