//! Pictures from elsewhere, fetched for a reader who asked for them.
//!
//! The address comes from mail and is hostile: only http and https on their own ports are called, names
//! are resolved here, and what is connected to is an address that was checked, at each redirect anew; so
//! nothing inside the hoster's network can be reached, whatever a name resolves to and when. Nothing goes
//! out but the request itself: no cookie, no referrer, no word about the reader. What comes back is a
//! raster image by its own first bytes, whatever it is called, and within bounds.

mod places;
mod via;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, HOST, LOCATION, USER_AGENT,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_util::task::AbortOnDropHandle;
use url::{Host, Url};

use crate::ids::MailboxId;
use crate::net::{self, BoxStream, Endpoint, TlsConnector, TlsError};
use places::Places;

/// Largest picture, in bytes.
pub const IMAGE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Longest address, in bytes.
pub const URL_BYTES_MAX: usize = 4096;
/// Most addresses of one host that are tried.
const ADDRESSES_MAX: usize = 4;
/// Most redirects that are followed.
const REDIRECTS_MAX: usize = 3;
/// For each of: the name, the connection, the handshake.
const STEP: Duration = Duration::from_secs(5);
/// For a picture with all its redirects, waiting included.
const WHOLE: Duration = Duration::from_secs(20);

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its type, by its first bytes.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: Bytes,
}

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// The address is none that is called.
    #[error("this address is not fetched from")]
    Refused,
    /// Nobody answered, or not in time, or not as asked.
    #[error("the picture could not be fetched")]
    Unreachable,
    /// Too large, or no raster image.
    #[error("what is there is no picture that can be shown")]
    NotAnImage,
}

/// What may be connected to. Everything but the public internet is refused; tests put a server of their
/// own in its place.
#[derive(Clone, Copy, Debug)]
struct Rules {
    address: fn(IpAddr) -> bool,
    port: fn(u16) -> bool,
}

const PUBLIC: Rules = Rules {
    address: net::is_public,
    port: |port| matches!(port, 80 | 443),
};

/// Fetches pictures; clones share the bound on how many at a time.
#[derive(Clone, Debug)]
pub struct Images {
    places: Places,
    rules: Rules,
}

impl Default for Images {
    fn default() -> Self {
        Self {
            places: Places::default(),
            rules: PUBLIC,
        }
    }
}

/// What is to be fetched.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its address.
    pub url: &'a str,
    /// The proxy that leads out, where there is no other way.
    pub via: Option<&'a Endpoint>,
    /// Who asks.
    pub reader: MailboxId,
}

impl Images {
    /// Fetches a picture.
    ///
    /// # Errors
    /// [`ImageError`]; nothing of it says what is where.
    pub async fn fetch(&self, wanted: Wanted<'_>) -> Result<Image, ImageError> {
        let fetching = async {
            let place = self.places.take(wanted.reader).await;
            let _place = place.ok_or(ImageError::Unreachable)?;
            self.follow(wanted).await
        };
        tokio::time::timeout(WHOLE, fetching)
            .await
            .unwrap_or(Err(ImageError::Unreachable))
    }

    async fn follow(&self, wanted: Wanted<'_>) -> Result<Image, ImageError> {
        let mut url = self.checked(Url::parse(wanted.url))?;
        for _ in 0..=REDIRECTS_MAX {
            // The connection ends with this turn of the loop, whatever came over it.
            let (response, _connection) = self.get(&url, wanted.via).await?;
            if !response.status().is_redirection() {
                return picture(response).await;
            }
            let to = response.headers().get(LOCATION);
            let to = to.and_then(|to| to.to_str().ok());
            url = self.checked(url.join(to.ok_or(ImageError::Unreachable)?))?;
        }
        Err(ImageError::Unreachable)
    }

    /// An address that may be called, as far as it says itself.
    fn checked(&self, url: Result<Url, url::ParseError>) -> Result<Url, ImageError> {
        let mut url = url.map_err(|_| ImageError::Refused)?;
        let is_web = matches!(url.scheme(), "http" | "https");
        let port = url.port_or_known_default().unwrap_or(0);
        let is_bare = url.set_username("").is_ok() && url.set_password(None).is_ok();
        url.set_fragment(None);
        let is_short = url.as_str().len() <= URL_BYTES_MAX;
        if is_web && is_bare && is_short && (self.rules.port)(port) {
            Ok(url)
        } else {
            Err(ImageError::Refused)
        }
    }

    /// Where a host is: the first few of its addresses that may be connected to.
    async fn locate(&self, url: &Url) -> Result<Vec<SocketAddr>, ImageError> {
        let port = url.port_or_known_default().ok_or(ImageError::Refused)?;
        let found: Vec<IpAddr> = match url.host().ok_or(ImageError::Refused)? {
            Host::Ipv4(address) => vec![address.into()],
            Host::Ipv6(address) => vec![address.into()],
            Host::Domain(name) => {
                let looking = tokio::net::lookup_host((name, port));
                match tokio::time::timeout(STEP, looking).await {
                    Ok(Ok(found)) => found.map(|address| address.ip()).collect(),
                    _ => return Err(ImageError::Unreachable),
                }
            }
        };
        let allowed: Vec<SocketAddr> = found
            .into_iter()
            .filter(|ip| (self.rules.address)(*ip))
            .take(ADDRESSES_MAX)
            .map(|ip| SocketAddr::new(ip, port))
            .collect();
        if allowed.is_empty() {
            Err(ImageError::Refused)
        } else {
            Ok(allowed)
        }
    }

    async fn get(
        &self,
        url: &Url,
        via: Option<&Endpoint>,
    ) -> Result<(hyper::Response<Incoming>, AbortOnDropHandle<()>), ImageError> {
        let addresses = self.locate(url).await?;
        let stream = match via {
            Some(proxy) => via::connect(proxy, &addresses).await?,
            None => connect(&addresses).await?,
        };
        let stream = protect(stream, url).await?;
        let host = url.host_str().ok_or(ImageError::Refused)?;
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
            .max_buf_size(64 * 1024)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|_| ImageError::Unreachable)?;
        let connection = AbortOnDropHandle::new(tokio::spawn(async move {
            // Its end is seen by who reads the answer.
            let _ = connection.await;
        }));
        let path = url.query().map_or_else(
            || url.path().to_owned(),
            |query| format!("{}?{query}", url.path()),
        );
        let request = Request::get(path)
            .header(HOST, host)
            .header(USER_AGENT, "Mozilla/5.0")
            .header(ACCEPT, "image/png, image/jpeg, image/gif, image/webp")
            .header(ACCEPT_ENCODING, "identity")
            .header(CONNECTION, "close")
            .body(Empty::<Bytes>::new())
            .map_err(|_| ImageError::Refused)?;
        let response = sender.send_request(request).await;
        let response = response.map_err(|_| ImageError::Unreachable)?;
        Ok((response, connection))
    }
}

async fn connect(addresses: &[SocketAddr]) -> Result<BoxStream, ImageError> {
    // These addresses and no others: the name is not looked up again.
    let connecting = TcpStream::connect(addresses);
    match tokio::time::timeout(STEP, connecting).await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        _ => Err(ImageError::Unreachable),
    }
}

/// The connection as the address wants it: with TLS, or as it is.
async fn protect(stream: BoxStream, url: &Url) -> Result<BoxStream, ImageError> {
    if url.scheme() == "http" {
        return Ok(stream);
    }
    let name = url.host_str().ok_or(ImageError::Refused)?;
    let shaking = async {
        let tls = TlsConnector::new(None)?;
        tls.handshake(stream, name.trim_matches(['[', ']']), STEP)
            .await
    };
    shaking.await.map_err(|error: TlsError| {
        if matches!(error, TlsError::NoRoots) {
            tracing::warn!(%error, "pictures cannot be fetched over https");
        }
        ImageError::Unreachable
    })
}

/// The picture in an answer.
async fn picture(response: hyper::Response<Incoming>) -> Result<Image, ImageError> {
    if !response.status().is_success() {
        return Err(ImageError::Unreachable);
    }
    let said = response.headers().get(CONTENT_LENGTH);
    let said = said.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|bytes| bytes > IMAGE_BYTES_MAX) {
        return Err(ImageError::NotAnImage);
    }
    let body = Limited::new(response.into_body(), IMAGE_BYTES_MAX);
    let bytes = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            return Err(ImageError::NotAnImage);
        }
        Err(_) => return Err(ImageError::Unreachable),
    };
    let content_type = raster_type(&bytes).ok_or(ImageError::NotAnImage)?;
    Ok(Image {
        content_type,
        bytes,
    })
}

/// The type of a raster image by its first bytes; never SVG, which is a document.
pub fn raster_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
