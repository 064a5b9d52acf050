//! Opens a configured source and hands its rows on, a few at a time.
//!
//! Only ever reads. A source that says nothing for a while counts as broken off, and so does a file
//! that changed while it was read: what was read is applied, and nothing is deleted.

use std::path::Path;
use std::time::Duration;

use futures_util::Stream;
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;

use super::columns::Reading;
use super::text::Text;
use super::{Format, Read};
use crate::config::secret::Secret;
use crate::config::{Source, SourceKind};
use crate::net::{Endpoint, Tls};

mod ldap;
mod mysql;
mod postgres;

/// A source that says nothing for so long has broken off.
const SILENCE_MAX: Duration = Duration::from_secs(300);
/// Bytes of a file that are read at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// How long a server may take to answer at first.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Rows that are handed on at a time.
const BATCH_ROWS: usize = 500;
/// Pieces that wait to be applied.
const PIECES_WAITING_MAX: usize = 4;

/// A piece of a source.
#[derive(Debug)]
enum Piece {
    Rows(Vec<Read>),
    /// It was read to its end. Without it, it broke off.
    End,
}

/// Where the pieces go.
#[derive(Clone, Debug)]
struct Pieces(mpsc::Sender<Result<Piece, String>>);

impl Pieces {
    /// Hands rows on; waits while there are enough.
    async fn rows(&self, rows: Vec<Read>) -> Result<(), String> {
        if rows.is_empty() {
            return Ok(());
        }
        let sent = self.0.send(Ok(Piece::Rows(rows))).await;
        sent.map_err(|_| "nobody takes the rows any more".to_owned())
    }
}

/// The rows of a source, to its end or to an error.
pub fn open(source: &Source) -> impl Stream<Item = Result<Vec<Read>, String>> + Unpin + use<> {
    let (sender, receiver) = mpsc::channel(PIECES_WAITING_MAX);
    let (pieces, source) = (Pieces(sender), source.clone());
    tokio::spawn(async move {
        let last = read(&source, &pieces).await.map(|()| Piece::End);
        let _ = pieces.0.send(last).await;
    });
    Box::pin(futures_util::stream::unfold(
        Some(receiver),
        |receiver| async move {
            let mut receiver = receiver?;
            match tokio::time::timeout(SILENCE_MAX, receiver.recv()).await {
                Ok(Some(Ok(Piece::Rows(rows)))) => Some((Ok(rows), Some(receiver))),
                Ok(Some(Ok(Piece::End))) => None,
                Ok(Some(Err(why))) => Some((Err(why), None)),
                Ok(None) => Some((Err("reading it ended in the middle".to_owned()), None)),
                Err(_) => {
                    let secs = SILENCE_MAX.as_secs();
                    Some((Err(format!("it said nothing for {secs} s")), None))
                }
            }
        },
    ))
}

async fn read(source: &Source, pieces: &Pieces) -> Result<(), String> {
    let reading = Reading {
        password_scheme: source.password_scheme.clone(),
        mailstores: source.mailstores.clone(),
    };
    match source.kind {
        SourceKind::PasswdFile => read_file(source, Format::PasswdFile, reading, pieces).await,
        SourceKind::Ndjson => read_file(source, Format::Ndjson, reading, pieces).await,
        SourceKind::Csv => read_file(source, Format::Csv, reading, pieces).await,
        SourceKind::Postgresql => postgres::read(&Database::of(source)?, reading, pieces).await,
        SourceKind::Mysql => mysql::read(&Database::of(source)?, reading, pieces).await,
        SourceKind::Ldap => {
            let server = source.server.as_ref().ok_or("no server is named")?;
            let password = password(source)?;
            ldap::read(source, server, password.as_ref(), reading, pieces).await
        }
    }
}

/// Where a database is and what it is asked.
struct Database<'a> {
    server: &'a Endpoint,
    name: &'a str,
    username: &'a str,
    password: Option<Secret>,
    tls: Tls,
    tls_ca_file: Option<&'a Path>,
    query: &'a str,
}

impl<'a> Database<'a> {
    fn of(source: &'a Source) -> Result<Self, String> {
        Ok(Self {
            server: source.server.as_ref().ok_or("no server is named")?,
            name: source.database.as_deref().ok_or("no database is named")?,
            username: source.username.as_deref().ok_or("no username is named")?,
            password: password(source)?,
            tls: source.tls,
            tls_ca_file: source.tls_ca_file.as_deref(),
            query: source.query.as_deref().ok_or("there is no query")?,
        })
    }
}

fn password(source: &Source) -> Result<Option<Secret>, String> {
    let secret = source.password_file.as_ref().map(|file| file.read());
    secret.transpose().map_err(|error| error.to_string())
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let why = error.to_string();
        if !text.contains(&why) {
            text.push_str(": ");
            text.push_str(&why);
        }
        cause = error.source();
    }
    text
}

async fn read_file(
    source: &Source,
    format: Format,
    reading: Reading,
    pieces: &Pieces,
) -> Result<(), String> {
    let path = source.file.as_deref().ok_or("no file is named")?;
    let cannot = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
    let mut file = tokio::fs::File::open(path).await.map_err(cannot)?;
    let before = file.metadata().await.map_err(cannot)?;
    if !before.is_file() {
        return Err(format!("{} is not a file", path.display()));
    }
    let mut text = Text::new(format, reading);
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let count = file.read(&mut chunk).await.map_err(cannot)?;
        if count == 0 {
            break;
        }
        pieces
            .rows(text.feed(chunk.get(..count).unwrap_or_default()))
            .await?;
        if let Some(why) = text.hopeless() {
            return Err(why.to_owned());
        }
    }
    let rows = text.end();
    if let Some(why) = text.hopeless() {
        return Err(why.to_owned());
    }
    let after = file.metadata().await.map_err(cannot)?;
    if after.len() != before.len() || after.modified().ok() != before.modified().ok() {
        return Err(format!(
            "{} changed while it was read: write another file and rename it",
            path.display()
        ));
    }
    pieces.rows(rows).await
}
