//! Commands that work, fail, hang and are not there.

use super::*;

fn flusher(script: &str) -> Flusher {
    let command = ["sh", "-c", script].map(str::to_owned).to_vec();
    Flusher::new(
        command,
        Duration::from_millis(300),
        Duration::from_millis(500),
    )
}

#[tokio::test]
async fn runs_the_command_and_says_what_went_wrong() {
    flusher("exit 0").flush().await.unwrap();
    let error = flusher("echo no such queue >&2; exit 3").flush().await;
    assert!(error.unwrap_err().to_string().contains("no such queue"));
    let error = flusher("sleep 10").flush().await;
    assert!(matches!(error, Err(FlushError::Timeout { .. })));
    let error = Flusher::new(
        vec!["/nowhere/postqueue".into()],
        Duration::ZERO,
        Duration::MAX,
    )
    .flush()
    .await;
    assert!(matches!(error, Err(FlushError::Start { .. })));
}

#[tokio::test]
async fn waits_between_two_runs() {
    let interval = Duration::from_millis(200);
    let flusher = Flusher::new(vec!["true".into()], interval, Duration::from_secs(60));
    let start = Instant::now();
    flusher.flush().await.unwrap();
    flusher.flush().await.unwrap();
    assert!(start.elapsed() >= interval);
}
