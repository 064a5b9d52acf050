use super::*;
use crate::clock::Timestamp;
use crate::ids::StandbyId;

fn item(id: u64, folder: &str) -> ExportItem {
    ExportItem {
        id: StandbyId(id),
        folder: folder.into(),
        flags: Flags {
            seen: true,
            flagged: true,
            ..Flags::default()
        },
        received_at: Timestamp::from_secs(1_000_000_000),
        size_bytes: 0,
    }
}

const MESSAGE: &[u8] = b"Subject: x\r\n\r\nFrom here\r\n>From there\r\n>>From far\r\n\xff\x00 end";

/// Undoes what an mboxrd file does to a message.
fn from_mbox(entry: &[u8]) -> Vec<u8> {
    let text: Vec<u8> = entry.splitn(2, |&b| b == b'\n').nth(1).unwrap().to_vec();
    let text = text.strip_suffix(b"\n\n").unwrap();
    let lines: Vec<Vec<u8>> = text
        .split(|&b| b == b'\n')
        .map(|line| {
            let quotes = line.iter().take_while(|&&b| b == b'>').count();
            match quotes > 0 && line[quotes..].starts_with(b"From ") {
                true => line[1..].to_vec(),
                false => line.to_vec(),
            }
        })
        .collect();
    lines.join(&b"\r\n"[..])
}

#[test]
fn an_mbox_entry_can_be_undone() {
    let entry = mbox_entry(&item(1, "INBOX"), MESSAGE);
    assert!(entry.starts_with(b"From lifeboat Sun Sep  9 01:46:40 2001\nSubject: x\n"));
    assert!(!entry.windows(6).skip(1).any(|w| w == b"\nFrom "));
    assert_eq!(from_mbox(&entry), MESSAGE);
}

#[test]
fn files_hold_the_message_byte_for_byte() {
    for format in [ExportFormat::Eml, ExportFormat::Maildir] {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = Writer::new(format, dir.path()).unwrap();
        writer.write(&item(7, "INBOX"), MESSAGE).unwrap();
        writer.write(&item(8, "Projects/2026"), MESSAGE).unwrap();
        writer.write(&item(9, "../../etc"), MESSAGE).unwrap();
        let expected: &[&str] = match format {
            ExportFormat::Eml => &[
                "INBOX/00000007.eml",
                "Projects_2026/00000008.eml",
                "_______etc/00000009.eml",
            ],
            _ => &[
                "cur/1000000000.00000007.lifeboat,S=58:2,FS",
                ".Projects.2026/cur/1000000000.00000008.lifeboat,S=58:2,FS",
                ".___.___.etc/cur/1000000000.00000009.lifeboat,S=58:2,FS",
            ],
        };
        let mut found = files(dir.path());
        found.retain(|(name, _)| !name.ends_with("maildirfolder"));
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (_, bytes) in found {
            assert_eq!(bytes, MESSAGE);
        }
    }
}

#[test]
fn folders_whose_names_become_the_same_stay_apart() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::new(ExportFormat::Mbox, dir.path()).unwrap();
    for name in ["a/b", "a_b", "a.b"] {
        writer.write(&item(1, name), MESSAGE).unwrap();
    }
    let mut names: Vec<String> = files(dir.path())
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    names.sort();
    assert_eq!(names, ["a_b.mbox", "a_b_.mbox", "a_b__.mbox"]);
}

fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            let inner = files(&path).into_iter();
            found.extend(inner.map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            found.push((name, std::fs::read(&path).unwrap()));
        }
    }
    found
}
