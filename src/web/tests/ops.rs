use super::Site;
use super::merges::manager;
use crate::receive::intake::Reason;

/// Each reason once more than the one before, so that counts cannot be mistaken for one another.
#[tokio::test]
async fn every_reason_of_a_refusal_is_on_the_page_with_its_count() {
    let site = Site::new().await;
    for (more, reason) in Reason::ALL.into_iter().enumerate() {
        for _ in 0..=more + 100 {
            site.service.intake.refused(reason);
        }
    }
    let mut operator = manager(&site, None).await;
    let page = operator.get("/console/ops").await;
    for (more, reason) in Reason::ALL.into_iter().enumerate() {
        let text = page.text();
        let row = text.split("<tr>").find(|row| row.contains(reason.words()));
        let row = row.expect("a row of each reason");
        assert!(row.contains(reason.name()), "{row}");
        let counts = row.matches(&format!(">{}</td>", more + 101)).count();
        assert_eq!(counts, 2, "lately and since the start: {row}");
    }
    let short = Reason::ALL
        .into_iter()
        .filter(|reason| reason.is_shortage());
    for reason in short {
        let lately = format!("{} {}", reason as usize + 101, reason.name());
        assert!(page.says(&lately), "{lately:?} is not in {}", page.text());
    }
}
