//! Charts as inline SVG: a line and the area below it. Pure.

use std::fmt::Write as _;

use crate::metrics::history::Point;

/// The drawing's size, in its own units; it is stretched to its place.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 100.0;
/// More columns than this are drawn as their highest value.
const COLUMNS_MAX: usize = 150;

/// A chart, ready for its template.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// The same in words: the last value and the highest.
    pub summary: String,
    /// The path of the line; empty where there are fewer than two values.
    pub line: String,
    /// The path of the area below.
    pub area: String,
}

/// The paths of `points`, the oldest first; the scale goes from 0 to the highest value.
pub fn draw(points: &[Point]) -> (String, String) {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return (String::new(), String::new());
    };
    let span = last.at.since(first.at).as_secs_f64();
    let most = points
        .iter()
        .fold(0.0_f64, |most, point| most.max(point.value));
    if span <= 0.0 {
        return (String::new(), String::new());
    }
    let scale = if most > 0.0 { HEIGHT / most } else { 0.0 };
    let mut line = String::new();
    for column in points.chunks(points.len().div_ceil(COLUMNS_MAX)) {
        let highest = column
            .iter()
            .fold(0.0_f64, |most, point| most.max(point.value));
        let Some(end) = column.last() else { continue };
        let x = end.at.since(first.at).as_secs_f64() / span * WIDTH;
        let command = if line.is_empty() { 'M' } else { 'L' };
        // Writing to a String cannot fail.
        let _ = write!(line, "{command}{x:.1} {:.1}", HEIGHT - highest * scale);
    }
    let start = line.split(['M', ' ']).nth(1).unwrap_or("0").to_owned();
    let area = format!("{line}L{WIDTH:.1} {HEIGHT:.1}L{start} {HEIGHT:.1}Z");
    (line, area)
}

#[cfg(test)]
mod tests;
