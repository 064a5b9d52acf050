//! A user at the web pages: finds links and forms in them, as a person without JavaScript would.

use std::net::SocketAddr;
use std::time::Duration;

use crate::rig::http::Page;
use crate::rig::{Browser, wait_for};

/// A signed-in user.
pub struct Webmail {
    browser: Browser,
}

impl Webmail {
    /// Signs in with the usual address and password. Panics when the door stays shut.
    pub fn sign_in(addr: SocketAddr, address: &str, password: &str) -> Self {
        let mut browser = Browser::new(addr);
        let door = browser.open("/login");
        let form = door
            .form("/login")
            .set("address", address)
            .set("password", password);
        let page = browser.submit(&form);
        assert!(
            page.status == 200 && page.path.starts_with("/mail"),
            "{address} signed in and came to {} with status {}",
            page.path,
            page.status
        );
        Self { browser }
    }

    /// Opens a folder.
    pub fn folder(&mut self, folder: &str) -> Page {
        self.good(&format!("/mail/{folder}"))
    }

    /// Waits until a message with `token` in its line is listed in a folder, and opens it.
    pub fn read(&mut self, folder: &str, token: &str, patience: Duration) -> Page {
        let what = format!("{token} is listed in {folder}");
        let href = wait_for(&what, patience, || {
            self.folder(folder).links(token).into_iter().next()
        });
        let page = self.good(&href);
        assert!(page.text().contains(token), "{href} shows {token}");
        page
    }

    /// Answers an open message to its sender and gives the address it goes to.
    pub fn reply(&mut self, message: &Page, text: &str) -> String {
        let form = self.compose_form(&self.link(message, "/mail/compose?reply="));
        let to = form.value("to").unwrap_or_default().to_owned();
        let quoted = form.value("body").unwrap_or_default().to_owned();
        let form = form.set("body", &format!("{text}\n\n{quoted}"));
        self.send(&form, "send");
        to
    }

    /// Writes a new message, with an attachment if there is one (name, type, content).
    pub fn write(
        &mut self,
        to: &str,
        subject: &str,
        text: &str,
        attachment: Option<(&str, &str, &[u8])>,
    ) {
        let mut form = self
            .compose_form("/mail/compose")
            .set("to", to)
            .set("subject", subject)
            .set("body", text);
        if let Some((name, kind, bytes)) = attachment {
            form = form.attach("files", name, kind, bytes);
        }
        self.send(&form, "send");
    }

    /// Starts a message and keeps it as a draft.
    pub fn draft(&mut self, to: &str, subject: &str, text: &str) {
        let form = self
            .compose_form("/mail/compose")
            .set("to", to)
            .set("subject", subject)
            .set("body", text);
        self.send(&form, "save");
    }

    /// Presses one of the buttons above an open message: `archive`, `delete`, `unread`.
    pub fn act(&mut self, message: &Page, action: &str) {
        let form = message.form("/mail/actions");
        let page = self.browser.press(&form, "action", action);
        assert_eq!(page.status, 200, "{action} led to {}", page.path);
    }

    /// Stars an open message.
    pub fn star(&mut self, message: &Page) {
        let form = message.form("/mail/actions");
        let id = form.value("id").unwrap_or_default().to_owned();
        let page = self.browser.press(&form, "star", &id);
        assert_eq!(page.status, 200, "the star led to {}", page.path);
    }

    /// Moves an open message.
    pub fn file(&mut self, message: &Page, folder: &str) {
        let form = message.form("/mail/actions").set("to", folder);
        let page = self.browser.press(&form, "action", "move");
        assert_eq!(page.status, 200, "moving led to {}", page.path);
    }

    /// Whether a search finds a message.
    pub fn finds(&mut self, words: &str, token: &str) -> bool {
        let page = self.good(&format!("/mail/search?q={words}"));
        !page.links(token).is_empty()
    }

    fn link(&self, page: &Page, start: &str) -> String {
        page.links(start)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("{} has no link to {start}", page.path))
    }

    fn compose_form(&mut self, href: &str) -> crate::rig::http::Form {
        self.good(href).form("/mail/compose")
    }

    fn send(&mut self, form: &crate::rig::http::Form, action: &str) {
        let page = self.browser.press(form, "action", action);
        assert!(
            page.status == 200,
            "the compose form answered {} at {}",
            page.status,
            page.path
        );
        if action == "send" {
            assert!(
                !page.path.contains("compose") || page.path.contains("sent"),
                "the message was not sent; the form came back"
            );
        }
    }

    fn good(&mut self, path: &str) -> Page {
        let page = self.browser.open(path);
        assert_eq!(page.status, 200, "{path} ended at {}", page.path);
        page
    }
}
