//! The Redis protocol (RESP2), as far as Dovecot's dict "redis" speaks it: GET, and a few words around it.
//! Dovecot 2.3 asks so from a passdb "dict", over TCP, in a worker of its own and with a timeout.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::answer::Answers;
use crate::clock::SharedClock;
use crate::net::{BoxStream, Listener};

/// Connections at a time: a Dovecot proxy has one for each of its auth workers.
const CONNECTIONS_MAX: usize = 2_048;
/// Most words of a command, and octets of a word.
const WORDS_MAX: usize = 8;
const WORD_OCTETS_MAX: usize = 1_024;
/// A command that is not whole within so many octets is none.
const COMMAND_OCTETS_MAX: usize = 4_096;
/// How long a connection may be silent.
const IDLE: Duration = Duration::from_secs(3_600);
/// How long an answer may take to be taken.
const TAKEN_WITHIN: Duration = Duration::from_secs(10);
/// How often it is looked for mailstores that returned.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Serves until it is dropped.
pub async fn serve(listener: Listener, answers: Answers, clock: SharedClock) {
    let look = look_around(&answers);
    let accept = accept(&listener, &answers, &clock);
    tokio::join!(look, accept);
}

async fn look_around(answers: &Answers) {
    loop {
        if let Err(error) = answers.homes().look_around() {
            tracing::warn!(%error, "it cannot be read which mailstores returned");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn accept(listener: &Listener, answers: &Answers, clock: &SharedClock) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = room.clone().acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, peer)) => {
                let (answers, clock) = (answers.clone(), clock.clone());
                tokio::spawn(async move {
                    if let Err(error) = talk(stream, &answers, &clock).await {
                        tracing::debug!(%error, peer, "a proxy's connection ended");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a proxy's connection was not accepted");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

async fn talk(
    mut stream: BoxStream,
    answers: &Answers,
    clock: &SharedClock,
) -> std::io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        match command(&buffer) {
            Ok(Some((words, used))) => {
                let (reply, goes_on) = reply(&words, answers, clock);
                buffer.drain(..used);
                timeout(TAKEN_WITHIN, stream.write_all(&reply)).await??;
                timeout(TAKEN_WITHIN, stream.flush()).await??;
                if !goes_on {
                    return Ok(());
                }
            }
            Ok(None) => {
                let mut piece = [0; 1024];
                match timeout(IDLE, stream.read(&mut piece)).await {
                    Ok(Ok(0)) | Err(_) => return Ok(()),
                    Ok(Ok(read)) => buffer.extend_from_slice(piece.get(..read).unwrap_or_default()),
                    Ok(Err(error)) => return Err(error),
                }
            }
            Err(why) => {
                let reply = format!("-ERR {why}\r\n");
                timeout(TAKEN_WITHIN, stream.write_all(reply.as_bytes())).await??;
                return Ok(());
            }
        }
    }
}

/// The reply to a command, and whether the connection goes on.
fn reply(words: &[&str], answers: &Answers, clock: &SharedClock) -> (Vec<u8>, bool) {
    let name = words.first().map(|name| name.to_ascii_uppercase());
    let reply = match (name.as_deref(), words.get(1)) {
        (Some("GET"), Some(key)) => match answers.answer(key, clock.now()) {
            Ok(Some(value)) => format!("${}\r\n{value}\r\n", value.len()),
            Ok(None) => "$-1\r\n".to_owned(),
            Err(error) => {
                tracing::error!(%error, "it cannot be read who is held: the proxy's own tables decide");
                "-ERR the store cannot be read\r\n".to_owned()
            }
        },
        (Some("PING"), _) => "+PONG\r\n".to_owned(),
        // Dovecot chooses a database when it is told to; there is one.
        (Some("SELECT"), Some(_)) => "+OK\r\n".to_owned(),
        (Some("QUIT"), _) => return (b"+OK\r\n".to_vec(), false),
        _ => "-ERR only GET is known here\r\n".to_owned(),
    };
    (reply.into_bytes(), true)
}

/// The words of a command.
type Words<'a> = Vec<&'a str>;

/// The words of the command at the start of `octets`, and how long it is; none while it is not whole. Pure.
fn command(octets: &[u8]) -> Result<Option<(Words<'_>, usize)>, &'static str> {
    let found = whole_command(octets)?;
    if found.is_none() && octets.len() >= COMMAND_OCTETS_MAX {
        return Err("a command is too long");
    }
    Ok(found)
}

fn whole_command(octets: &[u8]) -> Result<Option<(Words<'_>, usize)>, &'static str> {
    let Some((count, mut at)) = header(octets, 0, b'*', WORDS_MAX)? else {
        return Ok(None);
    };
    let mut words = Vec::with_capacity(count);
    for _ in 0..count {
        let Some((length, start)) = header(octets, at, b'$', WORD_OCTETS_MAX)? else {
            return Ok(None);
        };
        let end = start + length;
        let Some(word) = octets.get(start..end) else {
            return Ok(None);
        };
        match octets.get(end..end + 2) {
            Some(b"\r\n") => {}
            Some(_) => return Err("a word is longer than it says"),
            None => return Ok(None),
        }
        words.push(std::str::from_utf8(word).map_err(|_| "a word is not UTF-8")?);
        at = end + 2;
    }
    Ok(Some((words, at)))
}

/// A line of `kind` and a number up to `max`, and where the next begins; none while it is not whole.
fn header(
    octets: &[u8],
    at: usize,
    kind: u8,
    max: usize,
) -> Result<Option<(usize, usize)>, &'static str> {
    let rest = octets.get(at..).unwrap_or_default();
    match rest.first() {
        None => return Ok(None),
        Some(first) if *first != kind => return Err("commands are arrays of words"),
        Some(_) => {}
    }
    let Some(end) = memchr::memchr(b'\n', rest) else {
        return match rest.len() > 16 {
            true => Err("a number is too long"),
            false => Ok(None),
        };
    };
    let number = rest
        .get(1..end)
        .and_then(|line| line.strip_suffix(b"\r"))
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .and_then(|digits| digits.parse::<usize>().ok())
        .filter(|number| *number <= max);
    match number {
        Some(number) => Ok(Some((number, at + end + 1))),
        None => Err("a number is wrong or too large"),
    }
}

#[cfg(test)]
mod tests;
