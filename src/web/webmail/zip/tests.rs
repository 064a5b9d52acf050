use super::*;

#[test]
fn checksums_are_the_known_ones() {
    assert_eq!(crc32(b""), 0);
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
}

#[test]
fn no_two_files_have_one_name() {
    let mut archive = Archive::new(Timestamp::EPOCH);
    let names = ["a.txt", "A.TXT", "a.txt", "a (2).txt", "b", "b", ".x", ".x"];
    let found = names.map(|name| archive.unique(name));
    let expected = [
        "a.txt",
        "A (2).TXT",
        "a (3).txt",
        "a (2) (2).txt",
        "b",
        "b (2)",
        ".x",
        ".x (2)",
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_archive_is_one_that_others_read() {
    let mut archive = Archive::new(Timestamp::from_secs(1_795_356_000));
    let mut whole = Vec::new();
    for (name, bytes) in [("Überblick.txt", &b"first"[..]), ("b.bin", &[0, 1, 2])] {
        whole.extend(archive.begin(name, bytes).unwrap());
        whole.extend_from_slice(bytes);
    }
    whole.extend(archive.finish().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zip");
    std::fs::write(&path, whole).unwrap();
    let script = "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; \
        print([(i.filename, z.read(i).hex(), i.date_time) for i in z.infolist()])";
    let output = std::process::Command::new("python3")
        .args(["-c", script])
        .arg(&path)
        .env("PYTHONIOENCODING", "utf-8")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let expected = "[('Überblick.txt', '6669727374', (2026, 11, 22, 14, 0, 0)), \
        ('b.bin', '000102', (2026, 11, 22, 14, 0, 0))]";
    assert_eq!(
        said.trim(),
        expected,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
