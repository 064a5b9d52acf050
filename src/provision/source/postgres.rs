//! A query to a PostgreSQL database, in the simple query protocol: every value comes as text, and rows
//! come as they are taken (PostgreSQL documentation, "Frontend/Backend Protocol", Simple Query).

use futures_util::TryStreamExt;
use tokio_postgres::config::SslMode;
use tokio_postgres::{NoTls, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Database, Pieces, TIMEOUT, chain};
use crate::net::{Endpoint, Tls, TlsConnector};
use crate::provision::columns::{Columns, Reading};
use crate::provision::{Read, Refused};

/// Reads the rows of the query.
pub(super) async fn read(
    database: &Database<'_>,
    reading: Reading,
    pieces: &Pieces,
) -> Result<(), String> {
    let mut config = tokio_postgres::Config::new();
    config
        .user(database.username)
        .dbname(database.name)
        .application_name("lifeboat")
        // Whatever the query says, it changes nothing.
        .options("-c default_transaction_read_only=on")
        .connect_timeout(TIMEOUT);
    match database.server {
        Endpoint::Tcp { host, port } => config.host(host).port(*port),
        Endpoint::Unix(path) => config.host_path(path),
    };
    if let Some(password) = &database.password {
        config.password(password.expose());
    }
    let client = match database.tls {
        Tls::Off => {
            config.ssl_mode(SslMode::Disable);
            let (client, connection) = config.connect(NoTls).await.map_err(|e| chain(&e))?;
            tokio::spawn(connection);
            client
        }
        Tls::Starttls | Tls::Implicit => {
            config.ssl_mode(SslMode::Require);
            let tls = TlsConnector::new(database.tls_ca_file).map_err(|e| chain(&e))?;
            let tls = MakeRustlsConnect::new(tls.client_config());
            let (client, connection) = config.connect(tls).await.map_err(|e| chain(&e))?;
            tokio::spawn(connection);
            client
        }
    };
    let rows = client.simple_query_raw(database.query).await;
    let mut rows = std::pin::pin!(rows.map_err(|e| chain(&e))?);
    let mut columns = None;
    let (mut batch, mut number) = (Vec::new(), 0);
    while let Some(message) = rows.try_next().await.map_err(|e| chain(&e))? {
        match message {
            SimpleQueryMessage::RowDescription(described) => {
                let names = described.iter().map(tokio_postgres::SimpleColumn::name);
                columns = Some(Columns::new(names, reading.clone())?);
            }
            SimpleQueryMessage::Row(row) => {
                number += 1;
                let read = columns.as_ref().map(|columns| {
                    let values = (0..row.len()).map(|at| row.try_get(at).ok().flatten());
                    columns.row(values)
                });
                let row: Result<_, Refused> = read.ok_or("a row came before its columns")?;
                batch.push(Read { line: number, row });
                if batch.len() >= super::BATCH_ROWS {
                    pieces.rows(std::mem::take(&mut batch)).await?;
                }
            }
            _ => {}
        }
    }
    pieces.rows(batch).await
}
