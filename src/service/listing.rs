//! Mailboxes by where their mail goes: exactly which are affected, page by page, for those whose business they
//! are. A page reads a bounded number of rows, however many mailboxes there are.
//!
//! In the order of mailstore, domain and local part, or of domain and local part alone, either way. Where a
//! mailstore is served by its primary, only what has a setting of its own can be affected, so only that is looked
//! at.

pub mod csv;
mod cursor;
mod filter;
mod merged;
mod walk;

use super::destinations::owner_for;
use super::mailboxes::{MailboxPage, PAGE_MAX};
use super::{Actor, Service, ServiceError};

use cursor::Cursor;
pub use cursor::{By, Sort, Start};
pub use filter::{Filter, RouteFilter, SettingFilter};
use walk::Walk;

/// Mailboxes and domains that one page looks at; then it ends, with a cursor, however few it found.
const LOOKED_AT_MAX: usize = 5_000;
/// Rows read at a time.
const ROWS: usize = 500;
/// Messages that one page counts; then it ends, with a cursor, however few mailboxes it holds.
pub(super) const COUNTED_MAX: u64 = 20_000;
/// Mailstores whose lists are laid together.
const MAILSTORES_MAX: usize = 64;

/// How much a page may still look at.
#[derive(Clone, Copy, Debug, Default)]
struct Budget {
    /// Mailboxes and domains.
    left: usize,
    /// Messages.
    counted: u64,
    /// Mailboxes that it holds at most.
    limit: usize,
}

/// A page of the mailboxes that a filter takes and the actor may see. It may hold fewer than `limit`, even none,
/// and still name the next.
///
/// # Errors
/// [`ServiceError::NotFound`] for what is not the actor's business; [`ServiceError::Invalid`] for an order by address
/// over more than 64 mailstores; when the store fails.
pub fn list(
    service: &Service,
    actor: &Actor,
    filter: &Filter,
    start: &Start,
    limit: usize,
) -> Result<MailboxPage, ServiceError> {
    let whose = owner_for(actor, filter.reseller.as_ref())?;
    let limit = limit.clamp(1, PAGE_MAX);
    service.store.read(|tx| {
        if let Some(domain) = &filter.domain {
            super::visible_domain(tx, actor, domain)?;
        }
        let mut walk = Walk::new(service, tx, filter, start.sort.order, whose);
        let after = start.after.as_ref();
        let (mailboxes, next) = match start.sort.by {
            By::Mailstore => {
                walk.begin(Budget {
                    left: LOOKED_AT_MAX,
                    counted: COUNTED_MAX,
                    limit,
                });
                let after = after.and_then(|at| Some((at.mailstore.as_ref()?, &at.place)));
                let next = walk.run(after)?;
                let next = next.map(|(mailstore, place)| Cursor {
                    mailstore: Some(mailstore),
                    place,
                });
                (walk.take_found(), next)
            }
            By::Address => {
                let (found, next) = merged::page(walk, after.map(|at| &at.place), limit)?;
                let next = next.map(|place| Cursor {
                    mailstore: None,
                    place,
                });
                (found, next)
            }
        };
        Ok(MailboxPage {
            mailboxes,
            next: next.map(|cursor| start.cursor(&cursor)),
        })
    })
}

#[cfg(test)]
mod tests;
