//! Sources that say all there is: what moves, gets another address, leaves and comes back.

use super::*;
use crate::ids::MailboxId;
use crate::mail::Role;
use crate::store::directory::{details, sources};
use crate::store::messages;

impl Env {
    /// A round of the source "panel" with these rows of CSV; half of it may be deleted.
    async fn round(&self, text: &str) -> (Ended, Vec<(u64, String)>) {
        self.round_of("panel", text, None).await
    }

    async fn round_of(
        &self,
        source: &str,
        text: &str,
        confirmed: Option<u64>,
    ) -> (Ended, Vec<(u64, String)>) {
        let source: SourceName = source.parse().unwrap();
        let known = self.store.read(|tx| sources::get(tx, &source)).unwrap();
        let (sender, mut receiver) = mpsc::channel(8);
        let whole = Whole {
            source: source.clone(),
            deletions: Deletions {
                share_percent: 50,
                confirmed,
            },
        };
        let defaults = Defaults {
            mailstore: Some("a1".parse().unwrap()),
            reseller: None,
        };
        let mailstores = ["a1", "a2"].iter().map(|id| id.parse().unwrap()).collect();
        let job = Provisioning::new(self.store.clone(), defaults, mailstores, NOW, sender)
            .of_whole(whole, known.mailboxes);
        let input = [Ok::<_, Infallible>(Bytes::copy_from_slice(text.as_bytes()))];
        let reports = async {
            let mut rows = Vec::new();
            while let Some(report) = receiver.recv().await {
                if let Report::Error { line, reason } = report {
                    rows.push((line, reason));
                }
            }
            rows
        };
        let reading = Reading::default();
        let input = futures_util::stream::iter(input);
        let (ended, rows) = tokio::join!(job.run_text(Format::Csv, reading, input), reports);
        rounds::keep(&self.store, &source, NOW, NOW, &ended)
            .await
            .unwrap();
        (ended.unwrap(), rows)
    }

    fn id(&self, address: &str) -> Option<MailboxId> {
        self.resolve(address).map(|mailbox| mailbox.record.id)
    }

    /// Uses a mailbox, so that what is kept under its id has to follow it.
    async fn use_mailbox(&self, address: &str) {
        let mailbox = self.resolve(address).unwrap();
        self.store
            .write(move |tx| {
                let state = messages::state_or_new(tx, &mailbox, NOW)?;
                messages::put_state(tx, mailbox.record.id, &state)
            })
            .await
            .unwrap();
    }
}

fn counts(ended: &Ended) -> [u64; 6] {
    let s = &ended.summary;
    [
        s.created,
        s.changed,
        s.renamed,
        s.deleted,
        s.unchanged,
        s.withheld,
    ]
}

#[tokio::test]
async fn a_second_identical_round_changes_nothing() {
    let env = Env::new();
    let text = "mailbox,name,aliases,mailstore\n\
                ann@x.org,\"Ann, A.\",sales@x.org info@x.org,a2\n\
                bob@x.org,,,\n";
    let (first, errors) = env.round(text).await;
    assert_eq!((counts(&first), errors), ([2, 0, 0, 0, 0, 0], vec![]));
    assert_eq!(first.mailboxes, 2);
    let commits = env.store.stats().writes;
    let (second, _) = env.round(text).await;
    assert_eq!(counts(&second), [0, 0, 0, 0, 2, 0]);
    // One for the batch and one for the round itself.
    assert_eq!(env.store.stats().writes - commits, 2);
    let ann = env.resolve("info@x.org").unwrap();
    assert_eq!(ann.record.name.as_deref(), Some("Ann, A."));
    assert_eq!(ann.record.mailstore.as_str(), "a2");
}

#[tokio::test]
async fn what_is_missing_leaves_with_its_aliases_and_comes_back_as_it_was() {
    let env = Env::new();
    let text = "mailbox,aliases\nann@x.org,sales@x.org\nbob@x.org,\n";
    env.round(text).await;
    let id = env.id("ann@x.org");
    let (ended, _) = env.round("mailbox,aliases\nbob@x.org,\n").await;
    assert_eq!(counts(&ended), [0, 0, 0, 1, 1, 0]);
    assert_eq!(ended.end, RoundEnd::Complete);
    assert_eq!(env.id("ann@x.org"), None);
    assert_eq!(env.id("sales@x.org"), None);
    let (ended, _) = env.round(text).await;
    assert_eq!(counts(&ended), [1, 0, 0, 0, 1, 0]);
    assert_eq!(env.id("ann@x.org"), id);
    assert_eq!(env.id("sales@x.org"), id);
}

#[tokio::test]
async fn an_empty_or_half_source_deletes_nothing() {
    let env = Env::new();
    let all = "mailbox\na@x.org\nb@x.org\nc@x.org\nd@x.org\n";
    env.round(all).await;
    let (ended, _) = env.round("mailbox\n").await;
    assert_eq!(ended.end, RoundEnd::Empty);
    let (ended, _) = env.round("").await;
    assert_eq!(ended.end, RoundEnd::Empty);
    let (ended, _) = env.round("mailbox\na@x.org\n").await;
    let expected = RoundEnd::Withheld {
        missing: 3,
        known: 4,
    };
    assert_eq!(ended.end, expected);
    assert_eq!(counts(&ended), [0, 0, 0, 0, 1, 3]);
    assert!(env.id("d@x.org").is_some());
    // A person's word for less than is missing is not enough.
    let (ended, _) = env.round_of("panel", "mailbox\na@x.org\n", Some(2)).await;
    assert_eq!(ended.end, expected);
    let (ended, _) = env.round_of("panel", "mailbox\na@x.org\n", Some(3)).await;
    assert_eq!(ended.end, RoundEnd::Complete);
    assert_eq!(env.id("d@x.org"), None);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_keeps_what_may_be_its_own() {
    let env = Env::new();
    env.round("mailbox,mailstore\na@x.org,\nb@x.org,\nc@x.org,\n")
        .await;
    let (ended, errors) = env
        .round("mailbox,mailstore\na@x.org,\nb@x.org,\nc-x.org,\n")
        .await;
    assert_eq!(ended.end, RoundEnd::Unreadable { rows: 1 });
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].0, 4);
    assert!(env.id("c@x.org").is_some());
    // A wrong row whose mailbox is known is no missing row.
    let (ended, errors) = env
        .round("mailbox,mailstore\na@x.org,\nb@x.org,zz\nc@x.org,\n")
        .await;
    assert_eq!((ended.end, errors.len()), (RoundEnd::Complete, 1));
    assert!(env.id("b@x.org").is_some());
}

#[tokio::test]
async fn a_source_touches_only_its_own() {
    let env = Env::new();
    env.round_of("one", "mailbox\na@x.org\n", None).await;
    let pushed = br#"{"mailbox":"p@x.org","mailstore":"a1"}"#;
    env.apply(Format::Ndjson, pushed, 1000).await;
    let (ended, errors) = env
        .round_of("two", "mailbox\na@x.org\nb@x.org\n", None)
        .await;
    assert_eq!(counts(&ended)[..1], [1]);
    assert_eq!(errors, [(2, "a@x.org is from the source one".to_owned())]);
    let (ended, _) = env.round_of("two", "mailbox\nc@x.org\n", Some(9)).await;
    assert_eq!(ended.summary.deleted, 1);
    assert!(env.id("a@x.org").is_some());
    assert!(env.id("p@x.org").is_some());
    assert!(env.id("b@x.org").is_none());
}

#[tokio::test]
async fn the_same_id_under_another_address_is_the_same_mailbox() {
    let env = Env::new();
    env.round("id,mailbox,aliases\n1,ann@x.org,sales@x.org\n2,bob@x.org,\n")
        .await;
    env.use_mailbox("ann@x.org").await;
    let (ann, bob) = (env.id("ann@x.org"), env.id("bob@x.org"));
    // She marries, and her old address becomes an alias.
    let text = "id,mailbox,aliases\n1,ann.b@x.org,sales@x.org ann@x.org\n2,bob@x.org,\n";
    let (ended, errors) = env.round(text).await;
    assert_eq!((counts(&ended), errors), ([0, 0, 1, 0, 1, 0], vec![]));
    assert_eq!(env.id("ann.b@x.org"), ann);
    assert_eq!(
        env.resolve("ann@x.org").unwrap().address.as_str(),
        "ann.b@x.org"
    );
    let found = env
        .store
        .read(|tx| directory::by_id(tx, ann.unwrap()))
        .unwrap();
    assert_eq!(found.unwrap().address.as_str(), "ann.b@x.org");
    // Two change places: nobody gets the other's mail.
    let text = "id,mailbox,aliases\n1,bob@x.org,\n2,ann.b@x.org,\n";
    let (_, errors) = env.round_of("panel", text, Some(9)).await;
    assert_eq!(errors, []);
    assert_eq!((env.id("bob@x.org"), env.id("ann.b@x.org")), (ann, bob));
    let found = env
        .store
        .read(|tx| directory::by_id(tx, ann.unwrap()))
        .unwrap();
    assert_eq!(found.unwrap().address.as_str(), "bob@x.org");
}

#[tokio::test]
async fn another_id_under_the_same_address_is_another_mailbox() {
    let env = Env::new();
    env.round("id,mailbox\n1,a@x.org\n2,b@x.org\n3,c@x.org\n4,d@x.org\n")
        .await;
    let before = env.id("a@x.org");
    let (ended, errors) = env
        .round("id,mailbox\n9,a@x.org\n2,b@x.org\n3,c@x.org\n4,d@x.org\n")
        .await;
    assert_eq!((counts(&ended), errors), ([1, 0, 0, 1, 3, 0], vec![]));
    assert_ne!(env.id("a@x.org"), before);
    // All ids made anew: that many at once is a mistake, and everybody keeps their mail.
    let kept = env.id("d@x.org");
    let (_, errors) = env
        .round("id,mailbox\n21,a@x.org\n22,b@x.org\n23,c@x.org\n24,d@x.org\n")
        .await;
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert_eq!(env.id("d@x.org"), kept);
}

#[tokio::test]
async fn what_one_reseller_left_another_does_not_get() {
    let env = Env::new();
    env.round("mailbox,reseller\nann@x.org,acme\nbob@y.org,acme\n")
        .await;
    let ann = env.id("ann@x.org");
    env.round("mailbox,reseller\nbob@y.org,acme\n").await;
    env.store
        .write(|tx| {
            let record = directory::DomainRecord {
                reseller: Some("other".parse().unwrap()),
            };
            directory::put_domain(tx, &"x.org".parse().unwrap(), &record)
        })
        .await
        .unwrap();
    env.round("mailbox,reseller\nann@x.org,other\nbob@y.org,acme\n")
        .await;
    assert_ne!(env.id("ann@x.org"), ann);
}

#[tokio::test]
async fn details_are_kept_and_removed() {
    let env = Env::new();
    let text = "mailbox,recovery,folder_sent\nann@x.org,ann@elsewhere.net,Gesendet\n";
    env.round(text).await;
    let read = || {
        env.store
            .read(|tx| details::get(tx, &"ann@x.org".parse().unwrap()))
            .unwrap()
    };
    assert_eq!(read().recovery.unwrap().as_str(), "ann@elsewhere.net");
    assert_eq!(read().folders, [(Role::Sent, "Gesendet".to_owned())]);
    env.round("mailbox,recovery,folder_sent\nann@x.org,,\n")
        .await;
    assert_eq!((read().recovery, read().folders), (None, vec![]));
}

#[tokio::test]
async fn rows_rename_and_delete_by_their_own_word() {
    let env = Env::new();
    let first = br#"{"mailbox":"a@x.org","mailstore":"a1"}"#;
    env.apply(Format::Ndjson, first, 1000).await;
    let id = env.id("a@x.org");
    let second = br#"{"mailbox":"b@x.org","renamed_from":"a@x.org"}"#;
    for renamed in [1, 0] {
        let (summary, errors) = env.apply(Format::Ndjson, second, 1000).await;
        assert_eq!((summary.renamed, errors), (renamed, vec![]));
    }
    assert_eq!((env.id("a@x.org"), env.id("b@x.org")), (None, id));
    let third = br#"{"mailbox":"b@x.org","deleted":true}"#;
    for deleted in [1, 0] {
        let (summary, errors) = env.apply(Format::Ndjson, third, 1000).await;
        assert_eq!((summary.deleted, errors), (deleted, vec![]));
    }
    assert_eq!(env.id("b@x.org"), None);
}

#[tokio::test]
async fn csv_says_what_is_wrong_and_where() {
    let env = Env::new();
    let check = async |text: &str, expected: &[(u64, &str)]| {
        let (summary, errors) = env.apply(Format::Csv, text.as_bytes(), 3).await;
        assert_eq!(
            summary.errors,
            expected.len() as u64,
            "{text:?}: {errors:?}"
        );
        for ((line, reason), (at, part)) in errors.iter().zip(expected) {
            assert_eq!(line, at, "{text:?}: {reason}");
            assert!(reason.contains(part), "{text:?}: {reason}");
        }
    };
    check("mailbox,mailstore\nx,a1\n", &[(2, "address")]).await;
    check(
        "mailbox,mailstore\na@x.org\n",
        &[(2, "1 values for 2 columns")],
    )
    .await;
    check(
        "mailbox,mailstore,name\n\"a@x.org\",a1,\"two\nlines\"\nb@x.org,a1,B\n",
        &[(2, "control character")],
    )
    .await;
    check(
        "mailbox,mailstore\na@x.org,a9\n",
        &[(2, "a9 is not configured")],
    )
    .await;
    check("mailbox,deleted\na@x.org,maybe\n", &[(2, "true or false")]).await;
    let long = format!(
        "mailbox,mailstore,name\na@x.org,a1,{}\nb@x.org,a1,B",
        "x".repeat(70_000)
    );
    check(&long, &[(2, "longer than")]).await;
    assert!(env.id("b@x.org").is_some());
    let (sender, _receiver) = mpsc::channel(8);
    let mailstores = ["a1"].iter().map(|id| id.parse().unwrap()).collect();
    let job = Provisioning::new(
        env.store.clone(),
        Defaults::default(),
        mailstores,
        NOW,
        sender,
    );
    let input = [Ok::<_, Infallible>(Bytes::from_static(
        b"address\na@x.org\n",
    ))];
    let wrong = job
        .run_text(
            Format::Csv,
            Reading::default(),
            futures_util::stream::iter(input),
        )
        .await
        .unwrap_err()
        .to_string();
    assert!(
        wrong.contains("no column \"address\"; there are mailbox"),
        "{wrong}"
    );
}

/// A panel that turns everybody off says "deleted" of all: that is asked as if it named none.
#[tokio::test]
async fn what_a_source_calls_deleted_is_held_to_its_share() {
    let env = Env::new();
    env.round("mailbox\nann@x.org\nbob@x.org\ncid@x.org\ndan@x.org\n")
        .await;
    let all = "mailbox,deleted\nann@x.org,true\nbob@x.org,true\ncid@x.org,true\ndan@x.org,false\n";
    let (ended, _) = env.round(all).await;
    assert_eq!(
        ended.end,
        RoundEnd::Withheld {
            missing: 3,
            known: 4
        }
    );
    assert_eq!(counts(&ended), [0, 0, 0, 0, 1, 3]);
    assert!(env.id("ann@x.org").is_some());
    let (ended, _) = env.round_of("panel", all, Some(3)).await;
    assert_eq!(counts(&ended), [0, 0, 0, 3, 1, 0]);
    assert_eq!(env.id("ann@x.org"), None);
}

#[tokio::test]
async fn a_mailbox_that_comes_back_takes_no_alias_from_anybody() {
    let env = Env::new();
    env.round("mailbox,aliases\nann@x.org,sales@x.org info@x.org\nbob@x.org,\n")
        .await;
    env.round("mailbox\nbob@x.org\n").await;
    env.round("mailbox,aliases\nbob@x.org,sales@x.org\n").await;
    let (_, errors) = env.round("mailbox\nann@x.org\nbob@x.org\n").await;
    assert_eq!(errors, vec![]);
    assert_eq!(env.id("sales@x.org"), env.id("bob@x.org"));
    assert_eq!(env.id("info@x.org"), env.id("ann@x.org"));
    let ann = env.resolve("ann@x.org").unwrap();
    assert_eq!(ann.record.aliases, ["info@x.org".parse().unwrap()]);
}

#[tokio::test]
async fn an_alias_goes_from_one_mailbox_to_another_in_one_round() {
    let env = Env::new();
    env.round("mailbox,aliases\nann@x.org,\nzoe@x.org,sales@x.org\n")
        .await;
    let (ended, errors) = env
        .round("mailbox,aliases\nann@x.org,sales@x.org\nzoe@x.org,\n")
        .await;
    assert_eq!((counts(&ended), errors), ([0, 2, 0, 0, 0, 0], vec![]));
    assert_eq!(env.id("sales@x.org"), env.id("ann@x.org"));
}

#[tokio::test]
async fn who_moves_gets_another_address_or_leaves_is_told_of() {
    use crate::store::events::{self, Happened, MailboxStep};
    let env = Env::new();
    env.round(
        "mailbox,mailstore,id\nann@example.com,a1,1\nbob@example.com,a1,2\ncid@example.com,a1,3\n",
    )
    .await;
    let told = || {
        let all = env.store.read(|tx| events::after(tx, 0, 100)).unwrap();
        let all = all.into_iter().map(|(_, event)| match event.what {
            Happened::Mailbox { mailbox, step } => match step {
                MailboxStep::Moved { from, to } => format!("{mailbox} {from}>{to}"),
                MailboxStep::Renamed { from } => format!("{from}>{mailbox}"),
                MailboxStep::Deleted => format!("{mailbox} gone"),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        });
        all.collect::<Vec<String>>()
    };
    assert_eq!(
        told(),
        Vec::<String>::new(),
        "who is new is nobody to follow"
    );
    let next = "mailbox,mailstore,id\nann@example.com,a2,1\nbea@example.com,a1,2\n";
    env.round(next).await;
    let expected = [
        "ann@example.com a1>a2",
        "bob@example.com>bea@example.com",
        "cid@example.com gone",
    ];
    assert_eq!(told(), expected);
    env.round(next).await;
    assert_eq!(told(), expected, "nothing happened since");
}
