//! What the documentation names is there: each command with its arguments, each option of the configuration.

use std::collections::BTreeMap;
use std::path::Path;

use clap::error::ErrorKind;

use super::*;
use crate::config::{agent_keys, keys};

/// The documents, by their names.
fn documents() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let in_docs = std::fs::read_dir(root.join("docs")).unwrap();
    let paths = in_docs.map(|entry| entry.unwrap().path());
    let texts = paths.chain([root.join("README.md")]);
    let texts = texts.filter(|path| path.extension().is_some_and(|kind| kind == "md"));
    let named = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(&path).unwrap())
    };
    texts.map(named).collect()
}

/// What stands between fences, by their language; and what stands between single backquotes elsewhere.
fn pieces(text: &str) -> (Vec<(String, String)>, Vec<String>) {
    let (mut blocks, mut inline) = (Vec::new(), Vec::new());
    for (number, piece) in text.split("```").enumerate() {
        if number % 2 == 1 {
            let (language, block) = piece.split_once('\n').unwrap_or((piece, ""));
            blocks.push((language.to_owned(), block.to_owned()));
            continue;
        }
        // A span may go over the end of a line.
        let spans = piece.split('`').skip(1).step_by(2);
        inline.extend(spans.map(|span| span.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    (blocks, inline)
}

/// The words of a command as a shell has them, up to what ends it; none for what is no command of ours.
fn command(line: &str) -> Option<Vec<String>> {
    let line = line.trim().strip_prefix("# ").unwrap_or(line.trim());
    let rest = line.strip_prefix("lifeboat ")?;
    let (mut words, mut word, mut quote) = (vec!["lifeboat".to_owned()], String::new(), None);
    for c in rest.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            ('#' | '>' | '|' | ';' | '&', None) if word.is_empty() => break,
            (' ', None) if !word.is_empty() => words.push(std::mem::take(&mut word)),
            (' ', None) => {}
            (c, _) => word.push(c),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    // `[-w 14: -c 3:]` says that it may be left out.
    let shown = words
        .iter()
        .map(|word| word.trim_matches(['[', ']']).to_owned());
    Some(
        shown
            .filter(|word| !word.is_empty() && word != "…" && word != "...")
            .collect(),
    )
}

/// What is wrong with a command. One that is cut short, or has a placeholder for a value, is no mistake of a document.
fn mistake(words: &[String]) -> Option<String> {
    let error = Arguments::try_parse_from(words).err()?;
    let is_wrong = matches!(
        error.kind(),
        ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand | ErrorKind::ArgumentConflict
    );
    is_wrong.then(|| {
        error
            .to_string()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    })
}

#[test]
fn every_command_in_the_documents_is_one() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (name, text) in documents() {
        let (blocks, inline) = pieces(&text);
        let lines = blocks
            .iter()
            .flat_map(|(_, block)| block.lines().map(str::to_owned));
        for line in lines.chain(inline) {
            let Some(words) = command(&line) else {
                continue;
            };
            count += 1;
            wrong.extend(mistake(&words).map(|why| format!("{name}: {line}: {why}")));
        }
    }
    assert!(count > 80, "only {count} commands were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_no_command_is_found() {
    for (line, is_wrong) in [
        ("lifeboat failover show mailstore:a1 --json", false),
        ("lifeboat check disk [-w 20: -c 10:]  # free", false),
        ("lifeboat user-notices", false),
        ("lifeboat failover explode mailstore:a1", true),
        ("lifeboat failover show mailstore:a1 --jsno", true),
        ("lifeboat sail", true),
    ] {
        let words = command(line).unwrap();
        assert_eq!(mistake(&words).is_some(), is_wrong, "{line}: {words:?}");
    }
}

/// Options as documents name them: `[section] option`, and in blocks of TOML.
fn options(text: &str) -> Vec<(String, String)> {
    let (blocks, inline) = pieces(text);
    let mut found = Vec::new();
    for span in inline {
        let Some((section, rest)) = span
            .strip_prefix('[')
            .and_then(|rest| rest.split_once("] "))
        else {
            continue;
        };
        let section = section.trim_matches(['[', ']']).to_owned();
        let option = rest.split([' ', '=', ',']).next().unwrap_or_default();
        found.push((section, option.to_owned()));
    }
    for (_, block) in blocks.iter().filter(|(language, _)| language == "toml") {
        let mut section = String::new();
        for line in block.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix('[') {
                section = name
                    .split(']')
                    .next()
                    .unwrap_or_default()
                    .trim_matches('[')
                    .to_owned();
            } else if let Some((option, _)) = line.split_once(" = ") {
                let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
                if option.chars().all(is_name) {
                    found.push((section.clone(), option.to_owned()));
                }
            }
        }
    }
    found
}

#[test]
fn every_option_in_the_documents_is_one() {
    let known: Vec<(&str, &str)> = keys().chain(agent_keys()).collect();
    // A piece of a section does not say which.
    let is_known = |section: &str, option: &str| {
        known
            .iter()
            .any(|(of, key)| *key == option && (section.is_empty() || *of == section))
    };
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (name, text) in documents() {
        for (section, option) in options(&text) {
            count += 1;
            if !is_known(&section, &option) {
                wrong.push(format!("{name}: [{section}] {option}"));
            }
        }
    }
    assert!(count > 40, "only {count} options were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(is_known("http", "listen") && !is_known("http", "lisetn"));
}
