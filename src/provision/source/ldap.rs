//! A search in an LDAP directory, a page at a time (RFC 4511 §4.5, RFC 2696).

use ldap3::adapters::{Adapter, EntriesOnly, PagedResults};
use ldap3::{LdapConnAsync, LdapConnSettings, Scope, SearchEntry};

use super::{Pieces, TIMEOUT, chain};
use crate::config::Source;
use crate::config::secret::Secret;
use crate::net::{Endpoint, Tls, TlsConnector};
use crate::provision::Read;
use crate::provision::columns::{Columns, Reading};

/// Entries in a page.
const PAGE_ENTRIES: i32 = 500;

/// Reads the entries that the search finds.
pub(super) async fn read(
    source: &Source,
    server: &Endpoint,
    password: Option<&Secret>,
    reading: Reading,
    pieces: &Pieces,
) -> Result<(), String> {
    let used = source.attributes.iter();
    let (names, attributes): (Vec<&str>, Vec<&str>) = used
        .filter(|(_, attribute)| !attribute.is_empty())
        .map(|(name, attribute)| (name.as_str(), attribute.as_str()))
        .unzip();
    let columns = Columns::new(names, reading)?;
    let mut settings = LdapConnSettings::new().set_conn_timeout(TIMEOUT);
    if source.tls != Tls::Off {
        let tls = TlsConnector::new(source.tls_ca_file.as_deref()).map_err(|e| chain(&e))?;
        settings = settings
            .set_config(tls.client_config().into())
            .set_starttls(source.tls == Tls::Starttls);
    }
    let (connection, mut ldap) = LdapConnAsync::with_settings(settings, &url(source.tls, server)?)
        .await
        .map_err(|e| chain(&e))?;
    ldap3::drive!(connection);
    if let (Some(dn), Some(password)) = (&source.username, password) {
        ldap.with_timeout(TIMEOUT)
            .simple_bind(dn, password.expose())
            .await
            .and_then(ldap3::LdapResult::success)
            .map_err(|e| chain(&e))?;
    }
    let adapters: Vec<Box<dyn Adapter<'_, &str, Vec<&str>>>> = vec![
        Box::new(EntriesOnly::new()),
        Box::new(PagedResults::new(PAGE_ENTRIES)),
    ];
    let base = source.base.as_deref().unwrap_or_default();
    let mut search = ldap
        .streaming_search_with(
            adapters,
            base,
            Scope::Subtree,
            &source.filter,
            attributes.clone(),
        )
        .await
        .map_err(|e| chain(&e))?;
    let (mut batch, mut number) = (Vec::new(), 0);
    while let Some(entry) = search.next().await.map_err(|e| chain(&e))? {
        number += 1;
        let entry = SearchEntry::construct(entry);
        let values: Vec<Option<String>> = attributes
            .iter()
            .map(|attribute| value(&entry, attribute))
            .collect();
        let row = columns.row(values.iter().map(Option::as_deref));
        batch.push(Read { line: number, row });
        if batch.len() >= super::BATCH_ROWS {
            pieces.rows(std::mem::take(&mut batch)).await?;
        }
    }
    // A server that stops at a limit of its own says so here: then it was not read to its end.
    search.finish().await.success().map_err(|e| chain(&e))?;
    pieces.rows(batch).await?;
    let _ = ldap.unbind().await;
    Ok(())
}

/// The values of an attribute, whose name the server may write in its own way, separated by spaces.
fn value(entry: &SearchEntry, attribute: &str) -> Option<String> {
    let text = entry.attrs.iter();
    let mut text = text.filter(|(name, _)| name.eq_ignore_ascii_case(attribute));
    if let Some((_, values)) = text.next() {
        return Some(values.join(" "));
    }
    let mut bytes = entry.bin_attrs.iter();
    let (_, values) = bytes.find(|(name, _)| name.eq_ignore_ascii_case(attribute))?;
    let values = values.iter().map(|value| std::str::from_utf8(value).ok());
    values
        .collect::<Option<Vec<_>>>()
        .map(|values| values.join(" "))
}

fn url(tls: Tls, server: &Endpoint) -> Result<String, String> {
    let scheme = if tls == Tls::Implicit {
        "ldaps"
    } else {
        "ldap"
    };
    match server {
        Endpoint::Tcp { .. } => Ok(format!("{scheme}://{server}")),
        Endpoint::Unix(_) => Err("an LDAP server is reached by TCP: write host:port".to_owned()),
    }
}
