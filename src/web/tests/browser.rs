//! A browser without JavaScript: cookies, links, forms.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use std::collections::BTreeMap;
use tower::ServiceExt;

use super::Site;

/// What came back, after redirects.
pub struct Page {
    pub status: StatusCode,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Page {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether the page says this.
    pub fn says(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// The value of a field of the page's forms.
    pub fn field(&self, name: &str) -> String {
        let html = self.text();
        let start = format!("name=\"{name}\" value=\"");
        let value = html.split(&start).nth(1).unwrap_or_default();
        unescape(value.split('"').next().unwrap_or_default())
    }

    /// The text of the page's text area.
    pub fn area(&self) -> String {
        let html = self.text();
        let inside = html.split("<textarea").nth(1).unwrap_or_default();
        let inside = inside.split_once('>').unwrap_or_default().1;
        let inside = inside.split("</textarea>").next().unwrap_or_default();
        unescape(inside.strip_prefix('\n').unwrap_or(inside))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

fn unescape(text: &str) -> String {
    text.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
}

pub struct Browser<'s> {
    site: &'s Site,
    pub cookies: BTreeMap<String, String>,
    /// Under which name it reaches the site.
    pub host: &'static str,
    pub origin: Option<&'static str>,
    pub accept: Option<&'static str>,
    /// What it can unpack; nothing, unless a test says so.
    pub encodings: Option<&'static str>,
}

impl<'s> Browser<'s> {
    pub fn new(site: &'s Site) -> Self {
        Self {
            site,
            cookies: BTreeMap::new(),
            host: "lifeboat.example",
            origin: Some("http://lifeboat.example"),
            accept: None,
            encodings: None,
        }
    }

    pub async fn signed_in(site: &'s Site, address: &str) -> Self {
        let mut browser = Self::new(site);
        let fields = [("address", address), ("password", "usual password")];
        let page = browser.post("/login", &fields).await;
        assert_eq!(
            (page.status, page.path.as_str()),
            (StatusCode::OK, "/mail/inbox")
        );
        browser
    }

    async fn send(&mut self, request: Request<Body>) -> Page {
        let path = request.uri().path_and_query().unwrap().to_string();
        let response = self.site.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.contains("SameSite=Lax"), "{cookie}");
            let pair = cookie.split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Page {
            status: parts.status,
            path,
            headers: parts.headers,
            body: body.into(),
        }
    }

    /// One request, redirects not followed.
    pub async fn once(&mut self, method: Method, path: &str, kind: &str, body: Vec<u8>) -> Page {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        let mut request = Request::builder()
            .method(&method)
            .uri(path)
            .header(header::HOST, self.host)
            .header(header::COOKIE, cookies.join("; "));
        if let Some(accept) = self.accept {
            request = request.header(header::ACCEPT, accept);
        }
        if let Some(encodings) = self.encodings {
            request = request.header(header::ACCEPT_ENCODING, encodings);
        }
        if method == Method::POST {
            request = request.header(header::CONTENT_TYPE, kind);
            if let Some(origin) = self.origin {
                request = request.header(header::ORIGIN, origin);
            }
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..5 {
            if page.status != StatusCode::SEE_OTHER {
                return page;
            }
            let to = page.header("location").to_owned();
            page = self.once(Method::GET, &to, "", Vec::new()).await;
        }
        panic!("too many redirects, last to {}", page.path);
    }

    pub async fn get(&mut self, path: &str) -> Page {
        let page = self.once(Method::GET, path, "", Vec::new()).await;
        self.follow(page).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let encode = crate::web::error::form_encode;
        let pairs: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        let kind = "application/x-www-form-urlencoded";
        let page = self
            .once(Method::POST, path, kind, pairs.join("&").into())
            .await;
        self.follow(page).await
    }

    /// Posts the compose form as `page` has it, with changed fields and files (name, type, content).
    pub async fn compose(
        &mut self,
        page: &Page,
        changed: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Page {
        let mut fields: BTreeMap<&str, String> = BTreeMap::new();
        for name in [
            "csrf", "key", "draft", "reply", "forward", "from", "to", "cc", "bcc", "subject",
            "keep",
        ] {
            fields.insert(name, page.field(name));
        }
        fields.insert("body", page.area());
        for (name, value) in changed {
            fields.insert(name, (*value).to_owned());
        }
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.post_files("/mail/compose", &fields, "files", files)
            .await
    }

    /// Posts a form with files (name, type, content) in the field `of`.
    pub async fn post_files(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        of: &str,
        files: &[(&str, &str, &[u8])],
    ) -> Page {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!(
                "--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(part.as_bytes());
        }
        for (name, kind, content) in files {
            let head = format!(
                "--XX\r\nContent-Disposition: form-data; name=\"{of}\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--XX--\r\n");
        let kind = "multipart/form-data; boundary=XX";
        let page = self.once(Method::POST, path, kind, body).await;
        self.follow(page).await
    }

    /// Presses a button of the form over lists and messages.
    pub async fn act(&mut self, page: &Page, ids: &[&str], fields: &[(&str, &str)]) -> Page {
        let (csrf, back) = (page.field("csrf"), page.field("back"));
        let mut all = vec![("csrf", csrf.as_str()), ("back", back.as_str())];
        all.extend(ids.iter().map(|id| ("id", *id)));
        all.extend_from_slice(fields);
        self.post("/mail/actions", &all).await
    }
}
