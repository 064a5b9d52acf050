//! Rows as comma-separated values (RFC 4180): the first line names the columns.
//!
//! Values may be quoted and hold line ends; a record that is too long is skipped to its end.

use csv_core::{ReadRecordResult, Reader};

use super::columns::{Columns, Reading};
use super::lines::LINE_BYTES_MAX;
use super::{Read, Refused, RowError};

/// Most columns of a record.
const COLUMNS_MAX: usize = 64;

/// Where a file stands.
pub struct Csv {
    reader: Reader,
    reading: Reading,
    columns: Option<Result<Columns, String>>,
    output: Vec<u8>,
    ends: Vec<usize>,
    output_used: usize,
    ends_used: usize,
    too_long: bool,
    begun_at: u64,
}

impl std::fmt::Debug for Csv {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Csv").finish_non_exhaustive()
    }
}

impl Csv {
    /// At the start of a file.
    pub fn new(reading: Reading) -> Self {
        Self {
            reader: Reader::new(),
            reading,
            columns: None,
            output: vec![0; LINE_BYTES_MAX],
            ends: vec![0; COLUMNS_MAX],
            output_used: 0,
            ends_used: 0,
            too_long: false,
            begun_at: 1,
        }
    }

    /// Whether the columns are known and sound: if not, no row can be read.
    pub fn header_problem(&self) -> Option<&str> {
        match &self.columns {
            Some(Err(why)) => Some(why),
            _ => None,
        }
    }

    /// The rows that end in `input`.
    pub fn feed(&mut self, mut input: &[u8]) -> Vec<Read> {
        let mut rows = Vec::new();
        while !input.is_empty() {
            let consumed = self.step(input, &mut rows).0;
            input = input.get(consumed..).unwrap_or_default();
        }
        rows
    }

    /// The last row, if the file does not end with a line end.
    pub fn end(&mut self) -> Vec<Read> {
        let mut rows = Vec::new();
        // An empty input says that there is no more; each step then makes way or is the last.
        while !self.step(&[], &mut rows).1 {}
        rows
    }

    /// Reads on; returns how many bytes were read, and whether that was the end.
    fn step(&mut self, input: &[u8], rows: &mut Vec<Read>) -> (usize, bool) {
        let output = self.output.get_mut(self.output_used..).unwrap_or_default();
        let ends = self.ends.get_mut(self.ends_used..).unwrap_or_default();
        let (result, read, written, ended) = self.reader.read_record(input, output, ends);
        self.output_used += written;
        self.ends_used += ended;
        match result {
            ReadRecordResult::InputEmpty => (read, false),
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                self.too_long = true;
                (self.output_used, self.ends_used) = (0, 0);
                (read, false)
            }
            ReadRecordResult::Record => {
                let record = self.record();
                rows.extend(record);
                (read, false)
            }
            ReadRecordResult::End => (read, true),
        }
    }

    fn record(&mut self) -> Option<Read> {
        let line = std::mem::replace(&mut self.begun_at, self.reader.line());
        let too_long = std::mem::take(&mut self.too_long);
        let (output_used, ends_used) = (self.output_used, self.ends_used);
        (self.output_used, self.ends_used) = (0, 0);
        let unknown = |error| {
            Some(Read {
                line,
                row: Err(Refused {
                    error,
                    mailbox: None,
                }),
            })
        };
        if too_long {
            return unknown(RowError::TooLong);
        }
        let output = self.output.get(..output_used).unwrap_or_default();
        let Ok(text) = std::str::from_utf8(output) else {
            return unknown(RowError::NotText);
        };
        let ends = self.ends.get(..ends_used).unwrap_or_default();
        let mut start = 0;
        let values = ends.iter().map(|&end| {
            let value = text.get(start..end);
            start = end;
            value
        });
        match &self.columns {
            None => {
                let names = values.map(Option::unwrap_or_default);
                let columns = Columns::new(names, self.reading.clone());
                let problem = columns.as_ref().err().cloned();
                self.columns = Some(columns);
                problem.and_then(|problem| unknown(RowError::Malformed(problem)))
            }
            Some(Ok(columns)) => Some(Read {
                line,
                row: columns.row(values),
            }),
            Some(Err(_)) => None,
        }
    }
}
