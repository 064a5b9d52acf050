//! The example file, made from the sections themselves.

use std::fmt::Write;

use super::SECTIONS;
use super::agent::AGENT_SECTIONS;
use super::section::{Field, Presence, SectionInfo};

/// The example file: what must be set is set, every other option stands as a comment with its
/// default.
pub fn example() -> String {
    render(false)
}

/// The example file; with `all`, no option is commented out.
pub(super) fn render(all: bool) -> String {
    render_sections("Configuration of Lifeboat", SECTIONS, all)
}

/// The example of an agent's file; with `all`, no option is commented out.
pub fn agent_example(all: bool) -> String {
    render_sections("Configuration of a Lifeboat agent", AGENT_SECTIONS, all)
}

/// Sections that nobody has unless they need one: in the example they are comments as a whole.
const AS_NEEDED: [&str; 5] = [
    "certificate",
    "source",
    "relay_fallback",
    "dkim",
    "live_check",
];

fn render_sections(title: &str, sections: &[SectionInfo], all: bool) -> String {
    let mut text = format!(
        "# {title}. Options that are commented out show their defaults, or an\n\
         # example where they say so.\n\
         # Times: 500ms, 90s, 15m, 12h, 30d. Sizes: 64KB, 50MB, 2GB. Paths are best absolute.\n",
    );
    for section in sections {
        let mut rendered = String::new();
        render_section(&mut rendered, section, all);
        if all || !AS_NEEDED.contains(&section.name) {
            text.push_str(&rendered);
            continue;
        }
        for line in rendered.lines() {
            let mark = if line.is_empty() || line.starts_with('#') {
                ""
            } else {
                "#"
            };
            let _ = writeln!(text, "{mark}{line}");
        }
    }
    text
}

fn render_section(text: &mut String, section: &SectionInfo, all: bool) {
    text.push('\n');
    comment(text, section.doc);
    // Writing to a String cannot fail.
    let _ = match section.repeats {
        true => writeln!(text, "[[{}]]", section.name),
        false => writeln!(text, "[{}]", section.name),
    };
    for field in section.fields {
        render_field(text, field, all);
    }
}

fn render_field(text: &mut String, field: &Field, all: bool) {
    comment(text, field.doc);
    let key = field.key;
    let _ = match field.presence {
        Presence::Required(value) => writeln!(text, "{key} = {value}"),
        Presence::Default(value) | Presence::Optional(value) if all => {
            writeln!(text, "{key} = {value}")
        }
        Presence::Default(value) => writeln!(text, "#{key} = {value}"),
        Presence::Optional(value) => {
            writeln!(
                text,
                "# Not set unless you do; for example:\n#{key} = {value}"
            )
        }
    };
}

fn comment(text: &mut String, doc: &[&str]) {
    for line in doc {
        let _ = writeln!(text, "#{line}");
    }
}
