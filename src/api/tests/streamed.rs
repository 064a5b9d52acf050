//! Rows that are streamed in: whatever the body, each wrong row is named, and nothing fails but the rows.

use std::time::Duration;

use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use tower::ServiceExt;

use super::Env;
use crate::service::token::RoleName;

/// Bodies made of what rows are made of, whole and broken, and of any bytes.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(br#"{"mailbox":"ann@example.com","mailstore":"a1"}"#.to_vec()),
        Just(
            br#"{"mailbox":"new@example.com","mailstore":"a1","aliases":["ann@example.com"]}"#
                .to_vec()
        ),
        Just(br#"{"mailbox":"bob@other.com","reseller":"acme","mailstore":"a1"}"#.to_vec()),
        Just(br#"{"mailbox":"x@example.com","mailstore":"b9","deleted":1}"#.to_vec()),
        Just(br#"{"mailbox":"ann@example.com","deleted":true}"#.to_vec()),
        Just(b"mailbox,mailstore,reseller\n".to_vec()),
        Just(b"cid@example.com,a1,acme\n".to_vec()),
        Just(b"\"dora@example.com\",\"a\"\"1\n\",x\n".to_vec()),
        Just(b"eve@example.com:{PLAIN}x:::::\n".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(vec![0xef, 0xbb, 0xbf]),
        Just(b"[".repeat(2_000)),
        Just(vec![b'x'; 70_000]),
        "[\\PC\"{}:,@.\\\\]{0,40}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..60),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// What is said of a body is sound.
fn check(path: &str, body: &[u8], status: StatusCode, said: &[u8]) {
    let of = format!("{path} {:?}", String::from_utf8_lossy(body));
    assert_eq!(status, StatusCode::OK, "{of}");
    let lines = std::str::from_utf8(said).unwrap().lines();
    let reports: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let most = body
        .iter()
        .filter(|&&byte| byte == b'\n' || byte == b'\r')
        .count() as u64
        + 1;
    let mut errors = 0;
    for report in &reports {
        let error = &report["error"];
        for row in [error, &report["warning"]] {
            let Some(line) = row.get("line") else {
                continue;
            };
            let line = line.as_u64().unwrap();
            assert!((1..=most).contains(&line), "{of}: {report}");
            assert!(
                !row["reason"].as_str().unwrap().is_empty(),
                "{of}: {report}"
            );
        }
        errors += u64::from(error.is_object());
    }
    let last = reports.last().unwrap();
    match last.get("done") {
        Some(done) => {
            assert_eq!(done["summary"]["errors"], errors, "{of}");
            assert!(done["summary"]["rows"].as_u64().unwrap() >= errors, "{of}");
        }
        // A file of which not even the columns are known is none.
        None => {
            let reason = last["failed"]["reason"].as_str().unwrap();
            assert!(
                path.contains("csv") && reason.contains("broke off"),
                "{of}: {last}"
            );
        }
    }
}

#[test]
fn every_body_gets_an_answer_that_names_its_wrong_lines() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let env = runtime.block_on(Env::new());
    let operator = runtime.block_on(env.token(RoleName::Operator, None));
    let formats = prop::sample::select(vec!["ndjson", "csv", "passwd-file"]);
    let whole = prop::sample::select(vec!["", "&whole_of=panel"]);
    let mut runner = TestRunner::new(Config::with_cases(300));
    let ran = runner.run(&(formats, whole, bodies()), |(format, whole, body)| {
        env.clock.advance(Duration::from_secs(2));
        let path = format!("/api/v1/provision?format={format}&mailstore=a1{whole}");
        let request = Request::builder()
            .method(Method::POST)
            .uri(&path)
            .header("authorization", format!("Bearer {operator}"))
            .body(axum::body::Body::from(body.clone()))
            .unwrap();
        let (status, said) = runtime.block_on(async {
            let response = env.router.clone().oneshot(request).await.unwrap();
            let status = response.status();
            (
                status,
                response.into_body().collect().await.unwrap().to_bytes(),
            )
        });
        check(&path, &body, status, &said);
        Ok(())
    });
    ran.unwrap();
}
