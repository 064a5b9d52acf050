//! `lifeboat store export`: a mailbox's messages as files.
//!
//! Messages are written as they are: the trace headers that were added, then the bytes that were
//! accepted. Only mbox has to change lines that look like its separator (mboxrd: each gets one more
//! `>`, which a reader takes off again).

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::Failure;
use super::client::Client;
use super::output::counter;
use super::store::Format;
use crate::ids::Address;
use crate::mail::Flags;
use crate::service::store::{ExportItem, ExportPage};

pub(super) async fn run(
    client: Client,
    address: Address,
    format: Format,
    directory: PathBuf,
) -> Result<(), Failure> {
    prepare(&directory)?;
    let mut writer = Writer {
        directory: directory.clone(),
        format,
        files: BTreeMap::new(),
    };
    let name = utf8_percent_encode(address.as_str(), NON_ALPHANUMERIC).to_string();
    let progress = counter("messages");
    let mut path = format!("/admin/store/export/{name}");
    let mut messages = 0;
    loop {
        let page: ExportPage =
            serde_json::from_value(client.get(&path).await?).map_err(Failure::cannot_run)?;
        for item in &page.items {
            let bytes = client
                .get_bytes(&format!(
                    "/admin/store/messages/{}/{}",
                    page.mailbox, item.id
                ))
                .await?;
            writer.write(item, &bytes).map_err(|error| {
                Failure::cannot_run(format!("{}: {error}", directory.display()))
            })?;
            messages += 1;
            progress.inc(1);
        }
        match page.items.last() {
            Some(last) if page.more => {
                path = format!("/admin/store/export/{name}?after={}", last.id)
            }
            _ => break,
        }
    }
    progress.finish_and_clear();
    println!(
        "{messages} messages of {address} in {}",
        directory.display()
    );
    Ok(())
}

fn prepare(directory: &Path) -> Result<(), Failure> {
    let shown = directory.display();
    fs::create_dir_all(directory)
        .map_err(|error| Failure::cannot_run(format!("{shown}: {error}")))?;
    let mut entries = fs::read_dir(directory)
        .map_err(|error| Failure::cannot_run(format!("{shown}: {error}")))?;
    match entries.next() {
        Some(_) => Err(Failure::cannot_run(format!(
            "{shown} is not empty; name a new directory"
        ))),
        None => Ok(()),
    }
}

struct Writer {
    directory: PathBuf,
    format: Format,
    files: BTreeMap<String, File>,
}

impl Writer {
    fn write(&mut self, item: &ExportItem, bytes: &[u8]) -> io::Result<()> {
        match self.format {
            Format::Eml => {
                let folder = self.directory.join(file_name(&item.folder));
                fs::create_dir_all(&folder)?;
                create(&folder.join(format!("{:010}.eml", item.id.0)))?.write_all(bytes)
            }
            Format::Maildir => self.write_maildir(item, bytes),
            Format::Mbox => {
                let name = format!("{}.mbox", file_name(&item.folder));
                let file = match self.files.remove(&name) {
                    Some(file) => file,
                    None => create(&self.directory.join(&name))?,
                };
                let file = self.files.entry(name).or_insert(file);
                write_mboxrd(file, item, bytes)
            }
        }
    }

    fn write_maildir(&self, item: &ExportItem, bytes: &[u8]) -> io::Result<()> {
        let folder = if item.folder.eq_ignore_ascii_case("INBOX") {
            self.directory.clone()
        } else {
            let levels: Vec<_> = item.folder.split('/').map(file_name).collect();
            self.directory.join(format!(".{}", levels.join(".")))
        };
        for part in ["tmp", "new", "cur"] {
            fs::create_dir_all(folder.join(part))?;
        }
        let at = item.received_at.as_secs();
        let name = format!(
            "{at}.M{:06}P1Q1.lifeboat,S={}:2,{}",
            item.id.0 % 1_000_000,
            bytes.len(),
            maildir_flags(item.flags)
        );
        let path = folder.join("cur").join(format!("{}.{name}", item.id.0));
        let mut file = create(&path)?;
        file.write_all(bytes)?;
        let seconds = u64::try_from(at).unwrap_or(0);
        file.set_modified(io_time(seconds))
    }
}

fn io_time(seconds: u64) -> std::time::SystemTime {
    std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds)
}

/// A new file that only its owner may read.
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// A folder's name as that of one file: nothing in it leads elsewhere.
fn file_name(name: &str) -> String {
    let safe: String = name
        .chars()
        .map(|c| {
            if c.is_control() || matches!(c, '/' | '\\' | '.' | ':') {
                '_'
            } else {
                c
            }
        })
        .take(100)
        .collect();
    if safe.is_empty() {
        "_".to_owned()
    } else {
        safe
    }
}

/// Maildir's flags, in ASCII order as it wants them.
fn maildir_flags(flags: Flags) -> String {
    [
        (flags.draft, 'D'),
        (flags.flagged, 'F'),
        (flags.answered, 'R'),
        (flags.seen, 'S'),
    ]
    .into_iter()
    .filter_map(|(set, letter)| set.then_some(letter))
    .collect()
}

fn write_mboxrd(file: &mut File, item: &ExportItem, bytes: &[u8]) -> io::Result<()> {
    let at = item
        .received_at
        .to_jiff()
        .strftime("%a %b %e %H:%M:%S %Y")
        .to_string();
    let mut text = Vec::with_capacity(bytes.len() + 128);
    text.extend_from_slice(format!("From MAILER-DAEMON {at}\n").as_bytes());
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let stripped = line
            .iter()
            .position(|&byte| byte != b'>')
            .map_or(&[][..], |at| &line[at..]);
        if stripped.starts_with(b"From ") {
            text.push(b'>');
        }
        text.extend_from_slice(line);
    }
    if !bytes.ends_with(b"\n") {
        text.push(b'\n');
    }
    text.push(b'\n');
    file.write_all(&text)
}

#[cfg(test)]
mod tests;
