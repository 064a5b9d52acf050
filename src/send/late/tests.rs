use super::*;
use crate::mail::summarize;
use crate::mail::view::View;

const LETTER: &str =
    "From: a@x.example\r\nTo: ann@example.com\r\nMessage-ID: <1@x.example>\r\nSubject: Hi\r\n";

/// The notice about a message with more in its header, as one message.
fn notice(more: &str, words: &Words) -> Vec<u8> {
    let original = format!("{LETTER}{more}\r\nx\r\n");
    let made = late(&Late {
        hostname: "lifeboat.example",
        recipient: &"ann@example.com".parse().unwrap(),
        to: &"a@x.example".parse().unwrap(),
        answered: &summarize(original.as_bytes()),
        original: original.as_bytes(),
        received_at: Timestamp::from_secs(1_795_390_200),
        words,
        message_id: "n1@lifeboat.example",
        now: Timestamp::from_secs(1_795_400_000),
    });
    [made.header, made.text].concat()
}

/// The text that people read.
fn text_of(message: &[u8]) -> String {
    View::parse(message).plain_text()
}

fn words(language: Language, texts: &[(Language, &str)]) -> Words {
    let texts = texts
        .iter()
        .map(|(language, text)| (*language, (*text).to_owned()));
    Words {
        language,
        texts: texts.collect(),
    }
}

#[test]
fn it_is_in_the_language_of_the_sender_or_else_of_the_policy() {
    let german = Words {
        language: Language::De,
        ..Words::default()
    };
    for (more, subject) in [
        ("", "Ihre Nachricht ist angekommen und noch nicht gelesen"),
        (
            "Accept-Language: fr-FR, en;q=0.5\r\n",
            "Votre message est arrivé et n'est pas encore lu",
        ),
        (
            "Accept-Language: nl, en-US;q=0.5, es;q=0.9\r\n",
            "Su mensaje ha llegado y aún no se ha leído",
        ),
        (
            "Content-Language: en\r\n",
            "Your message was received and is not read yet",
        ),
        (
            "Content-Language: en\r\nAccept-Language: ar\r\n",
            "وصلت رسالتك ولم تُقرأ بعد",
        ),
        (
            "Accept-Language: tlh, xx;q=z, fr;q=0\r\n",
            "Ihre Nachricht ist angekommen und noch nicht gelesen",
        ),
    ] {
        let message = notice(more, &german);
        assert_eq!(summarize(&message).subject, subject, "{more}");
        let text = text_of(&message);
        assert!(text.contains("ann@example.com"), "{more}: {text}");
    }
}

#[test]
fn own_words_are_filled_in_and_cannot_break_out_of_their_field() {
    let own = words(
        Language::En,
        &[(
            Language::En,
            "Late: {address}\rBcc: eve@evil.example\n\nKept since {time}.\nYour Acme",
        )],
    );
    let message = notice("", &own);
    let text = String::from_utf8(message.clone()).unwrap();
    assert!(
        text.contains("Subject: Late: ann@example.comBcc: eve@evil.example\r\n"),
        "{text}"
    );
    assert!(!text.contains("\nBcc:") && !text.contains("\r\r"), "{text}");
    assert!(
        text.contains("Kept since Sun, 22 Nov 2026") && text.contains("\r\nYour Acme"),
        "{text}"
    );
    assert!(text.contains("Auto-Submitted: auto-replied") && text.contains("Action: delayed"));
    // What cannot be filled in any more is said in the usual words.
    let broken = words(Language::De, &[(Language::De, "{phone}")]);
    let text = String::from_utf8(notice("", &broken)).unwrap();
    assert!(!text.contains("{phone}") && text.contains("Content-Language: de"));
}

#[test]
fn every_line_of_it_goes_over_any_wire() {
    let long = "ü".repeat(3_000);
    let own = words(
        Language::En,
        &[(Language::En, &format!("{long}\n\n{long}\n"))],
    );
    for words in [&own, &words(Language::Ar, &[])] {
        let message = notice("", words);
        assert!(message.is_ascii());
        let text = String::from_utf8(message).unwrap();
        assert!(text.lines().all(|line| line.len() <= 100), "{text}");
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
    }
}
