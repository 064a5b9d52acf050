//! The API does what its description says: schemathesis asks every route for what is allowed and for what
//! is not, by the description alone, and follows what one answer tells of the next request.

use std::process::Command;

use crate::binary;
use crate::rig::http::get;
use crate::rig::{Lifeboat, LifeboatOptions, MailstoreOptions, RigDir};

/// Where `tests/install.sh` puts it.
const SCHEMATHESIS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/target/schemathesis/bin/schemathesis"
);
const SETTINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/schemathesis.toml");
/// Requests made up for each route, besides those at the edges of what is allowed.
const EXAMPLES: &str = "3";

#[test]
fn every_route_answers_as_the_description_says_and_none_fails() {
    assert!(
        std::path::Path::new(SCHEMATHESIS).exists(),
        "{SCHEMATHESIS} is missing: run tests/install.sh test"
    );
    let examples = std::env::var("LIFEBOAT_API_EXAMPLES").unwrap_or_else(|_| EXAMPLES.to_owned());
    // Without one, the same requests each time.
    let seed = std::env::var("LIFEBOAT_API_SEED").ok();
    let dir = RigDir::new("conformance");
    let password = dir.path().join("password");
    std::fs::write(&password, "secret\n").expect("write a password");
    let mailstore = MailstoreOptions {
        id: "a1".into(),
        imap: "127.0.0.1:1".into(),
        lmtp: "127.0.0.1:1".into(),
        master_password_file: password,
        sentinel: None,
        extra: String::new(),
    };
    let options = LifeboatOptions {
        mailstores: vec![mailstore],
        extra: "[failover]\npolicy = \"manual\"\n".into(),
        ..LifeboatOptions::default()
    };
    let mut lifeboat = Lifeboat::prepare(binary(), &dir.sub("lifeboat"), options);
    let config = std::fs::read_to_string(lifeboat.config_path()).expect("read the configuration");
    let often = "[http]\napi_requests_per_minute = 1000000\n";
    let config = config.replacen("[http]\n", often, 1);
    std::fs::write(lifeboat.config_path(), config).expect("write the configuration");
    lifeboat.restart();
    let rows = dir.path().join("rows");
    // What the examples of the description name.
    let row = r#"{"mailbox":"ann@example.com","mailstore":"a1","reseller":"acme"}"#;
    std::fs::write(&rows, format!("{row}\n")).expect("write rows");
    let rows = rows.to_str().expect("a path of text");
    lifeboat.cli(&["provision", rows, "--format", "ndjson"]);
    let token = lifeboat.cli(&["token", "create", "--role", "operator"]);
    let site = format!("http://{}", lifeboat.http());
    let page = get(lifeboat.http().addr(), "/api/openapi.json").expect("the description");
    let described: serde_json::Value = serde_json::from_str(&page.text()).expect("JSON");
    let paths = described["paths"].as_object().expect("paths");
    let operations: usize = paths
        .values()
        .map(|of| of.as_object().map_or(0, |of| of.len()))
        .sum();
    let generation = match &seed {
        Some(seed) => vec!["--seed", seed, "--generation-database", "none"],
        None => vec!["--generation-deterministic"],
    };
    let output = Command::new(SCHEMATHESIS)
        .args(["--no-color", "--config-file", SETTINGS])
        .args(["run", &format!("{site}/api/openapi.json"), "--url", &site])
        .args(["-H", &format!("Authorization: Bearer {}", token.trim())])
        .args(["--checks", "all", "--max-examples", &examples])
        .args(generation)
        .args(["--request-timeout", "60", "--suppress-health-check", "all"])
        // Rows in NDJSON are nothing that it can make up; tests/it/sources.rs and src/api/tests.rs send them.
        .args(["--exclude-path", "/api/v1/provision"])
        .current_dir(dir.path())
        .output()
        .expect("run schemathesis");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
    assert!(
        said.contains(&format!("Tested: {}", operations - 1)),
        "{said}"
    );
}
