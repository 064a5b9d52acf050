//! A browser without JavaScript: pages, links, forms, cookies.
//!
//! Forms are found in the page and sent with all the fields that they hold, so that hidden fields
//! (the CSRF token among them) go along as they would from a person's browser.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An answer.
#[derive(Clone, Debug)]
pub struct Page {
    /// The path it was asked by, after redirects.
    pub path: String,
    /// The status code.
    pub status: u16,
    /// Headers, names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Page {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The targets of all links whose text or attributes contain `text`.
    pub fn links(&self, text: &str) -> Vec<String> {
        elements(&self.text(), "a")
            .into_iter()
            .filter(|element| element.whole().contains(text))
            .filter_map(|element| element.attribute("href"))
            .collect()
    }

    /// All forms.
    pub fn forms(&self) -> Vec<Form> {
        elements(&self.text(), "form")
            .into_iter()
            .map(|element| Form::parse(&element, &self.path))
            .collect()
    }

    /// The first form whose action contains `action`.
    pub fn form(&self, action: &str) -> Form {
        let forms = self.forms();
        forms
            .iter()
            .find(|form| form.action.contains(action))
            .cloned()
            .unwrap_or_else(|| {
                let actions: Vec<&str> = forms.iter().map(|form| form.action.as_str()).collect();
                panic!(
                    "no form with action {action:?} on {}: {actions:?}",
                    self.path
                )
            })
    }
}

/// A form with its fields as the page filled them in.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it goes.
    pub action: String,
    /// Whether it is sent by POST.
    pub post: bool,
    /// Whether it is sent as multipart/form-data.
    pub multipart: bool,
    /// Names and values, in order; of submit buttons none.
    pub fields: Vec<(String, String)>,
    /// Names and values of the submit buttons.
    pub buttons: Vec<(String, String)>,
    files: Vec<(String, String, String, Vec<u8>)>,
}

impl Form {
    fn parse(element: &Element, page: &str) -> Self {
        let mut form = Self {
            action: element
                .attribute("action")
                .filter(|action| !action.is_empty())
                .unwrap_or_else(|| page.to_owned()),
            post: element
                .attribute("method")
                .is_some_and(|method| method.eq_ignore_ascii_case("post")),
            multipart: element
                .attribute("enctype")
                .is_some_and(|kind| kind.contains("multipart")),
            fields: Vec::new(),
            buttons: Vec::new(),
            files: Vec::new(),
        };
        for input in elements(&element.inner, "input") {
            form.take_input(&input);
        }
        for area in elements(&element.inner, "textarea") {
            if let Some(name) = area.attribute("name") {
                form.fields.push((
                    name,
                    unescape(area.inner.strip_prefix('\n').unwrap_or(&area.inner)),
                ));
            }
        }
        for select in elements(&element.inner, "select") {
            let options = elements(&select.inner, "option");
            let chosen = options
                .iter()
                .find(|option| option.has("selected"))
                .or(options.first());
            if let (Some(name), Some(option)) = (select.attribute("name"), chosen) {
                let value = option.attribute("value");
                form.fields
                    .push((name, value.unwrap_or_else(|| unescape(option.inner.trim()))));
            }
        }
        for button in elements(&element.inner, "button") {
            if let Some(name) = button.attribute("name") {
                let value = button.attribute("value").unwrap_or_default();
                form.buttons.push((name, value));
            }
        }
        form
    }

    fn take_input(&mut self, input: &Element) {
        let Some(name) = input.attribute("name") else {
            return;
        };
        let kind = input.attribute("type").unwrap_or_default();
        let value = input.attribute("value");
        match kind.as_str() {
            "submit" => self.buttons.push((name, value.unwrap_or_default())),
            "checkbox" | "radio" if !input.has("checked") => {}
            "checkbox" | "radio" => {
                self.fields
                    .push((name, value.unwrap_or_else(|| "on".to_owned())));
            }
            "file" => {}
            _ => self.fields.push((name, value.unwrap_or_default())),
        }
    }

    /// Fills a field in; one that the page does not have is added.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(key, _)| key == name) {
            Some(field) => field.1 = value.to_owned(),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// The value of a field.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Chooses a file.
    pub fn attach(mut self, name: &str, file_name: &str, kind: &str, bytes: &[u8]) -> Self {
        self.files.push((
            name.to_owned(),
            file_name.to_owned(),
            kind.to_owned(),
            bytes.to_vec(),
        ));
        self
    }

    fn encoded(&self) -> (String, Vec<u8>) {
        if !self.multipart {
            let pairs: Vec<String> = self
                .fields
                .iter()
                .map(|(key, value)| format!("{}={}", percent(key), percent(value)))
                .collect();
            let kind = "application/x-www-form-urlencoded".to_owned();
            return (kind, pairs.join("&").into_bytes());
        }
        let boundary = "rig-form-boundary-7d1b0c55";
        let mut body = Vec::new();
        for (key, value) in &self.fields {
            body.extend_from_slice(
                format!(
                    "--{boundary}\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n\
                     {value}\r\n"
                )
                .as_bytes(),
            );
        }
        for (key, file_name, kind, bytes) in &self.files {
            body.extend_from_slice(
                format!(
                    "--{boundary}\r\nContent-Disposition: form-data; name=\"{key}\"; \
                     filename=\"{file_name}\"\r\nContent-Type: {kind}\r\n\r\n"
                )
                .as_bytes(),
            );
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={boundary}"), body)
    }
}

/// A browser with its cookies.
pub struct Browser {
    addr: SocketAddr,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A browser for the server at `addr`.
    pub fn new(addr: SocketAddr) -> Self {
        Self {
            addr,
            cookies: BTreeMap::new(),
        }
    }

    /// Opens a page, following redirects.
    pub fn open(&mut self, path: &str) -> Page {
        let page = self.request("GET", path, None);
        self.follow(page)
    }

    /// Sends a form, following redirects.
    pub fn submit(&mut self, form: &Form) -> Page {
        let (kind, body) = form.encoded();
        let page = if form.post {
            self.request("POST", &form.action, Some((&kind, &body)))
        } else {
            let query = String::from_utf8_lossy(&body).into_owned();
            let path = form.action.split('?').next().unwrap_or_default();
            self.request("GET", &format!("{path}?{query}"), None)
        };
        self.follow(page)
    }

    /// Sends a form by one of its buttons.
    pub fn press(&mut self, form: &Form, button: &str, value: &str) -> Page {
        self.submit(&form.clone().set(button, value))
    }

    /// Whether a cookie of that name is held.
    pub fn has_cookie(&self, name: &str) -> bool {
        self.cookies.contains_key(name)
    }

    fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..8 {
            if !(300..400).contains(&page.status) {
                return page;
            }
            let Some(location) = page.header("location").map(str::to_owned) else {
                return page;
            };
            let origin = format!("http://{}", self.addr);
            let path = location.strip_prefix(&origin).unwrap_or(&location);
            page = self.request("GET", path, None);
        }
        panic!("too many redirects, last to {}", page.path);
    }

    fn request(&mut self, method: &str, path: &str, body: Option<(&str, &[u8])>) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut headers = vec![("Origin".to_owned(), format!("http://{}", self.addr))];
        if !cookies.is_empty() {
            headers.push(("Cookie".to_owned(), cookies.join("; ")));
        }
        let page = request(self.addr, method, path, &headers, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        for (name, value) in &page.headers {
            if name == "set-cookie"
                && let Some((key, value)) = value
                    .split(';')
                    .next()
                    .and_then(|cookie| cookie.split_once('='))
            {
                if value.is_empty() {
                    self.cookies.remove(key.trim());
                } else {
                    self.cookies.insert(key.trim().to_owned(), value.to_owned());
                }
            }
        }
        page
    }
}

/// One GET without cookies.
pub fn get(addr: SocketAddr, path: &str) -> io::Result<Page> {
    request(addr, "GET", path, &[], None)
}

/// One request, HTTP/1.0 so that the answer ends with the connection.
pub fn request(
    addr: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(String, String)],
    body: Option<(&str, &[u8])>,
) -> io::Result<Page> {
    let mut stream = TcpStream::connect_timeout(&addr, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut head = format!("{method} {path} HTTP/1.0\r\nHost: {addr}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if let Some((kind, bytes)) = body {
        head.push_str(&format!(
            "Content-Type: {kind}\r\nContent-Length: {}\r\n",
            bytes.len()
        ));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    if let Some((_, bytes)) = body {
        stream.write_all(bytes)?;
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    parse_answer(path, &answer).ok_or_else(|| io::Error::other("not an HTTP answer"))
}

fn parse_answer(path: &str, answer: &[u8]) -> Option<Page> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Some(Page {
        path: path.to_owned(),
        status,
        headers,
        body: answer[end + 4..].to_vec(),
    })
}

fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// An HTML element as far as forms and links need it. Elements of one name do not nest here.
struct Element {
    tag: String,
    inner: String,
}

impl Element {
    fn whole(&self) -> String {
        format!("{}{}", self.tag, self.inner)
    }

    fn has(&self, name: &str) -> bool {
        self.tag
            .split(|c: char| c.is_whitespace() || c == '>' || c == '/')
            .any(|word| word == name || word.starts_with(&format!("{name}=")))
    }

    fn attribute(&self, name: &str) -> Option<String> {
        let start = self.tag.find(&format!(" {name}=\""))? + name.len() + 3;
        let rest = &self.tag[start..];
        Some(unescape(&rest[..rest.find('"')?]))
    }
}

fn elements(html: &str, name: &str) -> Vec<Element> {
    let is_void = name == "input";
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find(&open) {
        rest = &rest[start + open.len()..];
        if !rest.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/') {
            continue;
        }
        let Some(end) = rest.find('>') else { break };
        let tag = rest[..end].split_whitespace().collect::<Vec<_>>().join(" ");
        let tag = format!(" {tag}");
        rest = &rest[end + 1..];
        let inner = if is_void {
            ""
        } else {
            &rest[..rest.find(&close).unwrap_or(rest.len())]
        };
        found.push(Element {
            tag,
            inner: inner.to_owned(),
        });
        rest = &rest[inner.len()..];
    }
    found
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}
