//! The page that lists the keys.

use askama::Template;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::shell::{Shell, frame, respond};
use crate::web::Web;
use crate::web::error::Fault;
use crate::web::page::Page;
use crate::web::reader::Reader;
use crate::web::session::User;

/// The help page.
#[derive(Template)]
#[template(path = "webmail/help.html")]
pub struct HelpPage {
    pub(super) p: Page,
    pub(super) shell: Shell,
    pub(super) groups: Vec<Group>,
}

/// Keys that belong together.
#[derive(Clone, Debug)]
pub struct Group {
    pub(super) heading: &'static str,
    pub(super) keys: &'static [(&'static [&'static str], &'static str)],
}

/// The keys, as `static/mail.js`, `compose.js` and `formatting.js` know them: what is pressed one after the
/// other, and the text that says what it does.
const GROUPS: &[Group] = &[
    Group {
        heading: "help-moving",
        keys: &[
            (&["j"], "key-next"),
            (&["k"], "key-previous"),
            (&["o"], "key-open"),
            (&["u"], "key-list"),
            (&["/"], "key-search"),
            (&["g", "i"], "key-go-inbox"),
            (&["g", "d"], "key-go-drafts"),
            (&["g", "t"], "key-go-sent"),
            (&["g", "a"], "key-go-archive"),
            (&["?"], "key-help"),
        ],
    },
    Group {
        heading: "help-acting",
        keys: &[
            (&["x"], "key-select"),
            (&["s"], "key-star"),
            (&["e"], "archive"),
            (&["#"], "delete"),
            (&["!"], "mark-junk"),
            (&["z"], "key-undo"),
        ],
    },
    Group {
        heading: "help-writing",
        keys: &[
            (&["c"], "key-write"),
            (&["r"], "reply"),
            (&["a"], "reply-all"),
            (&["f"], "forward"),
            (&["Ctrl + Enter"], "key-send"),
            (&["Ctrl + B"], "format-bold"),
            (&["Ctrl + I"], "format-italic"),
            (&["Ctrl + K"], "format-link"),
            (&["Ctrl + Shift + 8"], "format-list"),
            (&["Ctrl + Shift + 7"], "format-numbers"),
            (&["Ctrl + Shift + 9"], "format-quote"),
        ],
    },
];

/// `GET /mail/help`.
pub async fn show(
    State(web): State<Web>,
    reader: Reader,
    User(session): User,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let framed = frame(&web, &reader, &session, &headers, None)?;
    let texts = reader.texts;
    let page = HelpPage {
        p: Page::of(&reader, &texts.get("help-title")),
        shell: framed.shell,
        groups: GROUPS.to_vec(),
    };
    Ok(respond(&web, page.shell.notice.is_some(), &page))
}
