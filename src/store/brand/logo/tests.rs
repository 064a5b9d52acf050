use super::*;

#[test]
fn pictures_are_known_by_how_they_begin() {
    for (bytes, kind) in [
        (&b"\x89PNG\r\n\x1a\n...."[..], Ok(LogoKind::Png)),
        (b"\xff\xd8\xff\xe0", Ok(LogoKind::Jpeg)),
        (b"RIFF\x01\x02\x03\x04WEBPVP8 ", Ok(LogoKind::WebP)),
        (b"RIFF\x01\x02\x03\x04WAVE", Err(InvalidLogo::Kind)),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            Err(InvalidLogo::Kind),
        ),
        (b"GIF89a", Err(InvalidLogo::Kind)),
        (b"", Err(InvalidLogo::Kind)),
    ] {
        assert_eq!(Logo::try_from(bytes.to_vec()).map(|logo| logo.kind), kind);
    }
    let mut large = b"\xff\xd8\xff".to_vec();
    large.resize(LOGO_BYTES_MAX + 1, 0);
    assert_eq!(Logo::try_from(large), Err(InvalidLogo::TooLarge));
}
