//! Rows from bytes, in whatever format they are written.

use super::columns::Reading;
use super::csv::Csv;
use super::lines::{Line, Lines};
use super::{Format, Read, Refused, RowError, ndjson, passwd_file};

/// Where a file stands.
#[derive(Debug)]
pub struct Text(Kind);

#[derive(Debug)]
enum Kind {
    Lines {
        lines: Lines,
        format: LineFormat,
        reading: Reading,
    },
    Csv(Box<Csv>),
}

#[derive(Clone, Copy, Debug)]
enum LineFormat {
    Ndjson,
    PasswdFile,
}

impl Text {
    /// At the start of a file.
    pub fn new(format: Format, reading: Reading) -> Self {
        let lines = |format, reading| Kind::Lines {
            lines: Lines::default(),
            format,
            reading,
        };
        Self(match format {
            Format::Ndjson => lines(LineFormat::Ndjson, reading),
            Format::PasswdFile => lines(LineFormat::PasswdFile, reading),
            Format::Csv => Kind::Csv(Box::new(Csv::new(reading))),
        })
    }

    /// The rows that end in `input`.
    pub fn feed(&mut self, mut input: &[u8]) -> Vec<Read> {
        match &mut self.0 {
            Kind::Csv(csv) => csv.feed(input),
            Kind::Lines {
                lines,
                format,
                reading,
            } => {
                let mut rows = Vec::new();
                while let Some(line) = lines.next(&mut input) {
                    rows.extend(parse(line, *format, reading));
                }
                rows
            }
        }
    }

    /// The last row, if the file does not end with a line end.
    pub fn end(&mut self) -> Vec<Read> {
        match &mut self.0 {
            Kind::Csv(csv) => csv.end(),
            Kind::Lines {
                lines,
                format,
                reading,
            } => lines
                .last()
                .and_then(|line| parse(line, *format, reading))
                .into_iter()
                .collect(),
        }
    }

    /// Why no row at all can be read.
    pub fn hopeless(&self) -> Option<&str> {
        match &self.0 {
            Kind::Csv(csv) => csv.header_problem(),
            Kind::Lines { .. } => None,
        }
    }
}

fn parse(line: Line, format: LineFormat, reading: &Reading) -> Option<Read> {
    let unknown = |error| Refused {
        error,
        mailbox: None,
    };
    let row = line.text.map_err(unknown).and_then(|text| {
        let text = std::str::from_utf8(&text).map_err(|_| unknown(RowError::NotText))?;
        match format {
            LineFormat::Ndjson => ndjson::parse(text, reading),
            LineFormat::PasswdFile => passwd_file::parse(text, reading),
        }
    });
    let line = line.number;
    row.transpose().map(|row| Read { line, row })
}
