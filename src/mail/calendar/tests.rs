use proptest::prelude::*;

use super::*;
use crate::clock::Timestamp;

const REQUEST: &str = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nVERSION:2.0\nBEGIN:VTIMEZONE\n\
    TZID:Our own zone\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n\
    RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nBEGIN:DAYLIGHT\n\
    DTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n\
    RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\nBEGIN:VEVENT\n\
    ORGANIZER;CN=\"Bob; the boss\":MAILTO:bob@x.example\n\
    ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=Ann:mailto:ann@example.com\n\
    ATTENDEE;PARTSTAT=ACCEPTED:mailto:carl@x.example\nUID:abc@x.example\nSEQUENCE:2\n\
    SUMMARY:Plan\\, and more\\n\n  folded\nLOCATION:Room 1\\; left\n\
    DTSTART;TZID=Our own zone:20261122T140000\nDTEND;TZID=Our own zone:20261122T150000\n\
    RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=5\nBEGIN:VALARM\nSUMMARY:not this\nEND:VALARM\nEND:VEVENT\n\
    END:VCALENDAR\n";

fn at(text: &str) -> Option<Moment> {
    Some(Moment::At(text.parse().unwrap()))
}

#[test]
fn an_invitation_is_read() {
    for text in [REQUEST.to_owned(), REQUEST.replace('\n', "\r\n")] {
        let found = Invitation::parse(text.as_bytes(), None).unwrap();
        assert_eq!(found.method, Method::Request);
        assert_eq!((found.uid.as_str(), found.sequence), ("abc@x.example", 2));
        assert_eq!(found.summary, "Plan, and more folded");
        assert_eq!(found.location, "Room 1; left");
        assert_eq!(found.start, at("2026-11-22T13:00:00Z"));
        assert_eq!(found.end, at("2026-11-22T14:00:00Z"));
        let organizer = found.organizer.as_ref().unwrap();
        assert_eq!(organizer.name.as_deref(), Some("Bob; the boss"));
        assert_eq!(organizer.address, "bob@x.example");
        assert_eq!(found.attendees.len(), 2);
        assert_eq!(found.attendees[1].said, Said::Answer(Answer::Accepted));
        let repeat = found.repeat.unwrap();
        assert_eq!(
            (repeat.frequency, repeat.interval, repeat.count),
            (Frequency::Weekly, 2, Some(5))
        );
        assert!(found.is_from("BOB@x.example") && !found.is_from("ann@example.com"));
    }
}

/// An event with these lines.
fn event(lines: &str) -> Option<Invitation> {
    let text = format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x\nSUMMARY:s\n{lines}\nEND:VEVENT\nEND:VCALENDAR"
    );
    Invitation::parse(text.as_bytes(), Some("REQUEST"))
}

#[test]
fn times_are_read_in_whatever_zone_they_are_named() {
    let day = |y, m, d| Some(Moment::Day(civil::Date::new(y, m, d).unwrap()));
    let cases: &[(&str, Option<Moment>)] = &[
        ("DTSTART:20260701T120000Z", at("2026-07-01T12:00:00Z")),
        (
            "DTSTART;TZID=Europe/Berlin:20260701T120000",
            at("2026-07-01T10:00:00Z"),
        ),
        (
            "DTSTART;TZID=\"Europe/Berlin\":20261201T120000",
            at("2026-12-01T11:00:00Z"),
        ),
        (
            "DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20260701T120000",
            at("2026-07-01T10:00:00Z"),
        ),
        (
            "DTSTART;TZID=W. Europe Standard Time:20260701T120000",
            at("2026-07-01T10:00:00Z"),
        ),
        (
            "DTSTART;TZID=Pacific Standard Time:20260701T120000",
            at("2026-07-01T19:00:00Z"),
        ),
        ("DTSTART;VALUE=DATE:20261224", day(2026, 12, 24)),
        ("DTSTART:20261224", day(2026, 12, 24)),
        (
            "DTSTART:20260701T120000",
            Some(Moment::Local(civil::date(2026, 7, 1).at(12, 0, 0, 0))),
        ),
        (
            "DTSTART;TZID=Nowhere/At all:20260701T120000",
            Some(Moment::Local(civil::date(2026, 7, 1).at(12, 0, 0, 0))),
        ),
        (
            "DTSTART;TZID=../../etc/passwd:20260701T120000",
            Some(Moment::Local(civil::date(2026, 7, 1).at(12, 0, 0, 0))),
        ),
        ("DTSTART:20261340", None),
        ("DTSTART:20260701T996000", None),
        ("DTSTART:2026", None),
        ("DTSTART:２０２６0701", None),
    ];
    for (line, expected) in cases {
        assert_eq!(event(line).unwrap().start, *expected, "{line}");
    }
    let ends = [
        (
            "DTSTART:20260701T120000Z\nDURATION:PT1H30M",
            at("2026-07-01T13:30:00Z"),
        ),
        ("DTSTART:20260701\nDURATION:P1W", day(2026, 7, 8)),
        ("DTSTART:20260701\nDURATION:P99999W", None),
        ("DTSTART:20260701\nDURATION:PT999999999999999999999S", None),
    ];
    for (lines, expected) in ends {
        assert_eq!(event(lines).unwrap().end, expected, "{lines}");
    }
}

#[test]
fn methods_and_what_is_called_off() {
    let cases = [
        ("", Some("REPLY"), Method::Reply, false),
        ("METHOD:CANCEL\n", Some("request"), Method::Cancel, true),
        ("METHOD:request\n", None, Method::Request, false),
        ("METHOD:COUNTER\n", None, Method::Publish, false),
        ("", None, Method::Publish, false),
    ];
    for (line, method, expected, cancelled) in cases {
        let text = format!(
            "BEGIN:VCALENDAR\n{line}BEGIN:VEVENT\nUID:x\nSUMMARY:s\nEND:VEVENT\nEND:VCALENDAR"
        );
        let found = Invitation::parse(text.as_bytes(), method).unwrap();
        assert_eq!(
            (found.method, found.is_cancelled),
            (expected, cancelled),
            "{line}"
        );
    }
    assert!(event("STATUS:CANCELLED").unwrap().is_cancelled);
    for nothing in [
        "",
        "hello",
        "BEGIN:VCALENDAR\nEND:VCALENDAR",
        "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:x\nSUMMARY:y\nEND:VTODO",
    ] {
        assert_eq!(
            Invitation::parse(nothing.as_bytes(), None),
            None,
            "{nothing}"
        );
    }
}

#[test]
fn the_first_event_is_the_one() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x\nSUMMARY:first\nEND:VEVENT\n\
        BEGIN:VEVENT\nUID:x\nRECURRENCE-ID:20260701\nSUMMARY:second\nEND:VEVENT\nEND:VCALENDAR";
    let found = Invitation::parse(text.as_bytes(), None).unwrap();
    assert_eq!((found.summary.as_str(), found.recurrence), ("first", None));
}

#[test]
fn an_answer_repeats_what_it_must_and_no_line_more() {
    let text = REQUEST.replace(
        "SEQUENCE:2",
        "SEQUENCE:2\nRECURRENCE-ID;TZID=Our own zone:20261122T140000",
    );
    let found = Invitation::parse(text.as_bytes(), None).unwrap();
    let own = Mailbox {
        name: Some("Ann \"A\"\r\nX-Evil: 1".into()),
        address: "ann@example.com".into(),
    };
    let answer = reply(
        &found,
        &own,
        Answer::Declined,
        Timestamp::from_secs(1_795_356_000),
    )
    .unwrap();
    for line in answer.split("\r\n") {
        assert!(line.len() <= 75 && !line.starts_with("X-Evil"), "{line}");
    }
    let joined = answer.replace("\r\n ", "");
    for line in [
        "METHOD:REPLY",
        "UID:abc@x.example",
        "SEQUENCE:2",
        "RECURRENCE-ID;TZID=Our own zone:20261122T140000",
        "BEGIN:VTIMEZONE",
        "DTSTAMP:20261122T140000Z",
        "ORGANIZER:mailto:bob@x.example",
        "ATTENDEE;PARTSTAT=DECLINED;CN=\"Ann 'A'X-Evil: 1\":mailto:ann@example.com",
        "SUMMARY:Plan\\, and more folded",
    ] {
        assert!(
            joined.lines().any(|found| found == line),
            "{line} in {joined}"
        );
    }
    let read = Invitation::parse(answer.as_bytes(), None).unwrap();
    assert_eq!(read.method, Method::Reply);
    assert_eq!(read.attendees[0].said, Said::Answer(Answer::Declined));
    assert_eq!(read.identity(), found.identity());
}

#[test]
fn everything_is_bounded() {
    let people = "ATTENDEE:mailto:a@x.example\n".repeat(400);
    let found = event(&people).unwrap();
    assert_eq!(
        (found.attendees.len(), found.attendees_more),
        (PEOPLE_MAX, 350)
    );
    let long = "x".repeat(100_000);
    let found = event(&format!("LOCATION:{long}")).unwrap();
    assert!(found.location.len() <= VALUE_BYTES_MAX);
    let deep = "BEGIN:A\n".repeat(10_000);
    assert_eq!(Invitation::parse(deep.as_bytes(), None), None);
    let huge = format!("{REQUEST}{}", " x\n".repeat(200_000));
    assert!(Invitation::parse(huge.as_bytes(), None).is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Invitation::parse(&bytes, None);
    }

    #[test]
    fn no_change_of_an_invitation_makes_it_panic(at in 0..REQUEST.len(), with in any::<String>()) {
        let mut text = REQUEST.to_owned();
        text.insert_str(at, &with);
        if let Some(found) = Invitation::parse(text.as_bytes(), None) {
            let own = Mailbox { name: None, address: "ann@example.com".into() };
            if let Some(answer) = reply(&found, &own, Answer::Accepted, Timestamp::EPOCH) {
                let lines: Vec<_> = answer.lines().filter(|line| line.starts_with("BEGIN:VEVENT")).collect();
                prop_assert_eq!(lines.len(), 1);
            }
        }
    }
}
