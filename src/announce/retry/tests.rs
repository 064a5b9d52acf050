use super::*;

#[test]
fn pauses_grow_and_end() {
    let hook = Place::Webhook {
        url: String::new(),
        keys: Vec::new(),
    };
    let person = Place::Contact {
        address: "a@b.test".parse().unwrap(),
    };
    for (place, last, all_hours) in [(&hook, 9, 76), (&person, 9, 22)] {
        let pauses: Vec<_> = (1..=20).map_while(|n| pause(place, n, 0)).collect();
        assert_eq!(pauses.len(), last);
        assert!(pauses.is_sorted());
        let hours = pauses.iter().sum::<Duration>().as_secs() / HOURS;
        assert!((all_hours - 2..=all_hours + 2).contains(&hours), "{hours}");
    }
    assert_eq!(pause(&hook, 1, 0), Some(Duration::from_secs(5)));
    assert_eq!(pause(&hook, 1, 255), Some(Duration::from_millis(5500)));
    assert_eq!(pause(&hook, 0, 0), None);
}
