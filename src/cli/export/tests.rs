use super::*;
use crate::clock::Timestamp;
use crate::ids::StandbyId;

fn item(id: u64, folder: &str) -> ExportItem {
    ExportItem {
        id: StandbyId(id),
        folder: folder.to_owned(),
        flags: Flags {
            seen: true,
            answered: true,
            ..Flags::default()
        },
        received_at: Timestamp::from_secs(1_790_000_000),
        size_bytes: 1,
    }
}

fn written(format: Format, folder: &str, bytes: &[u8]) -> (tempfile::TempDir, Vec<PathBuf>) {
    let directory = tempfile::tempdir().unwrap();
    let mut writer = Writer {
        directory: directory.path().to_owned(),
        format,
        files: BTreeMap::new(),
    };
    writer.write(&item(7, folder), bytes).unwrap();
    writer.write(&item(8, folder), bytes).unwrap();
    let mut files = Vec::new();
    let mut directories = vec![directory.path().to_owned()];
    while let Some(next) = directories.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path)
            } else {
                files.push(path)
            }
        }
    }
    files.sort();
    (directory, files)
}

#[test]
fn files_hold_the_bytes_as_they_are() {
    let bytes = b"Subject: x\r\n\r\nFrom me\r\nno end of line \x00\xff";
    for format in [Format::Eml, Format::Maildir] {
        let (_directory, files) = written(format, "Projects/../../etc", bytes);
        assert_eq!(files.len(), 2, "{files:?}");
        for file in files {
            assert_eq!(fs::read(&file).unwrap(), bytes);
        }
    }
}

#[test]
fn no_folder_name_leads_out_of_the_directory() {
    for name in ["../../etc/passwd", "/etc/passwd", "..", ".", "", "a\0b"] {
        for format in [Format::Eml, Format::Maildir, Format::Mbox] {
            let (directory, files) = written(format, name, b"x");
            assert!(!files.is_empty(), "{name:?} {format:?}");
            assert!(
                files.iter().all(|file| file.starts_with(directory.path())),
                "{name:?}: {files:?}"
            );
        }
    }
}

#[test]
fn mboxrd_can_be_taken_back() {
    let bytes = b"Subject: x\r\n\r\nFrom me\r\n>From you\r\nFromage\r\n";
    let (_directory, files) = written(Format::Mbox, "INBOX", bytes);
    let text = String::from_utf8(fs::read(&files[0]).unwrap()).unwrap();
    assert_eq!(text.matches("\nFrom MAILER-DAEMON").count(), 1);
    assert!(text.contains("\r\n>From me\r\n>>From you\r\nFromage\r\n\n"));
}
