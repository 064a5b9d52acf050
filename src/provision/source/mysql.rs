//! A query to a MySQL or MariaDB database, in the text protocol: rows come as they are taken (MySQL
//! documentation, "Text Resultset").

use std::borrow::Cow;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, Row, SslOpts, Value};

use super::{Database, Pieces, TIMEOUT, chain};
use crate::net::{Endpoint, Tls, tls};
use crate::provision::columns::{Columns, Reading};
use crate::provision::{Read, Refused, RowError};

/// What is said first: whatever the query says, it changes nothing, and GROUP_CONCAT does not cut a
/// list of aliases short at 1,024 bytes.
const SETUP: [&str; 3] = [
    "SET SESSION TRANSACTION READ ONLY",
    "SET SESSION group_concat_max_len = 1048576",
    "SET NAMES utf8mb4",
];

/// Reads the rows of the query.
pub(super) async fn read(
    database: &Database<'_>,
    reading: Reading,
    pieces: &Pieces,
) -> Result<(), String> {
    let options = OptsBuilder::default()
        .user(Some(database.username))
        .pass(database.password.as_ref().map(|secret| secret.expose()))
        .db_name(Some(database.name))
        // A server must not make its client read files or move to another socket.
        .prefer_socket(false)
        .setup(SETUP.to_vec())
        .ssl_opts(ssl(database)?);
    let options = match database.server {
        Endpoint::Tcp { host, port } => options.ip_or_hostname(host).tcp_port(*port),
        Endpoint::Unix(path) => options.socket(path.to_str()),
    };
    let connecting = tokio::time::timeout(TIMEOUT, Conn::new(options));
    let mut connection = connecting
        .await
        .map_err(|_| "no connection within 30 s".to_owned())?
        .map_err(|e| chain(&e))?;
    let mut result = connection
        .query_iter(database.query)
        .await
        .map_err(|e| chain(&e))?;
    let names: Vec<String> = result
        .columns_ref()
        .iter()
        .map(|column| column.name_str().into_owned())
        .collect();
    let columns = Columns::new(names.iter().map(String::as_str), reading)?;
    let (mut batch, mut number) = (Vec::new(), 0);
    while let Some(row) = result.next().await.map_err(|e| chain(&e))? {
        number += 1;
        let row = of(&columns, &row);
        batch.push(Read { line: number, row });
        if batch.len() >= super::BATCH_ROWS {
            pieces.rows(std::mem::take(&mut batch)).await?;
        }
    }
    drop(result);
    pieces.rows(batch).await?;
    // The rows are there; how the connection ends changes nothing.
    let _ = connection.disconnect().await;
    Ok(())
}

fn of(columns: &Columns, row: &Row) -> Result<crate::provision::Row, Refused> {
    let texts: Option<Vec<Option<Cow<'_, str>>>> = (0..row.len())
        .map(|at| match row.as_ref(at) {
            None | Some(Value::NULL) => Some(None),
            Some(Value::Bytes(bytes)) => std::str::from_utf8(bytes)
                .ok()
                .map(|text| Some(text.into())),
            Some(Value::Int(number)) => Some(Some(number.to_string().into())),
            Some(Value::UInt(number)) => Some(Some(number.to_string().into())),
            Some(_) => None,
        })
        .collect();
    let texts = texts.ok_or(Refused {
        error: RowError::NotText,
        mailbox: None,
    })?;
    columns.row(texts.iter().map(Option::as_deref))
}

fn ssl(database: &Database<'_>) -> Result<Option<SslOpts>, String> {
    if database.tls == Tls::Off {
        return Ok(None);
    }
    let roots = match database.tls_ca_file {
        Some(path) => path,
        None => tls::system_roots().map_err(|e| chain(&e))?,
    };
    let options = SslOpts::default()
        .with_root_certs(vec![roots.to_owned().into()])
        .with_disable_built_in_roots(true);
    Ok(Some(options))
}
