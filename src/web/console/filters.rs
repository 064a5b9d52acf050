//! How the console's lists read what is looked for, and write it into addresses again.

use url::form_urlencoded::Serializer;

use crate::service::ServiceError;

/// A text that may be left empty.
pub(super) fn said<T: std::str::FromStr<Err: std::fmt::Display>>(
    field: &'static str,
    text: &str,
) -> Result<Option<T>, ServiceError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let invalid = |error: T::Err| ServiceError::Invalid {
        field,
        text: error.to_string(),
    };
    text.parse().map(Some).map_err(invalid)
}

/// The address of a list, with those of the pairs that say something.
pub(super) fn href<'a, V: AsRef<str> + 'a>(
    path: &str,
    filter: impl IntoIterator<Item = (&'a str, V)>,
    more: &[(&str, &str)],
) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in filter {
        let value = value.as_ref().trim();
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.extend_pairs(more.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    match query.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{query}"),
    }
}

/// What a link says that chooses all rows of a page, or none where they are chosen.
pub(super) fn other_choice(select: &str) -> &'static str {
    match select {
        "page" => "",
        _ => "page",
    }
}

#[cfg(test)]
mod tests;
