use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::*;
use crate::clock::Timestamp;
use crate::ids::{BatchId, MailboxId, StandbyId};
use crate::mail::Flags;

const NOW: Timestamp = Timestamp::from_secs(1_793_610_000);

/// A Maildir as Dovecot leaves it.
struct Box {
    dir: tempfile::TempDir,
}

impl Box {
    fn new() -> Self {
        let made = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        for part in ["cur", "new", "tmp"] {
            std::fs::create_dir_all(made.path().join(part)).unwrap();
        }
        std::fs::write(made.path().join("dovecot-uidlist"), "3 V7 N1 G1\n").unwrap();
        made.own();
        made
    }

    fn own(&self) {
        let status = std::process::Command::new("chown")
            .args(["-R", "5000:5000"])
            .arg(self.path())
            .status();
        assert!(status.unwrap().success(), "this test needs root");
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("Maildir")
    }

    fn root(&self) -> Result<Root, MaildirError> {
        Root::open(&self.path(), &Task::default())
    }

    fn files(&self, part: &str) -> Vec<String> {
        let listing = std::fs::read_dir(self.path().join(part)).unwrap();
        let mut names: Vec<_> = listing
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn files(count: u64) -> Vec<NewFile> {
    (0..count)
        .map(|n| NewFile {
            name: FileName::new(
                MailboxId::from_bytes([1; 16]),
                StandbyId(n),
                NOW,
                &[0; 32],
                6,
            ),
            received_at: NOW,
            pieces: vec!["a: b\r\n".into()],
        })
        .collect()
}

fn staged(files: &[NewFile]) -> Vec<Staged> {
    let seen = Flags {
        seen: true,
        ..Flags::default()
    };
    files
        .iter()
        .map(|file| Staged {
            name: file.name.clone(),
            flags: seen,
        })
        .collect()
}

#[test]
fn messages_are_staged_and_published_as_the_mailbox_is_owned() {
    let ann = Box::new();
    let (root, task) = (ann.root().unwrap(), Task::default());
    let (files, batch) = (files(3), BatchId::generate(NOW));
    stage(&root, "", batch, &files, &task).unwrap();
    assert_eq!((ann.files("tmp").len(), ann.files("new").len()), (3, 0));
    let mut renamed = 0;
    let done = publish(&root, "", batch, &staged(&files), &task, || renamed += 1).unwrap();
    assert_eq!(done, [Published::Renamed; 3]);
    assert_eq!(renamed, 3);
    let new = ann.files("new");
    let expected: Vec<_> = files
        .iter()
        .map(|file| format!("{}:2,S", file.name))
        .collect();
    assert_eq!(new, expected);
    let meta = std::fs::metadata(ann.path().join("new").join(&new[0])).unwrap();
    assert_eq!(
        (meta.uid(), meta.gid(), meta.mtime()),
        (5000, 5000, NOW.as_secs())
    );
    let dir = std::fs::metadata(ann.path()).unwrap().permissions().mode();
    assert_eq!(meta.permissions().mode() & 0o777, dir & 0o666);
    // Once more: it was done.
    let done = publish(&root, "", batch, &staged(&files), &task, || {}).unwrap();
    assert_eq!(done, [Published::NotInTmp; 3]);
    assert_eq!(ann.files("new").len(), 3);
}

/// Whatever was cut off where, publishing again leaves each message exactly once.
#[test]
fn a_batch_that_is_cut_off_anywhere_is_published_once() {
    for cut in 0..=4 {
        let ann = Box::new();
        let (root, task) = (ann.root().unwrap(), Task::default());
        let (files, batch) = (files(4), BatchId::generate(NOW));
        stage(&root, "", batch, &files, &task).unwrap();
        publish(&root, "", batch, &staged(&files[..cut]), &task, || {}).unwrap();
        // Its user has read and removed what was there.
        if cut > 1 {
            std::fs::remove_file(ann.path().join("new").join(&ann.files("new")[0])).unwrap();
        }
        let there = ann.files("new").len();
        publish(&root, "", batch, &staged(&files), &task, || {}).unwrap();
        assert_eq!(ann.files("new").len(), there + 4 - cut, "cut after {cut}");
        assert!(ann.files("tmp").is_empty());
    }
}

#[test]
fn an_attempt_that_comes_to_life_again_touches_nothing_of_a_later_one() {
    let ann = Box::new();
    let (root, task, files) = (ann.root().unwrap(), Task::default(), files(2));
    let (first, second) = (BatchId::generate(NOW), BatchId::generate(NOW));
    stage(&root, "", first, &files, &task).unwrap();
    stage(&root, "", second, &files, &task).unwrap();
    assert_eq!(ann.files("tmp").len(), 4);
    publish(&root, "", second, &staged(&files), &task, || {}).unwrap();
    assert_eq!((ann.files("tmp").len(), ann.files("new").len()), (2, 2));
    // One of the same attempt cannot be written over.
    let twice = stage(&root, "", first, &files, &task);
    assert!(
        matches!(twice, Err(MaildirError::Unavailable { .. })),
        "{twice:?}"
    );
}

#[test]
fn a_folder_is_made_as_dovecot_makes_it() {
    let ann = Box::new();
    std::fs::write(ann.path().join("subscriptions"), "V\t2\n\nFoo\n").unwrap();
    ann.own();
    let (root, task) = (ann.root().unwrap(), Task::default());
    // Half of it is there already.
    std::fs::create_dir(ann.path().join(".A.B")).unwrap();
    std::fs::create_dir(ann.path().join(".A.B/cur")).unwrap();
    for _ in 0..2 {
        create(&root, "A.B", &task).unwrap();
    }
    assert_eq!(root.folders(&task).unwrap(), ["A.B"]);
    for part in ["", "cur", "new", "tmp", "maildirfolder"] {
        let meta = std::fs::metadata(ann.path().join(".A.B").join(part)).unwrap();
        assert_eq!((meta.uid(), meta.gid()), (5000, 5000), "{part}");
    }
    let subscriptions = std::fs::read_to_string(ann.path().join("subscriptions")).unwrap();
    assert_eq!(subscriptions, "V\t2\n\nFoo\nA\tB\n");
    stage(&root, "A.B", BatchId::generate(NOW), &files(1), &task).unwrap();
    for wrong in ["", "A..B", ".x", "a/b", "x.", ".."] {
        let result = create(&root, wrong, &task);
        assert!(
            matches!(result, Err(MaildirError::Refused { .. })),
            "{wrong}: {result:?}"
        );
    }
}

/// What is no mailbox, or not the owner's, is left alone.
#[test]
fn what_is_refused() {
    #[derive(Debug, PartialEq)]
    enum Kind {
        NotThere,
        Refused,
    }
    let check = |name: &str, change: &dyn Fn(&Path), expected: Kind| {
        let ann = Box::new();
        change(&ann.path());
        let folder = ann.root().and_then(|root| {
            let task = Task::default();
            root.folders(&task)?;
            root.folder("", &task)?;
            root.folder("Foo", &task)
        });
        let kind = match folder {
            Err(MaildirError::NotThere { .. }) => Kind::NotThere,
            Err(MaildirError::Refused { .. }) => Kind::Refused,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(kind, expected, "{name}");
    };
    let link = |from: PathBuf, to: &str| std::os::unix::fs::symlink(to, from).unwrap();
    let folder = |root: &Path, name: &str| {
        for part in ["cur", "new", "tmp"] {
            std::fs::create_dir_all(root.join(name).join(part)).unwrap();
        }
    };
    check("no folder", &|_| {}, Kind::NotThere);
    check(
        "unmounted",
        &|root| std::fs::rename(root, root.with_extension("away")).unwrap(),
        Kind::NotThere,
    );
    check(
        "empty",
        &|root| {
            std::fs::remove_dir_all(root).unwrap();
            std::fs::create_dir(root).unwrap();
        },
        Kind::NotThere,
    );
    check(
        "never opened",
        &|root| std::fs::remove_file(root.join("dovecot-uidlist")).unwrap(),
        Kind::NotThere,
    );
    check(
        "mdbox",
        &|root| std::fs::create_dir(root.join("storage")).unwrap(),
        Kind::Refused,
    );
    check(
        "sdbox",
        &|root| std::fs::create_dir(root.join("mailboxes")).unwrap(),
        Kind::Refused,
    );
    check("LAYOUT=fs", &|root| folder(root, "Foo"), Kind::Refused);
    check(
        "root's",
        &|root| std::os::unix::fs::chown(root, Some(0), Some(0)).unwrap(),
        Kind::Refused,
    );
    check(
        "a foreign folder",
        &|root| {
            folder(root, ".Foo");
            std::os::unix::fs::chown(root.join(".Foo"), Some(6000), Some(5000)).unwrap();
        },
        Kind::Refused,
    );
    check(
        "a link to a folder",
        &|root| link(root.join(".Foo"), "/tmp"),
        Kind::Refused,
    );
    check(
        "a link in a folder",
        &|root| {
            folder(root, ".Foo");
            std::os::unix::fs::chown(root.join(".Foo"), Some(5000), Some(5000)).unwrap();
            std::fs::remove_dir(root.join(".Foo/cur")).unwrap();
            link(root.join(".Foo/cur"), "/tmp");
        },
        Kind::Refused,
    );
    check(
        "a link to the root",
        &|root| {
            std::fs::rename(root, root.with_extension("away")).unwrap();
            link(root.to_owned(), "Maildir.away");
        },
        Kind::Refused,
    );
}

#[test]
fn files_are_found_by_their_key_wherever_they_are() {
    let ann = Box::new();
    let (root, task) = (ann.root().unwrap(), Task::default());
    create(&root, "Foo", &task).unwrap();
    std::fs::write(ann.path().join(".Foo/cur/5.M1.h,S=1:2,S"), "1234").unwrap();
    std::fs::write(ann.path().join("new/strange"), "12345").unwrap();
    let keys = ["5.M1.h".to_owned(), "5.M2.h".to_owned()];
    assert_eq!(holds_key(&root, &keys, &task).unwrap(), [true, false]);
    let mut arrived = Vec::new();
    each_file(&root, &task, &mut |entry| {
        if entry.arrived_since(Timestamp::from_secs(6))? {
            arrived.push((entry.place(), read_head(entry, 3, &task)?));
        }
        Ok(())
    })
    .unwrap();
    let place = Place {
        folder: String::new(),
        is_new: true,
        name: "strange".into(),
    };
    assert_eq!(arrived, [(place.clone(), Some(b"123".to_vec()))]);
    let seen = ann.path().join("cur/strange:2,S");
    std::fs::rename(ann.path().join("new/strange"), seen).unwrap();
    assert_eq!(
        read_whole(&root, &place, 5, &task).unwrap(),
        Some(b"12345".to_vec())
    );
    assert!(read_whole(&root, &place, 4, &task).is_err());
}

#[tokio::test]
async fn a_call_that_hangs_holds_its_own_thread_only() {
    let pool = Pool::new(2, Duration::from_millis(600));
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let (after, went_on) = std::sync::mpsc::channel();
    let hung = pool
        .run(move |task| {
            let _ = wait.recv();
            let _ = after.send(task.step().is_ok());
            Ok(())
        })
        .await;
    assert!(
        matches!(hung, Err(MaildirError::Unavailable { .. })),
        "{hung:?}"
    );
    assert_eq!(pool.run(|_| Ok(7)).await, Ok(7));
    // One that moves slowly is waited for.
    let slow = pool.run(|task| {
        for _ in 0..6 {
            std::thread::sleep(Duration::from_millis(150));
            task.step()?;
        }
        Ok(8)
    });
    assert_eq!(slow.await, Ok(8));
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let second = pool.run(move |_| {
        let _ = held.recv();
        Ok(())
    });
    assert!(second.await.is_err());
    assert_eq!(
        pool.run(|_| Ok(9)).await,
        Err(MaildirError::AllHang { threads: 2 })
    );
    go.send(()).unwrap();
    assert!(
        !went_on.recv().unwrap(),
        "what nobody waits for does nothing more"
    );
    drop(hold);
    assert_eq!(pool.run(|_| Ok(9)).await, Ok(9));
}
