//! The answer of a check: what was found, how bad it is, what was measured; its text is what plugins print
//! (Monitoring Plugins Development Guidelines).

use std::fmt::Write;

use super::What;
use crate::metrics::range::Range;

/// The longest line and the most lines of an answer: Nagios reads 8 KB.
const TEXT_CHARS_MAX: usize = 300;
const LINES_MAX: usize = 20;

/// What a plugin answers; its exit status is the number (Monitoring Plugins Development Guidelines,
/// "Plugin Return Codes").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All is well.
    Ok = 0,
    /// Somebody should look when there is time.
    Warning = 1,
    /// Somebody must look now.
    Critical = 2,
    /// It cannot be told.
    Unknown = 3,
}

impl Status {
    /// As plugins print it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// How much it weighs against others: what is not known is worse than a warning, and hides no fault.
    const fn weight(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Unknown => 2,
            Self::Critical => 3,
        }
    }
}

/// Thresholds that were given.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Thresholds {
    /// A value outside warns.
    pub warning: Option<Range>,
    /// A value outside is critical.
    pub critical: Option<Range>,
}

impl Thresholds {
    /// Those that were given, else the usual ones.
    pub(super) fn or_usual(self, what: What) -> Self {
        let usual = |which: fn((&'static str, &'static str)) -> &'static str| {
            what.usual().and_then(|pair| which(pair).parse().ok())
        };
        Self {
            warning: self.warning.or_else(|| usual(|(warning, _)| warning)),
            critical: self.critical.or_else(|| usual(|(_, critical)| critical)),
        }
    }

    pub(super) fn judge(&self, value: f64) -> Status {
        let alerts = |range: Option<Range>| range.is_some_and(|range| range.alerts(value));
        match (alerts(self.critical), alerts(self.warning)) {
            (true, _) => Status::Critical,
            (false, true) => Status::Warning,
            (false, false) => Status::Ok,
        }
    }
}

/// What was found out about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub status: Status,
    /// What it is.
    pub text: String,
}

/// The answer of a check.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    name: &'static str,
    findings: Vec<Finding>,
    perfdata: Vec<String>,
}

impl Answer {
    pub(super) fn new(what: What) -> Self {
        Self {
            name: what.name(),
            findings: Vec::new(),
            perfdata: Vec::new(),
        }
    }

    /// An answer that says one thing.
    pub fn single(what: What, status: Status, text: &str) -> Self {
        let mut answer = Self::new(what);
        answer.say(status, text);
        answer
    }

    pub(super) fn say(&mut self, status: Status, text: impl Into<String>) {
        self.findings.push(Finding {
            status,
            text: text.into(),
        });
    }

    /// `'label'=value[unit];[warn];[crit];[min];[max]`
    pub(super) fn measure(&mut self, label: &str, value: f64, unit: &str, of: Thresholds) {
        let range = |range: Option<Range>| range.map_or_else(String::new, |r| r.to_string());
        let (warning, critical) = (range(of.warning), range(of.critical));
        let label: String = label.chars().filter(|c| !matches!(c, '\'' | '=')).collect();
        self.perfdata
            .push(format!("'{label}'={value}{unit};{warning};{critical};0;"));
    }

    /// What was found, the worst first.
    pub fn findings(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.findings.iter().collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.status.weight()));
        findings
    }

    /// The worst of what was found; nothing found is not known.
    pub fn status(&self) -> Status {
        self.findings
            .iter()
            .map(|finding| finding.status)
            .max_by_key(|status| status.weight())
            .unwrap_or(Status::Unknown)
    }

    /// As Nagios reads it: the worst on the first line with the performance data, the rest below.
    pub fn text(&self) -> String {
        let findings = self.findings();
        let status = self.status().name();
        let first = findings.first().map_or("nothing to check", |f| &f.text);
        let mut text = format!("LIFEBOAT {} {status} - {}", self.name, one_line(first));
        if !self.perfdata.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(text, " | {}", self.perfdata.join(" "));
        }
        for finding in findings.iter().skip(1).take(LINES_MAX) {
            let _ = write!(
                text,
                "\n{}: {}",
                finding.status.name(),
                one_line(&finding.text)
            );
        }
        if let Some(more) = findings.len().checked_sub(LINES_MAX + 1).filter(|n| *n > 0) {
            let _ = write!(text, "\nand {more} more");
        }
        text
    }

    pub(super) fn add(&mut self, other: Self) {
        let name = other.name.to_lowercase();
        let findings = other.findings.into_iter().map(|finding| Finding {
            text: format!("{name}: {}", finding.text),
            ..finding
        });
        self.findings.extend(findings);
        // Two checks may measure something by the same name.
        let labelled = |value: &String| value.replacen('\'', &format!("'{name}_"), 1);
        self.perfdata.extend(other.perfdata.iter().map(labelled));
    }
}

/// A text without what would end the line or begin performance data.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '|' => '/',
            c if c.is_control() => ' ',
            c => c,
        })
        .take(TEXT_CHARS_MAX)
        .collect()
}
