//! Texts that an operator or a reseller writes, with names in braces that are filled in. Pure.

/// Why a text cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplate {
    /// A name in braces is not known here.
    #[error("{{{0}}} is not known here; these are: {1}")]
    Unknown(String, String),
    /// A brace without its other.
    #[error("a brace has no other; write a known name between two")]
    Open,
}

/// Fills in what stands in braces.
///
/// # Errors
/// [`InvalidTemplate`].
pub fn fill(template: &str, values: &[(&str, &str)]) -> Result<String, InvalidTemplate> {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        if before.contains('}') {
            return Err(InvalidTemplate::Open);
        }
        let (name, after) = after.split_once('}').ok_or(InvalidTemplate::Open)?;
        let known = values.iter().find(|(known, _)| *known == name);
        let (_, value) = known.ok_or_else(|| {
            let names: Vec<String> = values.iter().map(|(n, _)| format!("{{{n}}}")).collect();
            InvalidTemplate::Unknown(name.chars().take(40).collect(), names.join(" "))
        })?;
        text.push_str(before);
        text.push_str(value);
        rest = after;
    }
    if rest.contains('}') {
        return Err(InvalidTemplate::Open);
    }
    text.push_str(rest);
    Ok(text)
}

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// The first line is the subject.
pub fn split(text: &str) -> Letter {
    let (subject, text) = text.split_once('\n').unwrap_or((text, ""));
    let subject: String = subject
        .chars()
        .filter(|c| !c.is_control())
        .take(200)
        .collect();
    Letter {
        subject: subject.trim().to_owned(),
        text: text.trim_start_matches(['\r', '\n']).to_owned(),
    }
}
