//! A list as a file for spreadsheets (RFC 4180).

use axum::response::{IntoResponse, Response};

use crate::service::listing::csv::quoted;

/// What is written of it so far.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    name: &'static str,
    text: String,
    rows: usize,
}

impl Sheet {
    /// An empty one, with the names of its columns.
    pub(super) fn new(name: &'static str, columns: &str) -> Self {
        Self {
            name,
            text: format!("{columns}\r\n"),
            rows: 0,
        }
    }

    /// How many rows it has.
    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    /// Writes a row.
    pub(super) fn row(&mut self, fields: &[String]) {
        let fields: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
        self.text.push_str(&fields.join(","));
        self.text.push_str("\r\n");
        self.rows += 1;
    }
}

impl IntoResponse for Sheet {
    fn into_response(self) -> Response {
        let headers = [
            (
                "content-type",
                "text/csv; charset=utf-8; header=present".to_owned(),
            ),
            (
                "content-disposition",
                format!("attachment; filename=\"{}\"", self.name),
            ),
        ];
        (headers, self.text).into_response()
    }
}
