use super::*;

const RATES: Rates = Rates {
    account: Some(30),
    account_and_address: 10,
    network: 90,
};

fn account(n: usize) -> Address {
    format!("user{n}@example.com").parse().unwrap()
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(1_000_000 + secs)
}

/// How many of 200 failing attempts at one instant are let through.
fn let_through(of: impl Fn(usize) -> (Address, IpAddr)) -> usize {
    let mut limits = GuessLimits::new(RATES);
    (0..200)
        .filter(|&n| {
            let (account, client) = of(n);
            limits.attempt(&account, client, at(0)).is_ok()
        })
        .count()
}

#[test]
fn each_limit_holds() {
    let v4 = |n: usize| IpAddr::from(Ipv4Addr::from_bits(0x0a00_0000 + u32::try_from(n).unwrap()));
    let far = |n: usize| IpAddr::from(Ipv4Addr::from_bits(u32::try_from(n + 1).unwrap() << 8));
    assert_eq!(
        let_through(|_| (account(0), v4(0))),
        10,
        "account and address"
    );
    assert_eq!(let_through(|n| (account(0), far(n))), 30, "account");
    assert_eq!(let_through(|n| (account(n), v4(n))), 90, "network");
    assert_eq!(
        let_through(|n| (account(n), far(n))),
        200,
        "nothing in common"
    );
    let v6 = |n: usize| IpAddr::from(Ipv6Addr::from_bits((0x2001_0db8 << 96) + n as u128));
    assert_eq!(let_through(|n| (account(n), v6(n))), 90, "network of IPv6");
}

#[test]
fn it_refills_within_a_minute_and_says_when_to_come_back() {
    let mut limits = GuessLimits::new(RATES);
    let client = IpAddr::from([192, 0, 2, 1]);
    for _ in 0..10 {
        let _ = limits.attempt(&account(0), client, at(0)).unwrap();
    }
    let limited = limits.attempt(&account(0), client, at(0)).unwrap_err();
    assert_eq!(limited.retry_after, Duration::from_secs(6));
    let _ = limits.attempt(&account(0), client, at(6)).unwrap();
    assert!(limits.attempt(&account(0), client, at(6)).is_err());
    for _ in 0..10 {
        let _ = limits.attempt(&account(0), client, at(66)).unwrap();
    }
}

#[test]
fn success_is_paid_back() {
    let mut limits = GuessLimits::new(RATES);
    let client = IpAddr::from([192, 0, 2, 1]);
    for _ in 0..1000 {
        let attempt = limits.attempt(&account(0), client, at(0)).unwrap();
        limits.succeeded(attempt, at(0));
    }
}

#[test]
fn memory_is_bounded() {
    let mut buckets = Buckets::new(1);
    for n in 0..3 * BUCKETS_MAX {
        buckets.pay(n, at(0));
        assert!(buckets.full_at.len() <= BUCKETS_MAX);
    }
}

#[test]
fn who_is_known_somewhere_is_not_kept_out_by_others() {
    let mut limits = GuessLimits::new(RATES);
    let home = IpAddr::from([192, 0, 2, 1]);
    let attempt = limits.attempt(&account(0), home, at(0)).unwrap();
    limits.succeeded(attempt, at(0));
    for n in 0..30 {
        let far = IpAddr::from([10, 0, n, 1]);
        let _ = limits.attempt(&account(0), far, at(1)).unwrap();
    }
    let stranger = IpAddr::from([198, 51, 100, 1]);
    assert!(limits.attempt(&account(0), stranger, at(1)).is_err());
    let neighbour = IpAddr::from([192, 0, 2, 77]);
    let attempt = limits.attempt(&account(0), neighbour, at(1)).unwrap();
    limits.succeeded(attempt, at(1));
    // Guessing from there has its own limit.
    for _ in 0..10 {
        let _ = limits.attempt(&account(0), home, at(1)).unwrap();
    }
    assert!(limits.attempt(&account(0), home, at(1)).is_err());
    let month = 31 * 24 * 3600;
    for n in 0..30 {
        let far = IpAddr::from([10, 0, n, 1]);
        let _ = limits.attempt(&account(0), far, at(month)).unwrap();
    }
    assert!(limits.attempt(&account(0), neighbour, at(month)).is_err());
}
