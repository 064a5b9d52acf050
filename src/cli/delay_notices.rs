//! `lifeboat delay-notices`

use std::path::PathBuf;

use clap::Subcommand;
use http::Method;

use super::{Failure, Global, output};
use crate::clock::{Clock, SystemClock};
use crate::ids::{DomainName, ResellerId};
use crate::service::delay_notices::{DelayNoticesChange, DelayNoticesView, DelayWordsView, sample};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show when senders are told that their message is safe and not read yet.
    Show {
        /// For whom: all, reseller:ID or domain:NAME.
        scope: Scope,
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Set it.
    Set {
        /// For whom: all, reseller:ID or domain:NAME.
        scope: Scope,
        /// After how many hours (1 to 120), "never", or "inherit": as the wider scope says. Without it, as it is.
        #[arg(long, value_name = "HOURS|never|inherit", value_parser = hours,
              required_unless_present_any = ["words", "usual_words", "language"])]
        after: Option<Hours>,
        /// Words of one's own in a language (en, de, fr, es, ar) from a file: the subject in the first line, the text
        /// below it; {address} and {time} are filled in.
        #[arg(long, value_name = "LANGUAGE=FILE", value_parser = words_file)]
        words: Vec<(String, PathBuf)>,
        /// No words of one's own in a language, or "all".
        #[arg(long, value_name = "LANGUAGE|all")]
        usual_words: Vec<String>,
        /// The language for senders whose message names none, or "inherit".
        #[arg(long, value_name = "LANGUAGE|inherit")]
        language: Option<String>,
        /// Show how the letters would look, and set nothing.
        #[arg(long)]
        preview: bool,
        /// Why, for those who read the audit log later.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Clone, Debug)]
pub(super) enum Scope {
    All,
    Reseller(ResellerId),
    Domain(DomainName),
}

impl std::str::FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "all" => Ok(Self::All),
            Some(("reseller", id)) => id.parse().map(Self::Reseller).map_err(|e| format!("{e}")),
            Some(("domain", name)) => name.parse().map(Self::Domain).map_err(|e| format!("{e}")),
            _ => Err("write all, reseller:ID or domain:NAME".into()),
        }
    }
}

impl Scope {
    /// Where a policy is, by the name of its resource.
    pub(super) fn path(&self, of: &str) -> String {
        match self {
            Self::All => format!("/api/v1/{of}"),
            Self::Reseller(id) => format!("/api/v1/resellers/{id}/{of}"),
            Self::Domain(name) => format!("/api/v1/domains/{name}/{of}"),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Hours(Option<u16>);

fn hours(text: &str) -> Result<Hours, String> {
    match text {
        "inherit" => Ok(Hours(None)),
        "never" => Ok(Hours(Some(0))),
        text => text
            .parse()
            .map(|hours| Hours(Some(hours)))
            .map_err(|_| "write a number of hours, never or inherit".into()),
    }
}

fn words_file(text: &str) -> Result<(String, PathBuf), String> {
    let (tag, file) = text
        .split_once('=')
        .filter(|(tag, file)| !tag.is_empty() && !file.is_empty())
        .ok_or("write a language, = and a file, such as de=notice.txt")?;
    Ok((tag.to_owned(), file.into()))
}

/// What becomes of the words of one's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct WordsEdit {
    /// Texts by language.
    written: Vec<(String, String)>,
    /// Languages that have the usual words again, or `all`.
    usual: Vec<String>,
    /// The language for senders whose message names none, or `inherit`.
    language: Option<String>,
}

impl WordsEdit {
    /// The words after it; what it does not name stays.
    fn applied(&self, mut words: DelayWordsView) -> DelayWordsView {
        for tag in &self.usual {
            match tag.as_str() {
                "all" => words.texts.clear(),
                tag => drop(words.texts.remove(tag)),
            }
        }
        words.texts.extend(self.written.iter().cloned());
        match self.language.as_deref() {
            None => {}
            Some("inherit") => words.language = None,
            Some(tag) => words.language = Some(tag.to_owned()),
        }
        words
    }
}

/// Prints how somebody who wrote now would be told.
fn previewed(words: &DelayWordsView) -> Result<(), Failure> {
    for (tag, text) in &words.texts {
        let letter = sample(text, "ann@example.com", SystemClock.now())
            .map_err(|error| Failure::cannot_run(format!("{tag}: {error}")))?;
        println!("[{tag}] {}\n\n{}\n", letter.subject, letter.text);
    }
    if words.texts.is_empty() {
        println!("no words of its own: senders get the usual ones, or those of the wider scope");
    }
    Ok(())
}

pub(super) async fn run(command: Command, global: &Global) -> Result<(), Failure> {
    let client = global.client().await?;
    let view: DelayNoticesView = match command {
        Command::Show { scope, json } => {
            let view = client.get(&scope.path("delay-notices")).await?;
            if json {
                return output::json(&view);
            }
            view
        }
        Command::Set {
            scope,
            after,
            words,
            usual_words,
            language,
            preview,
            reason,
        } => {
            let path = scope.path("delay-notices");
            let now: DelayNoticesView = client.get(&path).await?;
            let written = words.iter().map(|(tag, file)| {
                let text = std::fs::read_to_string(file).map_err(|error| {
                    Failure::cannot_run(format!("{} cannot be read: {error}", file.display()))
                })?;
                Ok((tag.clone(), text))
            });
            let edit = WordsEdit {
                written: written.collect::<Result<_, Failure>>()?,
                usual: usual_words,
                language,
            };
            let words = edit.applied(now.own_words);
            if preview {
                return previewed(&words);
            }
            let change = DelayNoticesChange {
                words: (edit != WordsEdit::default()).then_some(words),
                hours: after.map_or(now.own_hours, |after| after.0),
                reason,
            };
            client.call(Method::PUT, &path, &change).await?
        }
    };
    let holds = match view.hours {
        0 => "senders are not told".to_owned(),
        hours => format!("senders are told after {hours} hours"),
    };
    let whose = match view.own_hours {
        Some(_) => "set here",
        None => "as the wider scope says",
    };
    println!("{}: {holds} ({whose})", view.scope);
    Ok(())
}

#[cfg(test)]
mod tests;
