use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;";

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut all = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    all.extend_from_slice(body);
    all
}

type Pages = Arc<Vec<(&'static str, Vec<u8>)>>;

async fn serve(mut stream: TcpStream, pages: Pages, seen: Arc<Mutex<Vec<String>>>) {
    let mut request = Vec::new();
    let mut piece = [0; 1024];
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut piece).await {
            Ok(n @ 1..) => request.extend_from_slice(&piece[..n]),
            _ => break,
        }
    }
    let request = String::from_utf8(request).unwrap();
    let path = request.split(' ').nth(1).unwrap_or("").to_owned();
    seen.lock().unwrap().push(request);
    let page = pages.iter().find(|(known, _)| *known == path);
    let bytes = page.map_or_else(|| answer("404 Not Found", "", b""), |(_, b)| b.clone());
    let _ = stream.write_all(&bytes).await;
}

/// A web server on loopback; returns its port and what it was asked.
async fn server(pages: Vec<(&'static str, Vec<u8>)>) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let pages = Arc::new(pages);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, pages.clone(), seen.clone()));
        }
    });
    (port, asked)
}

fn loopback() -> Images {
    Images {
        rules: Rules {
            address: |ip| ip.is_loopback(),
            port: |_| true,
        },
        ..Images::default()
    }
}

async fn fetch(images: &Images, url: &str) -> Result<Image, ImageError> {
    fetch_via(images, url, None).await
}

async fn fetch_via(
    images: &Images,
    url: &str,
    via: Option<&Endpoint>,
) -> Result<Image, ImageError> {
    let reader = MailboxId::from_bytes([1; 16]);
    images.fetch(Wanted { url, via, reader }).await
}

/// A forward proxy on loopback that leads to loopback; what it was asked.
async fn proxy(answer: &'static str) -> (Endpoint, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            let request = String::from_utf8(request).unwrap();
            let to = request.split(' ').nth(1).unwrap().to_owned();
            seen.lock().unwrap().push(request);
            stream.write_all(answer.as_bytes()).await.unwrap();
            if let Ok(mut there) = TcpStream::connect(to).await {
                let _ = tokio::io::copy_bidirectional(&mut stream, &mut there).await;
            }
        }
    });
    (Endpoint::tcp("127.0.0.1", port), asked)
}

#[tokio::test]
async fn a_proxy_is_asked_for_checked_addresses_and_told_no_name() {
    let (port, asked) = server(vec![("/a.gif", answer("200 OK", "", GIF))]).await;
    let (open, told) = proxy("HTTP/1.1 200 Connection established\r\nX: y\r\n\r\n").await;
    let url = format!("http://localhost:{port}/a.gif");
    let found = fetch_via(&loopback(), &url, Some(&open)).await;
    assert_eq!(found.unwrap().bytes, GIF);
    assert!(asked.lock().unwrap()[0].contains(&format!("localhost:{port}\r\n")));
    let last = told.lock().unwrap().last().cloned().unwrap();
    let connect = format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    assert_eq!(last, connect);
    assert!(
        told.lock()
            .unwrap()
            .iter()
            .all(|request| !request.contains("localhost"))
    );

    let before = told.lock().unwrap().len();
    let inside = fetch_via(&Images::default(), &url, Some(&open)).await;
    assert_eq!(inside, Err(ImageError::Refused));
    assert_eq!(
        told.lock().unwrap().len(),
        before,
        "the inside is refused before it is asked"
    );
    let (closed, _) = proxy("HTTP/1.1 403 Forbidden\r\n\r\n").await;
    let refused = fetch_via(&loopback(), &url, Some(&closed)).await;
    assert_eq!(refused, Err(ImageError::Unreachable));
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn pictures_come_by_their_bytes_and_within_bounds() {
    let large = vec![b'x'; IMAGE_BYTES_MAX + 1];
    let mut lying = b"HTTP/1.1 200 OK\r\n\r\nGIF89a".to_vec();
    lying.extend_from_slice(&large);
    let (port, asked) = server(vec![
        (
            "/a.gif",
            answer("200 OK", "Content-Type: text/html\r\n", GIF),
        ),
        (
            "/b.svg",
            answer(
                "200 OK",
                "Content-Type: image/png\r\n",
                b"<svg onload=alert(1)>",
            ),
        ),
        ("/large", answer("200 OK", "", &large)),
        ("/lying", lying),
        (
            "/there",
            answer("302 Found", "Location: /a.gif?x=1\r\n", b""),
        ),
        ("/a.gif?x=1", answer("200 OK", "", GIF)),
        ("/round", answer("302 Found", "Location: /round\r\n", b"")),
        (
            "/file",
            answer("302 Found", "Location: file:///etc/passwd\r\n", b""),
        ),
        (
            "/broken",
            b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nGIF89a".to_vec(),
        ),
    ])
    .await;
    let images = loopback();
    let cases: &[(&str, Result<&[u8], ImageError>)] = &[
        ("a.gif", Ok(GIF)),
        ("there", Ok(GIF)),
        ("b.svg", Err(ImageError::NotAnImage)),
        ("large", Err(ImageError::NotAnImage)),
        ("lying", Err(ImageError::NotAnImage)),
        ("round", Err(ImageError::Unreachable)),
        ("file", Err(ImageError::Refused)),
        ("broken", Err(ImageError::Unreachable)),
        ("missing", Err(ImageError::Unreachable)),
    ];
    for (path, expected) in cases {
        let found = fetch(&images, &format!("http://127.0.0.1:{port}/{path}")).await;
        let expected = expected.clone().map(|bytes| ("image/gif", bytes.to_vec()));
        assert_eq!(
            found.map(|image| (image.content_type, image.bytes.to_vec())),
            expected,
            "{path}"
        );
    }
    let named = format!("http://user:secret@localhost:{port}/a.gif#x");
    let named = fetch(&images, &named).await;
    assert!(named.is_ok());
    let asked = asked.lock().unwrap();
    let rounds = asked
        .iter()
        .filter(|request| request.starts_with("GET /round"));
    assert_eq!(rounds.count(), 4);
    for request in asked.iter() {
        let lower = request.to_lowercase();
        for word in ["cookie", "referer", "lifeboat", "authorization"] {
            assert!(!lower.contains(word), "{request}");
        }
    }
}

#[tokio::test]
async fn nothing_inside_is_ever_called() {
    let (port, asked) = server(vec![("/a.gif", answer("200 OK", "", GIF))]).await;
    let images = Images::default();
    let any_port = Images {
        rules: Rules {
            port: |_| true,
            ..PUBLIC
        },
        ..Images::default()
    };
    let hosts = [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "0.0.0.0",
        "[::]",
        "127.0.0.1.",
    ];
    for host in hosts {
        for images in [&images, &any_port] {
            let found = fetch(images, &format!("http://{host}:{port}/a.gif")).await;
            assert!(
                matches!(found, Err(ImageError::Refused | ImageError::Unreachable)),
                "{host}"
            );
        }
    }
    for url in [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "https://192.168.0.1/",
        "ftp://8.8.8.8/x.gif",
        "file:///etc/passwd",
        "gopher://8.8.8.8:80/",
        "http://8.8.8.8:25/",
        "http:///",
        "",
    ] {
        assert_eq!(fetch(&images, url).await, Err(ImageError::Refused), "{url}");
    }
    assert_eq!(asked.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_redirect_to_the_inside_is_refused_too() {
    let (inside, asked) = server(vec![("/a.gif", answer("200 OK", "", GIF))]).await;
    let to = format!("Location: http://127.0.0.2:{inside}/a.gif\r\n");
    let (port, _) = server(vec![("/out", answer("302 Found", &to, b""))]).await;
    let images = Images {
        rules: Rules {
            address: |ip| ip == IpAddr::from([127, 0, 0, 1]),
            port: |_| true,
        },
        ..Images::default()
    };
    let found = fetch(&images, &format!("http://127.0.0.1:{port}/out")).await;
    assert_eq!(found, Err(ImageError::Refused));
    assert_eq!(asked.lock().unwrap().len(), 0);
}

#[test]
fn only_raster_images_are_images() {
    let cases: &[(&[u8], Option<&str>)] = &[
        (b"\x89PNG\r\n\x1a\n....", Some("image/png")),
        (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
        (b"GIF87a", Some("image/gif")),
        (b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp")),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"<?xml version='1.0'?><svg/>", None),
        (b"%PDF-1.7", None),
        (b"\x89PN", None),
        (b"", None),
    ];
    for (bytes, expected) in cases {
        assert_eq!(raster_type(bytes), *expected, "{bytes:?}");
    }
}
