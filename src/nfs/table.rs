//! Who meets whom: pure. Every host shows a record; two that name each other are a pair.
//!
//! A proposal stands until its addressee is gone or has become part of another pair, so that nobody
//! is left by somebody who has already begun.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One run on one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Run(pub u64);

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Point {
    /// Looks for the other.
    Meeting,
    /// Has written its files.
    Written,
    /// Has read the other's, and has the counter open.
    Ready,
    /// Has made all its increments.
    Counted,
    /// Has seen the sum.
    Done,
}

/// What a run shows to others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub run: Run,
    pub host: String,
    /// Changes while the run lives.
    pub beat: u64,
    /// With whom it wants to work, or works.
    pub partner: Option<Run>,
    pub point: Point,
    /// Increments that it made.
    pub increments: u32,
}

/// Size of a record's file: one write, so that it is replaced as a whole.
pub(super) const RECORD_BYTES: usize = 512;
/// Longest name shown.
const HOST_CHARS_MAX: usize = 64;

impl Record {
    /// As it is written: a checksum, JSON, and blanks to the full size.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut record = self.clone();
        record.host = self
            .host
            .chars()
            .filter(char::is_ascii_graphic)
            .take(HOST_CHARS_MAX)
            .collect();
        let json = serde_json::to_string(&record).unwrap_or_default();
        let mut bytes = format!("{} {json}", checksum(&json)).into_bytes();
        bytes.resize(RECORD_BYTES, b' ');
        bytes
    }

    /// What was written, unless it is torn or something else.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (sum, json) = text.trim_end().split_once(' ')?;
        (sum == checksum(json)).then(|| serde_json::from_str(json).ok())?
    }
}

fn checksum(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What is known of somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub record: Record,
    /// Its record changed lately.
    pub is_alive: bool,
}

/// What to do about the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// Nobody is there.
    Nobody,
    /// Name this one and see whether it names us.
    Propose(Run),
    /// It does: begin.
    Paired(Run),
}

/// Decides, for the run `own` that so far names `proposal`.
pub(super) fn choose(own: Run, proposal: Option<Run>, others: &BTreeMap<Run, Seen>) -> Choice {
    let is_free = |run: &Run| {
        others.get(run).is_some_and(|seen| {
            seen.is_alive
                && match seen.record.partner {
                    Some(partner) if partner == own => true,
                    // It has begun with somebody else, or they name each other.
                    Some(partner) => {
                        let back = others.get(&partner).and_then(|p| p.record.partner);
                        seen.record.point == Point::Meeting && back != Some(*run)
                    }
                    None => seen.record.point == Point::Meeting,
                }
        })
    };
    let names_us = |run: &Run| others.get(run).and_then(|s| s.record.partner) == Some(own);
    if let Some(named) = proposal.filter(is_free) {
        return match names_us(&named) {
            true => Choice::Paired(named),
            false => Choice::Propose(named),
        };
    }
    let free = || others.keys().copied().filter(is_free);
    let chosen = free().find(names_us).or_else(|| free().next());
    chosen.map_or(Choice::Nobody, Choice::Propose)
}
