//! Odd messages, made by generators: each is stored and exported as it came, to the octet.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use super::bed::Bed;
use crate::dice::Dice;
use crate::rig::{Dialect, SmtpClient};

/// How many; `make soak` makes more.
fn count() -> usize {
    let set = std::env::var("LIFEBOAT_ODD_MESSAGES").ok();
    set.and_then(|text| text.parse().ok()).unwrap_or(1500)
}

/// A message that real mail systems have sent in one form or another; line ends are CR LF.
fn odd(dice: &mut Dice, number: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..below(dice, 12) {
        out.extend(field(dice));
    }
    out.extend(format!("Message-ID: <odd{number}@elsewhere.test>\r\n").bytes());
    match below(dice, 12) {
        // No body, no empty line; an empty line and nothing; a body without an end of line is not
        // possible by DATA.
        0 => return out,
        1 => out.extend(b"\r\n"),
        _ => {
            out.extend(b"\r\n");
            for _ in 0..below(dice, 30) {
                out.extend(line(dice));
                out.extend(b"\r\n");
            }
        }
    }
    out
}

fn field(dice: &mut Dice) -> Vec<u8> {
    let name: &[u8] = pick(
        dice,
        &[
            &b"Subject"[..],
            b"From",
            b"To",
            b"Content-Type",
            b"MIME-Version",
            b"Content-Transfer-Encoding",
            b"Date",
            b"Received",
            b"X-\xff\xfe",
            b"References",
            b"Content-Disposition",
            b"not a field",
            b"",
            b"List-Id",
            b"DKIM-Signature",
            b"From ann@example.com Mon Nov  2 09:00:00 2026",
        ],
    );
    let value: &[u8] = pick(
        dice,
        &[
            &b"plain"[..],
            b"=?utf-8?B?4pyT?= =?x-unknown?Q?=FF=00?=",
            b"=?utf-8?Q?never ended",
            b"multipart/mixed; boundary=\"b",
            b"multipart/mixed; boundary=\"\"",
            b"message/rfc822",
            b"text/html; charset=\"utf-8\"; charset=latin1",
            b"\"unclosed <a@b",
            b"a@b, <c@d>, group: e@f;, \"\\\"\" <g@h>",
            b"Thu, 32 Foo 99999 99:99:99 +9999",
            b"\xe4\xf6\xfc raw latin1 \x80\x9f",
            b"\t\tfolded\r\n \r\n\tand empty lines of blanks",
            b"",
            b"base64",
            b"quoted-printable",
            b"(comment (nested (deeply \\) x)",
        ],
    );
    let mut out = name.to_vec();
    if below(dice, 20) > 0 {
        out.push(b':');
    }
    if below(dice, 5) > 0 {
        out.push(b' ');
    }
    out.extend(value);
    out.extend(b"\r\n");
    out
}

fn line(dice: &mut Dice) -> Vec<u8> {
    match below(dice, 12) {
        0 => b".".to_vec(),
        1 => b"..".to_vec(),
        2 => b".leading dot".to_vec(),
        3 => vec![b'x'; 998 + below(dice, 5_000)],
        4 => vec![0; 1 + below(dice, 5)],
        5 => (128..=255).collect(),
        6 => b"--b".to_vec(),
        7 => b"--b--".to_vec(),
        8 => b"From the start of a line".to_vec(),
        9 => b"=C3=BC=\t".to_vec(),
        10 => Vec::new(),
        _ => b"begin 644 a.txt".to_vec(),
    }
}

fn below(dice: &mut Dice, bound: usize) -> usize {
    usize::try_from(dice.roll(bound as u64)).expect("a small number")
}

fn pick<'a>(dice: &mut Dice, from: &[&'a [u8]]) -> &'a [u8] {
    from[below(dice, from.len())]
}

#[test]
fn odd_messages_are_stored_and_exported_as_they_came() {
    let bed = Bed::start("smtp-odd", "");
    bed.provision();
    let mut dice = Dice::new(2026);
    let mut lmtp = connect(&bed, Dialect::Lmtp);
    let mut smtp = connect(&bed, Dialect::Smtp);
    let mut sent: Vec<[u8; 32]> = Vec::new();
    let mut lengths = Vec::new();
    for number in 0..count() {
        let message = odd(&mut dice, number);
        sent.push(Sha256::digest(&message).into());
        lengths.push(message.len());
        let said = match number % 3 {
            0 => send(&mut lmtp, &message),
            1 => send(&mut smtp, &message),
            _ => send_chunks(&mut smtp, &message, &mut dice),
        };
        assert_eq!(said, 250, "{}", message.escape_ascii());
    }
    drop((lmtp, smtp));
    let exports = ["eml", "maildir"].map(|format| (format, export(&bed, format)));
    let inside = bed.into_store();
    let stored = inside.messages("ann@example.com");
    assert_eq!(stored.len(), sent.len());
    // They came one after another, so their ids are in the order in which they were sent.
    for (at, stored) in stored.iter().enumerate() {
        let digest: [u8; 32] = Sha256::digest(&stored.body).into();
        assert_eq!(digest, sent[at], "stored: {}", stored.body.escape_ascii());
    }
    for (format, mut files) in exports {
        assert_eq!(files.len(), sent.len(), "{format}");
        for (at, stored) in stored.iter().enumerate() {
            let id = u64::try_from(at + 1).expect("a small number");
            let bytes = files.remove(&id).expect("a file for each message");
            let (prefix, body) = bytes.split_at(bytes.len() - lengths[at]);
            assert_eq!(prefix, stored.record.prefix, "{format} {id}");
            let digest: [u8; 32] = Sha256::digest(body).into();
            assert_eq!(digest, sent[at], "{format} {id}: {}", body.escape_ascii());
        }
    }
}

/// What `lifeboat store export` writes of ann's mail: each file, by the standby id in its name.
fn export(bed: &Bed, format: &str) -> HashMap<u64, Vec<u8>> {
    let directory = bed.dir.path().join(format!("export-{format}"));
    let to = directory.display().to_string();
    bed.lifeboat.cli(&[
        "store",
        "export",
        "ann@example.com",
        "--format",
        format,
        &to,
    ]);
    let mut files = HashMap::new();
    let mut directories = vec![directory];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).expect("read an export") {
            let path = entry.expect("read an export").path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let mut words = name.split('.');
            // 00000001.eml, or 1793000000.00000001.lifeboat,S=1:2,
            let id = match format {
                "eml" => words.next(),
                _ => words.nth(1),
            };
            if let Some(id) = id.and_then(|id| id.parse().ok()) {
                files.insert(id, std::fs::read(&path).expect("read a message"));
            }
        }
    }
    files
}

fn connect(bed: &Bed, dialect: Dialect) -> SmtpClient {
    let address = match dialect {
        Dialect::Lmtp => bed.lifeboat.lmtp().addr(),
        Dialect::Smtp => bed.trusted.addr(),
    };
    SmtpClient::connect(address, dialect).expect("connect")
}

fn send(client: &mut SmtpClient, message: &[u8]) -> u16 {
    let replies = client.send("carol@elsewhere.test", &["ann@example.com"], message);
    replies.expect("hand over").remove(0).code
}

/// By BDAT, cut anywhere.
fn send_chunks(client: &mut SmtpClient, message: &[u8], dice: &mut Dice) -> u16 {
    let mut last = 0;
    for line in [
        "MAIL FROM:<carol@elsewhere.test>",
        "RCPT TO:<ann@example.com>",
    ] {
        assert_eq!(client.command(line).expect("talk").code, 250);
    }
    let mut rest = message;
    loop {
        let (chunk, after) = rest.split_at(below(dice, rest.len() + 1));
        let is_last = after.is_empty();
        let mark = if is_last { " LAST" } else { "" };
        let command = format!("BDAT {}{mark}\r\n", chunk.len());
        client
            .write(&[command.as_bytes(), chunk].concat())
            .expect("talk");
        let reply = client.read_reply().expect("a reply");
        if is_last || !reply.is_ok() {
            last = last.max(reply.code);
            return last;
        }
        rest = after;
    }
}
