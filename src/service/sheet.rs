//! A list as a file for spreadsheets (RFC 4180).

use super::ServiceError;
use super::listing::csv::quoted;

/// Most rows of a file.
pub const ROWS_MAX: usize = 20_000;

/// What is written of it so far.
#[derive(Clone, Debug)]
pub struct Sheet {
    name: &'static str,
    text: String,
    rows: usize,
}

impl Sheet {
    /// An empty one, with the names of its columns.
    pub fn new(name: &'static str, columns: &str) -> Self {
        Self {
            name,
            text: format!("{columns}\r\n"),
            rows: 0,
        }
    }

    /// One of a list that is read page by page: `page` writes those behind a cursor, the empty one first, and returns
    /// the next. Ends with the list, or with [`ROWS_MAX`] rows.
    ///
    /// # Errors
    /// What `page` returns.
    pub fn of_pages(
        name: &'static str,
        columns: &str,
        mut page: impl FnMut(&mut Self, &str) -> Result<Option<String>, ServiceError>,
    ) -> Result<Self, ServiceError> {
        let (mut sheet, mut cursor) = (Self::new(name, columns), String::new());
        while let Some(next) = page(&mut sheet, &cursor)? {
            if sheet.rows >= ROWS_MAX {
                break;
            }
            cursor = next;
        }
        Ok(sheet)
    }

    /// How many rows the next page of a list may have that has pages of so many.
    pub fn page(&self, page_max: usize) -> usize {
        page_max.min(ROWS_MAX.saturating_sub(self.rows))
    }

    /// How many rows it has.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Writes a row.
    pub fn row(&mut self, fields: &[String]) {
        let fields: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
        self.text.push_str(&fields.join(","));
        self.text.push_str("\r\n");
        self.rows += 1;
    }

    /// Its headers and its text, as HTTP sends them.
    pub fn into_parts(self) -> ([(&'static str, String); 2], String) {
        let kind = "text/csv; charset=utf-8; header=present";
        let headers = [
            ("content-type", kind.to_owned()),
            (
                "content-disposition",
                format!("attachment; filename=\"{}\"", self.name),
            ),
        ];
        (headers, self.text)
    }
}

#[cfg(test)]
mod tests;
