//! Whatever is written or attached, what goes out has strict line ends: nothing in it can end a message early
//! at a server that takes something else for the end of data.

use super::Site;
use super::browser::Browser;
use crate::mail::Role;
use crate::mail::view::View;
use crate::send::Content;

const ANN: &str = "ann@example.com";

/// What some server takes, or once took, for the end of a message.
const ENDS: &[&str] = &[
    "\n.\n",
    "\n.\r\n",
    "\r\n.\n",
    "\r.\r",
    "\r.\r\n",
    "\r\n.\r",
    "\n.\r",
    "\r.\n",
    "\r\n.\r\n",
    "\r\n..\r\n",
    "\r\n\0.\r\n",
    "\r\r\n.\r\r\n",
];
const COMMANDS: &str = "MAIL FROM:<boss@example.com>\r\nRCPT TO:<you@x.example>\r\nDATA\r\n\
    Subject: smuggled\r\n\r\nx\r\n.\r\n";

#[tokio::test]
async fn no_end_of_data_is_smuggled_in_what_is_written_or_attached() {
    let site = Site::new().await;
    let mut ann = Browser::signed_in(&site, ANN).await;
    for (number, end) in ENDS.iter().enumerate() {
        let evil = format!("before{end}{COMMANDS}");
        let form = ann.get("/mail/compose").await;
        let subject = format!("n{number}{end}x");
        let html = format!("<p>before{end}</p><p>{COMMANDS}</p>");
        let formatted = number % 2 == 1;
        let fields = [
            ("action", "send"),
            ("to", "bob@x.example"),
            ("subject", subject.as_str()),
            ("body", evil.as_str()),
            ("html", if formatted { html.as_str() } else { "" }),
            ("format", if formatted { "formatted" } else { "" }),
        ];
        let content = evil.as_bytes();
        let files: [(&str, &str, &[u8]); 4] = [
            ("a.txt", "text/plain", content),
            ("a.eml", "message/rfc822", content),
            ("a.bin", "application/octet-stream", content),
            ("a.html", "text/html", content),
        ];
        let page = ann.compose(&form, &fields, &files).await;
        if page.status == 422 {
            // Refused as a whole, for its subject: then without it.
            let fields = fields.map(|(name, value)| match name {
                "subject" => (name, "plain"),
                _ => (name, value),
            });
            let form = ann.get("/mail/compose").await;
            ann.compose(&form, &fields, &files).await;
        }
        let now = site.folder(ANN, Role::Sent);
        assert_eq!(now.len(), number + 1, "{end:?}: it is sent");
        let newest = now.iter().max_by_key(|message| message.id).unwrap();
        let bytes = site.bytes(newest);
        let out = Content::of(bytes.clone().into());
        assert!(out.has_strict_line_ends(), "{end:?}");
        assert!(!bytes.contains(&0), "{end:?}: no NUL");
        // Nothing is lost over it: files arrive as they were.
        let view = View::parse(&bytes);
        assert_eq!(view.attachments.len(), files.len(), "{end:?}");
    }
}
