//! What pages load besides themselves, embedded in the binary under names that change with the
//! content, so that browsers may keep them for good.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// The addresses of the files that every page names.
#[derive(Clone, Debug)]
pub struct Assets {
    /// The stylesheet.
    pub css: String,
    /// The module that enhances pages.
    pub js: String,
    /// The module of signed-in pages.
    pub mail: String,
    /// The module of the form for writing.
    pub compose_js: String,
    /// The module that edits text with formatting.
    pub formatting_js: String,
    /// The module of the console's pages that change while they are open.
    pub console_js: String,
    /// The icon of the site.
    pub icon: String,
}

struct File {
    stem: &'static str,
    extension: &'static str,
    media_type: &'static str,
    content: &'static str,
}

const FILES: [File; 7] = [
    File {
        stem: "app",
        extension: "css",
        media_type: "text/css; charset=utf-8",
        content: include_str!("../../static/app.css"),
    },
    File {
        stem: "app",
        extension: "js",
        media_type: "text/javascript; charset=utf-8",
        content: include_str!("../../static/app.js"),
    },
    File {
        stem: "mail",
        extension: "js",
        media_type: "text/javascript; charset=utf-8",
        content: include_str!("../../static/mail.js"),
    },
    File {
        stem: "compose",
        extension: "js",
        media_type: "text/javascript; charset=utf-8",
        content: include_str!("../../static/compose.js"),
    },
    File {
        stem: "formatting",
        extension: "js",
        media_type: "text/javascript; charset=utf-8",
        content: include_str!("../../static/formatting.js"),
    },
    File {
        stem: "console",
        extension: "js",
        media_type: "text/javascript; charset=utf-8",
        content: include_str!("../../static/console.js"),
    },
    File {
        stem: "icon",
        extension: "svg",
        media_type: "image/svg+xml",
        content: include_str!("../../static/icon.svg"),
    },
];

impl File {
    fn name(&self) -> String {
        let digest = Sha256::digest(self.content.as_bytes());
        let print: String = digest.iter().take(6).map(|b| format!("{b:02x}")).collect();
        format!("{}.{print}.{}", self.stem, self.extension)
    }
}

static NAMES: LazyLock<[String; 7]> = LazyLock::new(|| FILES.each_ref().map(File::name));

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let [css, js, mail, compose_js, formatting_js, console_js, icon] =
        NAMES.each_ref().map(|name| format!("/static/{name}"));
    Assets {
        css,
        js,
        mail,
        compose_js,
        formatting_js,
        console_js,
        icon,
    }
});

/// The addresses of this build.
pub fn assets() -> &'static Assets {
    &ASSETS
}

/// `GET /static/{name}`.
pub async fn serve(Path(name): Path<String>) -> Response {
    let found = NAMES.iter().position(|known| *known == name);
    let Some(file) = found.and_then(|at| FILES.get(at)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers: [(HeaderName, &str); 2] = [
        (header::CONTENT_TYPE, file.media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, file.content).into_response()
}
