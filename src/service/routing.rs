//! What route agents fetch: the states, and who lives where. For them and for operators only.

use super::{Actor, Service, ServiceError};
use crate::ids::{Address, MailstoreId};
use crate::net::Endpoint;
use crate::postfix::lmtp_transport;
use crate::route::published::{DirectoryPage, NameHash, Published};
use crate::store::directory;

/// Mailboxes in a page.
pub const PAGE_MAILBOXES: usize = 5_000;

/// All that decides where mail goes, besides who lives where.
///
/// # Errors
/// When the actor may not.
pub fn states(service: &Service, actor: &Actor) -> Result<Published, ServiceError> {
    may_fetch(actor)?;
    let config = service.config();
    let (mailstores, domains, mailboxes) = service.routes.table().published(service.now());
    let advertise: &Endpoint = &config.lmtp.advertise;
    Ok(Published {
        directory: service.store.directory_name(),
        standby_transport: lmtp_transport(advertise),
        queue_transport: config.postfix.queue_transport.clone(),
        delimiter: config.postfix.delimiter(),
        mailstores,
        domains,
        mailboxes,
    })
}

/// Who lives where: a page behind `after`.
///
/// # Errors
/// When the actor may not, or the store fails.
pub fn directory(
    service: &Service,
    actor: &Actor,
    after: Option<&Address>,
) -> Result<DirectoryPage, ServiceError> {
    may_fetch(actor)?;
    // Asked for before reading: what changes meanwhile gets another name.
    let mut page = DirectoryPage {
        directory: service.store.directory_name(),
        ..DirectoryPage::default()
    };
    let found = service
        .store
        .read(|tx| directory::mailboxes(tx, None, after, PAGE_MAILBOXES))?;
    if found.len() == PAGE_MAILBOXES {
        page.next = found.last().map(|mailbox| mailbox.address.clone());
    }
    for mailbox in found {
        let Some(number) = number_of(&mut page.mailstores, mailbox.record.mailstore) else {
            continue;
        };
        let own = NameHash::of_address(&mailbox.address);
        page.mailboxes.push((own, number));
        let domain = NameHash::of_domain(&mailbox.address.domain_name());
        let aliases = mailbox.record.aliases.iter();
        page.aliases
            .extend(aliases.map(|alias| (NameHash::of_address(alias), own, domain, number)));
    }
    Ok(page)
}

fn may_fetch(actor: &Actor) -> Result<(), ServiceError> {
    match actor {
        Actor::Router(_) => Ok(()),
        _ => actor.operator(),
    }
}

fn number_of(mailstores: &mut Vec<MailstoreId>, id: MailstoreId) -> Option<u16> {
    let at = mailstores.iter().position(|known| *known == id);
    let at = at.unwrap_or_else(|| {
        mailstores.push(id);
        mailstores.len() - 1
    });
    u16::try_from(at).ok()
}
