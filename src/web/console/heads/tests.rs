use super::*;

const CHOICES: &[(&str, &str)] = &[("-created", "order-newest"), ("created", "order-oldest")];

#[test]
fn a_head_says_how_it_is_sorted_and_leads_to_the_other_way() {
    for (asked, choices, now, next) in [
        ("", CHOICES, "descending", "created"),
        ("-created", CHOICES, "descending", "created"),
        ("created", CHOICES, "ascending", "-created"),
        ("other", CHOICES, "none", "created"),
        ("", &[("x", "order-newest")][..], "none", "created"),
    ] {
        let column = Column {
            text: "C".to_owned(),
            number: true,
            sort: None,
        };
        let heads = Heads { asked, choices };
        let head = heads.head(column, "created", &|sort| format!("?sort={sort}"));
        let sort = head.sort.unwrap();
        assert_eq!(
            (sort.now, sort.href),
            (now, format!("?sort={next}")),
            "{asked}"
        );
        assert!(head.number && head.text == "C");
    }
}
