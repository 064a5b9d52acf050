//! Rules of the repository, read from the source files themselves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The layers, from the ground up. A module may use those below it, never one beside or above it.
const LAYERS: &[&[&str]] = &[
    &["clock", "crash", "panics"],
    &["ids"],
    &["net", "mail"],
    &["config"],
    &["schedule", "failover", "merge_plan"],
    &["route"],
    &["store", "imap", "lmtp_client", "maildir", "doveadm"],
    &["auth"],
    &[
        "hold",
        "receive",
        "send",
        "detect",
        "nfs",
        "postfix",
        "merge",
        "watermark",
        "provision",
    ],
    &["metrics", "route_agent"],
    &["control"],
    &["service"],
    &["drill", "announce"],
    &["web", "api", "admin", "agent"],
    &["app"],
    &["cli"],
];

/// A file that passes 500 lines is asked what it holds; past this it holds too much.
const LINES_MAX: usize = 600;

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&root);
    assert!(files.len() > 50, "the sources are read");
    files
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().display().to_string();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn is_test(name: &str) -> bool {
    name.ends_with("tests.rs") || name.contains("/tests/")
}

fn module_of(name: &str) -> &str {
    let first = name.split('/').next().unwrap_or(name);
    first.strip_suffix(".rs").unwrap_or(first)
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The modules of the crate that a line of code names.
fn named_modules(line: &str) -> Vec<&str> {
    let code = line.split("//").next().unwrap_or_default();
    code.split("crate::")
        .skip(1)
        .filter_map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
        })
        .filter(|module| !module.is_empty())
        .collect()
}

#[test]
fn imports_go_downward() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let module = module_of(&name);
        if is_test(&name) || module == "lib" || module == "main" {
            continue;
        }
        let Some(own) = layer_of(module) else {
            wrong.push(format!(
                "{name}: its module is in no layer; add it to LAYERS"
            ));
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            for used in named_modules(line) {
                if used != module && layer_of(used).is_none_or(|below| below >= own) {
                    wrong.push(format!(
                        "{name}:{}: {module} must not use {used}",
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_store_knows_the_engine() {
    for (name, text) in sources() {
        let allowed = module_of(&name) == "store" || is_test(&name);
        let knows = text.lines().any(|line| line.contains("redb::"));
        assert!(allowed || !knows, "{name} uses the engine");
    }
}

/// Mail may be deleted by its owner's word while a merge is under way, so each write of one asks first.
#[test]
fn a_merge_writes_of_mailboxes_in_one_place() {
    for (name, text) in sources() {
        // The first is that place; a purge takes away, and its transaction looks for itself.
        let allowed = ["merge/visit.rs", "merge/purge.rs"];
        if !name.starts_with("merge/") || allowed.contains(&name.as_str()) || is_test(&name) {
            continue;
        }
        let code: String = text.split_whitespace().collect();
        let writes = ["store.write(", "store.write_with_body("];
        let writes = writes.iter().any(|call| code.contains(call));
        assert!(!writes, "{name} writes past `Context::write_of`");
    }
}

#[test]
fn nothing_panics_on_purpose_outside_tests() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        if is_test(&name) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let panics = [
                ".unwrap()",
                ".expect(\"",
                "panic!(",
                "todo!(",
                "unimplemented!(",
            ];
            if panics.iter().any(|call| code.contains(call)) {
                wrong.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for_and_fits_a_room() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        if is_test(&name) {
            continue;
        }
        if !text.starts_with("//!") {
            wrong.push(format!("{name}: opens without //!"));
        }
        let lines = text.lines().count();
        if lines > LINES_MAX {
            wrong.push(format!("{name}: {lines} lines; what does it hold?"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
