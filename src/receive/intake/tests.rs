use super::*;

fn intake(limits: IntakeLimits, free: Option<u64>) -> Arc<Intake> {
    Arc::new(Intake::new(limits, Box::new(move || free)))
}

fn stranger(address: &str) -> Peer {
    Peer::Tcp(address.parse().unwrap())
}

#[test]
fn memory_is_given_back() {
    let limits = IntakeLimits {
        memory_octets_max: 100,
        ..IntakeLimits::default()
    };
    let intake = intake(limits, None);
    let mut first = intake.reserve(Trust::Trusted, 60).unwrap();
    assert_eq!(
        intake.reserve(Trust::Trusted, 41).unwrap_err(),
        RefusedBy::Busy
    );
    let second = intake.reserve(Trust::Trusted, 40).unwrap();
    assert_eq!(first.set(61), Err(RefusedBy::Busy));
    assert_eq!(first.octets(), 60);
    first.set(10).unwrap();
    assert_eq!(intake.counts().memory_octets, 50);
    drop((first, second));
    assert_eq!(intake.counts().memory_octets, 0);
    // Strangers get half, and give that back.
    let mut stranger = intake.reserve(Trust::Stranger, 50).unwrap();
    assert_eq!(stranger.set(51), Err(RefusedBy::Busy));
    let trusted = intake.reserve(Trust::Trusted, 40).unwrap();
    stranger.set(20).unwrap();
    let other = intake.reserve(Trust::Stranger, 30).unwrap();
    assert_eq!(stranger.set(31), Err(RefusedBy::Busy), "there are 10 left");
    drop((trusted, stranger, other));
    intake.reserve(Trust::Stranger, 50).unwrap();
    assert_eq!(intake.counts().memory_octets, 0);
}

#[test]
fn two_watermarks_of_the_disk() {
    let limits = IntakeLimits {
        disk_free_min: 10 << 20,
        disk_free_low: 100 << 20,
        ..IntakeLimits::default()
    };
    // Free, size, taken.
    for (free, size, taken) in [
        (None, 1 << 40, true),
        (Some(1 << 30), 50 << 20, true),
        (Some(120 << 20), 50 << 20, false),
        (Some(50 << 20), 2 << 20, false),
        (Some(50 << 20), 1 << 20, true),
        (Some(50 << 20), 0, true),
        (Some(10 << 20), 1, false),
        (Some(0), 0, false),
    ] {
        let admitted = intake(limits, free).admit(size);
        assert_eq!(admitted.is_ok(), taken, "{free:?} {size}");
    }
}

#[test]
fn strangers_are_counted_by_network() {
    let limits = IntakeLimits {
        client_connections_max: 2,
        client_messages_per_minute: 3,
        ..IntakeLimits::default()
    };
    let intake = intake(limits, None);
    let of = |peer| intake.connection(Way::Perimeter, peer);
    let one = of(stranger("[2001:db8::1]:1")).unwrap();
    let _two = of(stranger("[2001:db8::2]:1")).unwrap();
    assert_eq!(
        of(stranger("[2001:db8::3]:1")).unwrap_err(),
        Reason::ClientConnections
    );
    let _other = of(stranger("[2001:db8:1::1]:1")).unwrap();
    assert_eq!(intake.counts().ways[Way::Perimeter as usize].1, 3);
    drop(one);
    let _again = of(stranger("[2001:db8::3]:1")).unwrap();
    // Trusted hosts are not counted against it.
    let peer = stranger("192.0.2.1:1");
    let _many: Vec<_> = (0..9).map(|_| intake.connection(Way::Smtp, peer)).collect();

    let began = Instant::now();
    let message = |trust, secs| {
        let at = began + Duration::from_secs(secs);
        intake.message_of(trust, stranger("192.0.2.9:7"), at)
    };
    for _ in 0..3 {
        message(Trust::Stranger, 0).unwrap();
    }
    assert_eq!(message(Trust::Stranger, 0), Err(RefusedBy::Rate));
    assert_eq!(message(Trust::Trusted, 0), Ok(()));
    assert_eq!(message(Trust::Stranger, 21), Ok(()));
    assert_eq!(message(Trust::Stranger, 21), Err(RefusedBy::Rate));
    // What is guessed counts as much, and then nothing more is said of who exists.
    let recipient = |trust, secs| {
        let at = began + Duration::from_secs(secs);
        intake.recipient_of(trust, stranger("192.0.2.9:7"), at)
    };
    assert_eq!(recipient(Trust::Stranger, 21), Err(RefusedBy::Rate));
    assert_eq!(recipient(Trust::Trusted, 21), Ok(()));
    assert_eq!(recipient(Trust::Stranger, 61), Ok(()));
    for _ in 0..2 {
        let at = began + Duration::from_secs(61);
        intake.guessed(Trust::Stranger, stranger("192.0.2.9:7"), at);
    }
    assert_eq!(recipient(Trust::Stranger, 61), Err(RefusedBy::Rate));
    assert_eq!(message(Trust::Stranger, 61), Err(RefusedBy::Rate));
}

#[test]
fn names_and_places_agree() {
    for (at, reason) in Reason::ALL.into_iter().enumerate() {
        assert_eq!(reason as usize, at);
        assert!(
            Reason::ALL
                .iter()
                .filter(|r| r.name() == reason.name())
                .count()
                == 1
        );
    }
    for (at, way) in Way::ALL.into_iter().enumerate() {
        assert_eq!(way as usize, at);
    }
}

#[test]
fn what_was_refused_lately_is_forgotten_after_ten_minutes() {
    let began = Instant::now();
    let mut lately = Lately::new(began);
    let at = |secs| began + Duration::from_secs(secs);
    let full = |lately: &Lately, secs| lately.counts(at(secs))[Reason::DiskFull as usize];
    assert_eq!(full(&lately, 0), 0);
    lately.note(Reason::DiskFull, at(1));
    lately.note(Reason::DiskFull, at(59));
    lately.note(Reason::Memory, at(60));
    lately.note(Reason::DiskFull, at(300));
    for (secs, count) in [(300, 3), (599, 3), (600, 1), (899, 1), (900, 0)] {
        assert_eq!(full(&lately, secs), count, "after {secs} s");
    }
    // The minute's place is used again.
    lately.note(Reason::DiskFull, at(605));
    assert_eq!(full(&lately, 605), 2);
}
