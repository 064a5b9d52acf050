use proptest::prelude::*;

use super::*;

fn attribute(level: u8, id: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![level];
    bytes.extend_from_slice(&id.to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(data.len()).unwrap().to_le_bytes());
    bytes.extend_from_slice(data);
    bytes.extend_from_slice(&[0, 0]);
    bytes
}

/// A container with a text and two files, one with a long name.
pub(crate) fn sample() -> Vec<u8> {
    let mut properties = 3_u32.to_le_bytes().to_vec();
    // An integer, a named boolean, and the long name in UTF-16.
    properties.extend_from_slice(&[0x03, 0, 0x05, 0x37, 1, 0, 0, 0]);
    properties.extend_from_slice(&[0x0b, 0, 0x01, 0x80]);
    properties.extend_from_slice(&[7; 16]);
    properties.extend_from_slice(&[0, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0]);
    properties.extend_from_slice(&[0x1f, 0, 0x07, 0x37, 1, 0, 0, 0]);
    let long: Vec<u8> = "Überblick 2026.txt\0"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    properties.extend_from_slice(&u32::try_from(long.len()).unwrap().to_le_bytes());
    properties.extend_from_slice(&long);
    properties.extend(std::iter::repeat_n(0, long.len().wrapping_neg() & 3));
    let mut bytes = SIGNATURE.to_vec();
    bytes.extend_from_slice(&[1, 0]);
    bytes.extend(attribute(1, 0x0006_9008, &[0, 0, 1, 0]));
    bytes.extend(attribute(1, 0x0002_800c, b"Text inside\0"));
    bytes.extend(attribute(2, 0x0006_9002, &[1; 14]));
    bytes.extend(attribute(2, 0x0001_8010, b"BERBLI~1.TXT\0"));
    bytes.extend(attribute(2, 0x0006_800f, b"first file"));
    bytes.extend(attribute(2, 0x0006_9005, &properties));
    bytes.extend(attribute(2, 0x0006_9002, &[1; 14]));
    bytes.extend(attribute(2, 0x0001_8010, b"b.bin\0"));
    bytes.extend(attribute(2, 0x0006_800f, b"\0\x01\x02"));
    bytes
}

#[test]
fn files_and_text_are_found() {
    let bytes = sample();
    let found = Tnef::parse(&bytes).unwrap();
    assert_eq!(found.text, "Text inside");
    let files: Vec<(&str, &[u8])> = found
        .files
        .iter()
        .map(|file| (file.name.as_str(), &bytes[file.data.clone()]))
        .collect();
    let expected: [(&str, &[u8]); 2] = [
        ("Überblick 2026.txt", b"first file"),
        ("b.bin", b"\0\x01\x02"),
    ];
    assert_eq!(files, expected);
}

#[test]
fn what_is_cut_or_no_container_gives_what_there_is() {
    let bytes = sample();
    for end in 0..bytes.len() {
        match Tnef::parse(&bytes[..end]) {
            Some(found) => assert!(found.files.len() <= 2 && end >= 6),
            None => assert!(end < 6),
        }
    }
    assert_eq!(Tnef::parse(b"not a container"), None);
    let huge = [&SIGNATURE[..], &[1, 0], &attribute(2, ATTACH_DATA, b"x")].concat();
    let mut huge = huge;
    huge[11..15].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(Tnef::parse(&huge).unwrap().files.len(), 0);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(at in 0_usize..300, with in prop::collection::vec(any::<u8>(), 1..40)) {
        let mut bytes = sample();
        let at = at.min(bytes.len());
        bytes.splice(at..(at + with.len()).min(bytes.len()), with);
        if let Some(found) = Tnef::parse(&bytes) {
            for file in found.files {
                prop_assert!(bytes.get(file.data).is_some());
            }
        }
    }
}
