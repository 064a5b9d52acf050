//! HTML mail made harmless.
//!
//! An allow-list of elements, attributes, URL schemes and CSS properties, applied by ammonia to the
//! tree a browser would build, and written out again from that tree. No script, form, frame,
//! style sheet, SVG, MathML, id or class survives; no image is fetched from elsewhere unless the
//! reader asked for it. The page shows the result in a sandboxed frame under a strict policy too:
//! each of the two must hold without the other.
//!
//! Hostile HTML that would take more than its share of time or memory is refused, not cut
//! ([`TooComplex`]): half a message misleads.

mod budget;
mod style;
mod written;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ammonia::{Builder, UrlRelative};
use percent_encoding::percent_decode_str;

use super::contain::contained;
pub use written::{FORMATTED_BYTES_MAX, Formatted};

/// Largest HTML body that is shown, in bytes.
pub const HTML_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Longest link that is kept, in bytes.
const LINK_BYTES_MAX: usize = 4096;

/// What becomes of images that lie elsewhere.
#[derive(Clone, Debug)]
pub enum RemoteImages {
    /// They are left out and counted.
    Blocked,
    /// They are fetched through the address that this makes of theirs.
    Via(ImageLinks),
}

/// What makes the address under which an image elsewhere is fetched of the image's own: absolute, http or
/// https, without control characters, hostile.
#[derive(Clone)]
pub struct ImageLinks(Arc<dyn Fn(&str) -> String + Send + Sync>);

impl ImageLinks {
    /// From a function.
    pub fn new(link: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(link))
    }
}

impl std::fmt::Debug for ImageLinks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ImageLinks")
    }
}

/// How a message's HTML is to be shown.
#[derive(Clone, Debug)]
pub struct Options {
    /// What a `cid:` image becomes: this prefix followed by the number of its part.
    pub inline_url_prefix: String,
    /// The message's own raster images by Content-ID.
    pub inline_parts: HashMap<String, usize>,
    /// Images elsewhere.
    pub remote: RemoteImages,
}

/// HTML that can be put into a page as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafeHtml {
    /// The HTML: a fragment, never a document.
    pub html: String,
    /// How many images elsewhere were left out.
    pub images_blocked: u32,
}

/// The HTML asks for more time or memory than a message may have; its text or source can be
/// offered instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the HTML of this message is too large or too deeply nested to be shown safely")]
pub struct TooComplex;

const TAGS: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

/// Elements that go with all that is in them; others that are not allowed leave their content.
const TAGS_WITH_CONTENT: &[&str] = &[
    "applet",
    "audio",
    "canvas",
    "datalist",
    "embed",
    "frame",
    "frameset",
    "head",
    "iframe",
    "math",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "option",
    "plaintext",
    "script",
    "select",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "video",
    "xmp",
];

const ATTRIBUTES: &[&str] = &[
    "align", "bgcolor", "border", "dir", "height", "lang", "style", "title", "valign", "width",
];

const TAG_ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("font", &["color", "face", "size"]),
    ("hr", &["color", "noshade", "size"]),
    ("img", &["alt", "hspace", "src", "vspace"]),
    ("li", &["type", "value"]),
    ("ol", &["reversed", "start", "type"]),
    (
        "table",
        &["background", "cellpadding", "cellspacing", "summary"],
    ),
    (
        "td",
        &[
            "abbr",
            "background",
            "colspan",
            "headers",
            "nowrap",
            "rowspan",
        ],
    ),
    (
        "th",
        &[
            "abbr",
            "background",
            "colspan",
            "headers",
            "nowrap",
            "rowspan",
            "scope",
        ],
    ),
    ("time", &["datetime"]),
    ("ul", &["type"]),
];

/// Schemes ammonia lets through; [`Filter`] then decides by element.
const SCHEMES: &[&str] = &["cid", "data", "http", "https", "mailto", "tel"];

/// Raster types that a data URL may have. SVG is not among them.
const DATA_IMAGE_TYPES: &[&str] = &[
    "image/png;base64,",
    "image/jpeg;base64,",
    "image/jpg;base64,",
    "image/gif;base64,",
    "image/webp;base64,",
];

/// Makes the HTML of a message safe to show.
///
/// # Errors
/// [`TooComplex`] when it is larger than [`HTML_BYTES_MAX`] or would take too much work.
pub fn sanitize(html: &str, options: &Options) -> Result<SafeHtml, TooComplex> {
    if html.len() > HTML_BYTES_MAX {
        return Err(TooComplex);
    }
    // Means nothing in HTML, and is slow to pass over.
    let html = html.replace('\0', "");
    if !budget::is_within(&html) {
        return Err(TooComplex);
    }
    let blocked = Arc::new(AtomicU32::new(0));
    let filter = Filter {
        options: options.clone(),
        blocked: Arc::clone(&blocked),
    };
    let html = contained(|| builder(filter).clean(&html).to_string()).ok_or(TooComplex)?;
    Ok(SafeHtml {
        html,
        images_blocked: blocked.load(Ordering::Relaxed),
    })
}

fn builder(filter: Filter) -> Builder<'static> {
    let set = |names: &[&'static str]| names.iter().copied().collect::<HashSet<_>>();
    let mut builder = Builder::empty();
    builder
        .tags(set(TAGS))
        .clean_content_tags(set(TAGS_WITH_CONTENT))
        .generic_attributes(set(ATTRIBUTES))
        .tag_attributes(
            TAG_ATTRIBUTES
                .iter()
                .map(|(tag, names)| (*tag, set(names)))
                .collect(),
        )
        .url_schemes(set(SCHEMES))
        // The filter refuses relative URLs; the ones it writes itself are relative.
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .strip_comments(true)
        .attribute_filter(move |tag, name, value| filter.attribute(tag, name, value));
    builder
}

/// Decides about each attribute that the lists allow.
struct Filter {
    options: Options,
    blocked: Arc<AtomicU32>,
}

impl Filter {
    fn attribute<'u>(&self, tag: &str, name: &str, value: &'u str) -> Option<Cow<'u, str>> {
        match (tag, name) {
            ("a", "href") => is_link(value).then_some(Cow::Borrowed(value)),
            ("img", "src") | (_, "background") => self.image(value).map(Cow::Owned),
            (_, "href" | "src") => None,
            (_, "style") => {
                let style = style::filter(value);
                (!style.is_empty()).then_some(Cow::Owned(style))
            }
            _ => Some(Cow::Borrowed(value)),
        }
    }

    fn image(&self, url: &str) -> Option<String> {
        let url = url.trim_ascii();
        if let Some(cid) = strip_scheme(url, "cid:") {
            let cid = percent_decode_str(cid).decode_utf8_lossy();
            let part = self.options.inline_parts.get(cid.as_ref())?;
            return Some(format!("{}{part}", self.options.inline_url_prefix));
        }
        if let Some(data) = strip_scheme(url, "data:") {
            let is_raster = DATA_IMAGE_TYPES
                .iter()
                .any(|kind| strip_scheme(data, kind).is_some());
            return is_raster.then(|| url.to_owned());
        }
        let is_remote =
            strip_scheme(url, "http://").is_some() || strip_scheme(url, "https://").is_some();
        if !is_remote || url.len() > LINK_BYTES_MAX || url.chars().any(char::is_control) {
            return None;
        }
        match &self.options.remote {
            RemoteImages::Blocked => {
                self.blocked.fetch_add(1, Ordering::Relaxed);
                None
            }
            RemoteImages::Via(links) => Some((links.0)(url)),
        }
    }
}

/// Whether a link may be followed: http, https, mailto or tel, absolute, without what a browser
/// would silently drop from it.
pub(crate) fn is_link(url: &str) -> bool {
    const LINK_SCHEMES: &[&str] = &["http://", "https://", "mailto:", "tel:"];
    url.len() <= LINK_BYTES_MAX
        && !url
            .chars()
            .any(|c| c.is_control() || super::words::is_deceptive(c))
        && LINK_SCHEMES.iter().any(|scheme| {
            strip_scheme(url.trim_ascii(), scheme).is_some_and(|rest| !rest.is_empty())
        })
}

fn strip_scheme<'u>(url: &'u str, scheme: &str) -> Option<&'u str> {
    let start = url.get(..scheme.len())?;
    start
        .eq_ignore_ascii_case(scheme)
        .then(|| url.get(scheme.len()..))
        .flatten()
}

#[cfg(test)]
mod tests;
