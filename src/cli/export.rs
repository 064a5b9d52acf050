//! `lifeboat store export`: all mail of a mailbox as files.
//!
//! A message is written as it was accepted, byte for byte, below the trace headers that were added
//! here. In mbox files (mboxrd) lines that start with `From `, after any number of `>`, get one more
//! `>`, line ends become LF, and a blank line follows each message: remove one `>` to undo it.

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::client::Client;
use super::{Failure, output};
use crate::ids::{Address, MailboxId};
use crate::mail::Flags;
use crate::service::store::{ExportItem, ExportPage};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormat {
    /// A directory per folder, a file per message.
    Eml,
    /// A Maildir++ with flags.
    Maildir,
    /// A file per folder (mboxrd).
    Mbox,
}

pub(super) async fn run(
    client: &Client,
    address: &Address,
    left: Option<&MailboxId>,
    format: ExportFormat,
    directory: &Path,
) -> Result<(), Failure> {
    prepare(directory)?;
    let address = utf8_percent_encode(address.as_str(), NON_ALPHANUMERIC).to_string();
    let list = format!("/admin/export/{address}");
    let left = left.map_or_else(String::new, |id| format!("mailbox={id}"));
    let mut page: ExportPage = client.get(&format!("{list}?{left}")).await?;
    client.act(Method::POST, &list).await?;
    let mut writer = Writer::new(format, directory)?;
    let bar = output::progress(None, false);
    let mut count = 0_u64;
    loop {
        for item in &page.items {
            let path = format!("/admin/messages/{}/{}", page.mailbox, item.id);
            let bytes = client.get_bytes(&path).await?;
            writer
                .write(item, &bytes)
                .map_err(|error| cannot_write(directory, &error))?;
            count += 1;
            bar.set_position(count);
        }
        let Some(last) = page.items.last().filter(|_| page.more) else {
            break;
        };
        page = client
            .get(&format!("{list}?after={}&{left}", last.id))
            .await?;
    }
    bar.finish_and_clear();
    println!("{count} messages written to {}", directory.display());
    Ok(())
}

fn cannot_write(directory: &Path, error: &std::io::Error) -> Failure {
    Failure::cannot_run(format!("cannot write to {}: {error}", directory.display()))
}

/// Makes the directory; one that holds anything is refused.
fn prepare(directory: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(directory).map_err(|error| cannot_write(directory, &error))?;
    let mut entries =
        std::fs::read_dir(directory).map_err(|error| cannot_write(directory, &error))?;
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(Failure::cannot_run(format!(
            "{} is not empty; name a new directory",
            directory.display()
        ))),
    }
}

/// Writes messages in one of the formats.
struct Writer {
    format: ExportFormat,
    directory: PathBuf,
    /// The file name of each folder, so that no two share one.
    folders: HashMap<String, String>,
}

impl Writer {
    fn new(format: ExportFormat, directory: &Path) -> Result<Self, Failure> {
        let writer = Self {
            format,
            directory: directory.to_owned(),
            folders: HashMap::new(),
        };
        if format == ExportFormat::Maildir {
            make_maildir(directory).map_err(|error| cannot_write(directory, &error))?;
        }
        Ok(writer)
    }

    fn write(&mut self, item: &ExportItem, bytes: &[u8]) -> std::io::Result<()> {
        let folder = self.folder(&item.folder);
        match self.format {
            ExportFormat::Eml => {
                let directory = self.directory.join(folder);
                std::fs::create_dir_all(&directory)?;
                let name = format!("{:08}.eml", item.id.0);
                create(&directory.join(name), bytes, item)
            }
            ExportFormat::Maildir => self.write_maildir(&folder, item, bytes),
            ExportFormat::Mbox => {
                let mut file = std::fs::File::options()
                    .create(true)
                    .append(true)
                    .open(self.directory.join(format!("{folder}.mbox")))?;
                file.write_all(&mbox_entry(item, bytes))
            }
        }
    }

    fn write_maildir(&self, folder: &str, item: &ExportItem, bytes: &[u8]) -> std::io::Result<()> {
        let directory = match folder {
            "INBOX" => self.directory.clone(),
            folder => {
                let directory = self.directory.join(format!(".{folder}"));
                if !directory.exists() {
                    make_maildir(&directory)?;
                    std::fs::write(directory.join("maildirfolder"), b"")?;
                }
                directory
            }
        };
        let name = format!(
            "{}.{:08}.lifeboat,S={}:2,{}",
            item.received_at.as_secs(),
            item.id.0,
            bytes.len(),
            maildir_flags(item.flags)
        );
        let temporary = directory.join("tmp").join(format!("{:08}", item.id.0));
        create(&temporary, bytes, item)?;
        std::fs::rename(temporary, directory.join("cur").join(name))
    }

    /// A file name for a folder: its name without what a file system or Maildir++ minds.
    fn folder(&mut self, name: &str) -> String {
        if let Some(known) = self.folders.get(name) {
            return known.clone();
        }
        let replaced: String = name
            .chars()
            .map(|c| match (c, self.format) {
                ('/', ExportFormat::Maildir) => '.',
                ('.' | '/' | '\\' | '\0', _) => '_',
                (c, _) if c.is_control() => '_',
                (c, _) => c,
            })
            .take(120)
            .collect();
        let is_inbox = name.eq_ignore_ascii_case("inbox");
        let mut chosen = match (is_inbox, replaced.as_str()) {
            (true, _) => "INBOX".to_owned(),
            (false, "") => "_".to_owned(),
            (false, _) => replaced,
        };
        while self.folders.values().any(|taken| taken == &chosen) {
            chosen.push('_');
        }
        self.folders.insert(name.to_owned(), chosen.clone());
        chosen
    }
}

fn make_maildir(directory: &Path) -> std::io::Result<()> {
    for part in ["tmp", "new", "cur"] {
        std::fs::create_dir_all(directory.join(part))?;
    }
    Ok(())
}

/// Writes a file whose modification time is the message's date of arrival.
fn create(path: &Path, bytes: &[u8], item: &ExportItem) -> std::io::Result<()> {
    let mut file = std::fs::File::create_new(path)?;
    file.write_all(bytes)?;
    let millis = u64::try_from(item.received_at.as_millis()).unwrap_or(0);
    file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_millis(millis))
}

/// Flags in the order that Maildir asks for.
fn maildir_flags(flags: Flags) -> String {
    [
        (flags.draft, 'D'),
        (flags.flagged, 'F'),
        (flags.forwarded, 'P'),
        (flags.answered, 'R'),
        (flags.seen, 'S'),
    ]
    .into_iter()
    .filter_map(|(is_set, letter)| is_set.then_some(letter))
    .collect()
}

/// A message as an entry of an mboxrd file.
fn mbox_entry(item: &ExportItem, bytes: &[u8]) -> Vec<u8> {
    let date = item
        .received_at
        .to_jiff()
        .strftime("%a %b %e %H:%M:%S %Y")
        .to_string();
    let mut entry = format!("From lifeboat {date}\n").into_bytes();
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let quotes = text.iter().take_while(|&&byte| byte == b'>').count();
        if text
            .get(quotes..)
            .is_some_and(|rest| rest.starts_with(b"From "))
        {
            entry.push(b'>');
        }
        entry.extend_from_slice(text);
        entry.push(b'\n');
    }
    entry.push(b'\n');
    entry
}

#[cfg(test)]
mod tests;
