use super::*;
use crate::ids::{DomainName, JobId};

#[test]
fn a_sort_is_one_that_is_offered() {
    let keys = [("mailstore", 1), ("address", 2)];
    for (text, expected) in [
        ("mailstore", Some((1, Order::Ascending))),
        ("-mailstore", Some((1, Order::Descending))),
        ("-address", Some((2, Order::Descending))),
        ("", None),
        ("-", None),
        ("--address", None),
        ("Address", None),
        ("unmerged", None),
    ] {
        assert_eq!(order(text, &keys).ok(), expected, "{text}");
    }
    let refused = order("x", &keys).unwrap_err().to_string();
    assert!(
        refused.contains("mailstore or -mailstore, address or -address"),
        "{refused}"
    );
}

#[test]
fn a_cursor_goes_one_way() {
    let (up, down) = (Order::Ascending, Order::Descending);
    // A name may begin with a hyphen.
    for name in ["a.example", "-a.example"] {
        for way in [up, down] {
            let start: Start<DomainName> = Start::read(way, "").unwrap();
            assert_eq!(start.after, None);
            let cursor = start.cursor(&name.parse().unwrap());
            let read: Start<DomainName> = Start::read(way, &cursor).unwrap();
            assert_eq!(read.after.unwrap().as_str(), name);
            let other = if way == up { down } else { up };
            let refused = Start::<DomainName>::read(other, &cursor).unwrap_err();
            assert!(refused.to_string().contains("another sort"), "{refused}");
        }
    }
    assert!(Start::<DomainName>::read(up, "a..b").is_err());
}

#[test]
fn the_newest_come_first_and_each_way_has_its_own_cursor() {
    let id = "0190000000000000000000000000000a";
    let read = |sort, before, after| by_time::<JobId>("created", sort, before, after);
    for (sort, before, after, expected) in [
        ("", "", "", Some((Order::Descending, false))),
        ("", id, "", Some((Order::Descending, true))),
        ("-created", id, "", Some((Order::Descending, true))),
        ("created", "", id, Some((Order::Ascending, true))),
        ("created", id, "", None),
        ("", "", id, None),
        ("created", id, id, None),
        ("", "soon", "", None),
        ("total", "", "", None),
    ] {
        let found = read(sort, before, after).ok();
        let found = found.map(|start| (start.order, start.after.is_some()));
        assert_eq!(found, expected, "{sort} {before} {after}");
    }
}
