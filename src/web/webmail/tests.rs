//! Templates with hostile values, and with plain ones for a look at them.

use askama::Template;

use super::compose::{Attached, ComposePage};
use super::conversation::{Further, MessagePage};
use super::empty::Empty;
use super::invitation::{Card, Choice as Answered, Fact};
use super::list::{ListPage, Pager, Row, SearchPage, Target};
use super::piece::{Body, File, Images, People, Piece};
use super::shell::{Count, FolderLink, Shell};
use super::sign_in::{Kept, LoginPage};
use crate::clock::Timestamp;
use crate::mail::plain;
use crate::web::page::{Banner, BannerPart, Choice, FormError, Notice, OperatorText, Page};
use crate::web::texts::Texts;
use crate::web::when::{Times, When, zone};

const HOSTILE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";

struct Sample {
    hostile: bool,
    times: Times,
}

impl Sample {
    fn new(hostile: bool) -> Self {
        let now = Timestamp::from_secs(1_795_390_200);
        Self {
            hostile,
            times: Times::new(Texts::fallback(), zone("Europe/Berlin").unwrap(), now),
        }
    }

    fn s(&self, text: &str) -> String {
        if self.hostile {
            HOSTILE.to_owned()
        } else {
            text.to_owned()
        }
    }

    fn when(&self, hours: i64) -> When {
        self.times
            .short(Timestamp::from_secs(1_795_390_200 - hours * 3000))
    }

    fn page(&self, title: &str) -> Page {
        Page::new(Texts::fallback(), title)
    }

    fn banner(&self, kind: &'static str, icon: &'static str) -> Banner {
        let texts = Texts::fallback();
        let part = |what: &str, strong| BannerPart {
            text: texts.get(&format!("banner-{kind}-{what}")).into_owned(),
            strong,
        };
        Banner {
            kind,
            icon,
            parts: vec![part("what", false), part("safe", true), part("next", false)],
            updated: Some(self.when(1)),
            operator_text: self.hostile.then(|| OperatorText {
                intro: None,
                text: HOSTILE.to_owned(),
            }),
            home: (kind == "merged").then(|| self.s("https://mail.example.com/")),
            receipt: (kind == "merged").then_some("/mail/receipt"),
            mark: self.s("mark"),
        }
    }

    fn shell(&self, kind: &'static str, icon: &'static str, notice: Option<Notice>) -> Shell {
        let folders = ["inbox", "drafts", "sent", "archive", "junk", "trash"];
        Shell {
            account: self.s("ann.schmidt@example.com"),
            csrf: self.s("csrf"),
            query: self.s(""),
            here: self.s("Inbox"),
            folders: folders
                .into_iter()
                .map(|slug| FolderLink {
                    href: format!("/mail/{slug}"),
                    name: self.s(&Texts::fallback().get(&format!("folder-{slug}"))),
                    icon: slug,
                    current: slug == "inbox",
                    count: (slug == "inbox").then(|| Count {
                        text: "3".into(),
                        label: "unread".into(),
                    }),
                })
                .collect(),
            banner: Some(self.banner(kind, icon)),
            notice,
            read_only: kind == "merged",
            unread: 3,
            next: 7,
            compact: false,
            keys: true,
        }
    }

    fn rows(&self) -> Vec<Row> {
        let rows = [
            (
                "Bob Marley",
                "Invoice 2026-114",
                "Dear Ann, attached you find the invoice for November, payable within",
            ),
            (
                "Kathrin von Hohenstein-Lauenburg",
                "Re: Termin morgen um zehn – bitte bestätigen, sonst verschieben wir auf nächste Woche",
                "Hallo, das passt mir gut. Ich bringe die Unterlagen mit",
            ),
            (
                "noreply@shop.example",
                "Your order has shipped",
                "Track your parcel: https://shop.example/t/12345",
            ),
            ("بريد", "مرحبا بالعالم", "هذه رسالة تجريبية"),
            ("Dad", "(no subject)", ""),
        ];
        (0..20)
            .map(|n| {
                let (who, subject, snippet) = rows[n % rows.len()];
                Row {
                    id: n.to_string(),
                    href: format!("/mail/inbox/{n}"),
                    who: self.s(who),
                    subject: self.s(subject),
                    snippet: self.s(snippet),
                    when: self.when(n as i64 * 3),
                    unread: n < 3,
                    starred: n == 1,
                    answered: n == 4,
                    forwarded: n == 6,
                    attachment: n % 5 == 0,
                    count: (n % 4 == 1).then(|| Count {
                        text: "3".into(),
                        label: self.s("3 messages"),
                    }),
                    selected: n == 2,
                    select_label: self.s("Select"),
                    star_label: self.s("Star"),
                }
            })
            .collect()
    }

    fn targets(&self) -> Vec<Target> {
        vec![Target {
            slug: "archive".into(),
            name: self.s("Archive"),
        }]
    }

    fn list(&self, empty: bool) -> ListPage {
        let notice = Notice {
            undo: Some(self.s("undo")),
            ..Notice::done(self.s("2 messages moved to Archive."))
        };
        ListPage {
            p: self.page("Inbox"),
            shell: self.shell("outage", "safe", Some(notice)),
            heading: self.s("Inbox"),
            summary: "20 messages, 3 unread".into(),
            refresh_href: "/mail/inbox".into(),
            note: None,
            back: "/mail/inbox".into(),
            rows: if empty { vec![] } else { self.rows() },
            select_href: "/mail/inbox?select=all".into(),
            select_text: "Select all".into(),
            can_archive: true,
            can_delete: true,
            junk: super::list::Junk::Mark,
            all: super::list::All::default(),
            targets: self.targets(),
            pager: Pager {
                shown: "20 messages".into(),
                older: Some(self.s("/mail/inbox?before=3")),
                ..Pager::default()
            },
            empty: Empty {
                icon: "inbox",
                line: self.s("No new mail since 09:14"),
                text: Some(self.s("This mailbox is for the time of the outage.")),
                home: Some(self.s("https://mail.example.com/")),
            },
        }
    }

    fn search(&self) -> SearchPage {
        SearchPage {
            again: Some("/mail/search?q=x".into()),
            p: self.page("Search"),
            shell: self.shell("returning", "info", None),
            summary: "3 messages found".into(),
            back: self.s("/mail/search"),
            rows: self.rows(),
            select_href: self.s(""),
            select_text: self.s("Select all"),
            can_archive: true,
            can_delete: true,
            junk: super::list::Junk::Mark,
            all: super::list::All::default(),
            targets: self.targets(),
            pager: Pager::default(),
            empty_line: Some(self.s("Nothing found")),
            empty_text: Some(self.s("Only mail of this outage is searched.")),
        }
    }

    fn piece(&self, html: bool) -> Piece {
        let body = Body {
            notes: vec![self.s("This message is signed.")],
            invitation: Some(Card {
                heading: self.s("Invitation"),
                title: self.s("Plan"),
                is_cancelled: false,
                lines: vec![Fact {
                    label: self.s("Where"),
                    text: self.s("Room 1"),
                }],
                said: Some(self.s("You accepted")),
                note: Some(self.s("Your answer is sent to bob@remote.example.")),
                answers: vec![Answered {
                    value: "accept",
                    text: self.s("Accept"),
                    is_given: true,
                }],
                action: self.s("/mail/inbox/7/answer"),
            }),
            images: Some(Images {
                text: self.s("Pictures from the internet are not shown."),
                show_href: Some(self.s("/mail/inbox/7?images=x")),
                always: Some(self.s("Always show pictures from bob@remote.example")),
            }),
            html_href: html.then(|| self.s("mail-frame.html")),
            text_href: html.then(|| self.s("/mail/inbox/7?view=text")),
            html_again: None,
            texts: vec![plain::to_html(
                &self.s("Dear Ann,\n\nplease find the invoice attached. See https://shop.example/invoice.\n\nKind regards\nBob\n\n> hello\n> there"),
                plain::Wrapping::Fixed,
                Some("Show quoted text"),
            )],
            files: vec![
                File {
                    name: self.s("invoice-2026-114.pdf"),
                    size: "128 KB".into(),
                    download: self.s("/mail/inbox/7/part/2"),
                    preview: Some(self.s("/mail/inbox/7/part/2?preview")),
                },
                File {
                    name: self.s("terms.docx"),
                    size: "18 KB".into(),
                    download: self.s("/x"),
                    preview: None,
                },
            ],
            files_title: "2 attachments".into(),
            zip_href: Some(self.s("/mail/inbox/7/zip")),
        };
        Piece {
            id: "7".into(),
            here: self.s("/mail/inbox/7"),
            from_name: self.s("Bob Marley"),
            from_address: Some(self.s("bob@remote.example")),
            when: self.when(1),
            snippet: self.s("please find the invoice attached"),
            place: Some(self.s("Sent")),
            is_open: true,
            is_unread: true,
            people: vec![People {
                label: "To".into(),
                text: self.s("Ann Schmidt <ann.schmidt@example.com>, carl@example.com"),
            }],
            draft_href: None,
            body: Some(body),
            reply_href: "/mail/compose?reply=7".into(),
            reply_all_href: "/mail/compose?reply_all=7".into(),
            forward_href: "/mail/compose?forward=7".into(),
            source_href: "/mail/inbox/7/source".into(),
            eml_href: "/mail/inbox/7/eml".into(),
        }
    }

    fn message(&self, html: bool, is_one: bool) -> MessagePage {
        let folded = Piece {
            is_open: false,
            body: None,
            ..self.piece(html)
        };
        let pieces = if is_one {
            vec![self.piece(html)]
        } else {
            vec![folded, self.piece(html)]
        };
        let further = || Further {
            href: self.s("/mail/inbox/1"),
            text: self.s("Show 12 earlier messages"),
        };
        MessagePage {
            p: self.page("Invoice 2026-114"),
            shell: self.shell("outage", "safe", None),
            id: "7".into(),
            here: "/mail/inbox/7".into(),
            print_href: self.s("/mail/inbox/7/print"),
            back: "/mail/inbox".into(),
            back_name: self.s("Inbox"),
            subject: self.s("Invoice 2026-114"),
            count: (!is_one).then(|| "2 messages".to_owned()),
            earlier: Some(further()),
            later: Some(further()),
            pieces,
            starred: true,
            star_label: self.s("Remove star"),
            can_archive: true,
            can_delete: true,
            junk: super::list::Junk::Mark,
            targets: self.targets(),
            newer_href: None,
            older_href: Some("/mail/inbox/6".into()),
        }
    }

    fn compose(&self, errors: bool) -> ComposePage {
        ComposePage {
            p: self.page("Reply"),
            shell: self.shell("outage", "safe", None),
            heading: self.s("Reply"),
            errors: if errors { vec![FormError { field: Some("to"), text: self.s("“bob” is not an e-mail address.") }] } else { vec![] },
            to_error: errors.then(|| self.s("“bob” is not an e-mail address.")),
            cc_error: self.hostile.then(|| HOSTILE.to_owned()),
            bcc_error: self.hostile.then(|| HOSTILE.to_owned()),
            key: self.s("key"),
            draft: self.s(""),
            reply: self.s("7"),
            forward: self.s(""),
            back: self.s("/mail/inbox"),
            from_choices: vec![Choice { value: self.s("ann@example.com"), text: self.s("Ann Schmidt <ann.schmidt@example.com>"), ..Choice::default() }, Choice { value: self.s("ann@example.com"), text: self.s("Ann Schmidt <sales@example.com>"), ..Choice::default() }],
            to: self.s("Bob Marley <bob@remote.example>"),
            cc: self.s(""),
            bcc: self.s(""),
            copies_open: errors,
            subject: self.s("Re: Invoice 2026-114"),
            body: self.s("\n\nOn Sun 22 Nov 2026, 14:03, Bob Marley wrote:\n> Dear Ann,\n> attached you find the invoice"),
            html: self.s(""),
            focus_to: false,
            tell_success: false,
            limit_bytes: 50_000_000,
            limit_text: "Up to 50 MB for the whole message, attachments included.".into(),
            too_large_text: self.s("too large"),
            files: vec![Attached { part: self.s("2"), name: self.s("plan.pdf"), size: "1.2 MB".into(), bytes: 1_200_000 }],
            signatures: vec![super::compose::Signature { address: self.s("ann@example.com"), text: self.s("Ann") }],
            recent: vec![self.s("bob@x.example")],
        }
    }

    fn login(&self) -> LoginPage {
        LoginPage {
            p: self.page("Sign in"),
            heading: self.s("Sign in to your mail"),
            banner: self.hostile.then(|| self.banner("outage", "safe")),
            notice: self.hostile.then(|| Notice::info(HOSTILE.to_owned())),
            errors: vec![],
            next: self.s("/mail/inbox"),
            address: self.s(""),
            kept: vec![Kept {
                name: self.s("to"),
                value: self.s("x"),
            }],
            languages: Vec::new(),
            has_links: true,
        }
    }

    fn all(&self) -> Vec<(&'static str, String)> {
        vec![
            ("login", self.login().render().unwrap()),
            ("list", self.list(false).render().unwrap()),
            ("empty", self.list(true).render().unwrap()),
            ("search", self.search().render().unwrap()),
            ("message", self.message(false, true).render().unwrap()),
            ("message-html", self.message(true, true).render().unwrap()),
            ("conversation", self.message(false, false).render().unwrap()),
            (
                "conversation-html",
                self.message(true, false).render().unwrap(),
            ),
            ("compose", self.compose(false).render().unwrap()),
            ("compose-errors", self.compose(true).render().unwrap()),
        ]
    }
}

#[test]
fn hostile_text_is_escaped_wherever_it_stands() {
    for (name, html) in Sample::new(true).all() {
        assert!(!html.contains("<script>"), "{name}");
        assert!(!html.contains("<img"), "{name}");
        assert!(html.contains("&#60;script&#62;alert(1)"), "{name}");
        assert!(
            !html.contains(" style="),
            "{name}: the content security policy refuses it"
        );
    }
}
