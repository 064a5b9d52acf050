use super::*;

fn times(zone_name: &str) -> Times {
    // 2026-11-22T23:30:00Z
    let now = Timestamp::from_secs(1_795_390_200);
    Times::new(Texts::fallback(), zone(zone_name).unwrap(), now)
}

#[test]
fn times_are_those_of_the_readers_zone() {
    let at = |secs: i64| Timestamp::from_secs(1_795_390_200 + secs);
    let (utc, berlin) = (times("UTC"), times("Europe/Berlin"));
    assert_eq!(utc.short(at(-60)).text, "23:29");
    assert_eq!(berlin.short(at(-60)).text, "00:29");
    assert_eq!(utc.short(at(-86_400)).text, "21 Nov");
    assert_eq!(utc.short(at(-400 * 86_400)).text, "18 Oct 2025");
    assert_eq!(utc.full(at(-60)).text, "Today, 23:29");
    assert_eq!(berlin.full(at(-7200)).text, "Sun 22 Nov 2026, 22:30");
    assert_eq!(utc.short(at(-60)).machine, "2026-11-22T23:29:00Z");
}

#[test]
fn zones_are_names_not_paths() {
    for name in [
        "",
        "/etc/passwd",
        "../x",
        "Nowhere/At All",
        "Europe/Berlin\n",
        "a\0b",
    ] {
        assert!(zone(name).is_none(), "{name:?}");
    }
    assert!(zone("America/Argentina/Buenos_Aires").is_some());
}

#[test]
fn sizes_have_units() {
    for (bytes, text) in [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1 KB"),
        (1_500, "1.5 KB"),
        (52_428_800, "52 MB"),
        (9_900_000, "9.9 MB"),
    ] {
        assert_eq!(size(Texts::fallback(), bytes), text);
    }
}
