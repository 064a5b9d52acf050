use super::*;

#[test]
fn file_names_cannot_break_the_header() {
    let header = named("attachment", "a\"b\\c\r\nSet-Cookie: x=y ä.pdf");
    let text = header.to_str().unwrap();
    assert!(!text.contains('\r') && !text.contains('\n'), "{text}");
    assert!(text.starts_with("attachment; filename=\"a_b_c__Set-Cookie: x=y _.pdf\""));
    assert!(text.ends_with("%C3%A4%2Epdf"), "{text}");
}

#[test]
fn html_mail_is_framed_sanitised() {
    let mail = b"Content-Type: text/html\r\n\r\n<p onclick=x()>Hi</p>\
        <script>alert(1)</script><img src=http://evil.example/x.png>";
    let page = frame_page(mail, "/mail/inbox/1/part/", "quoted", RemoteImages::Blocked);
    assert!(page.contains("Hi"));
    for bad in ["<script", "onclick", "evil.example"] {
        assert!(!page.contains(bad), "{page}");
    }
}
