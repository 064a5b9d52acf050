//! What a section of the configuration is made of.
//!
//! One `section!` is the struct, its documentation, its defaults and its part of the example file
//! at once, so they cannot disagree. A default is written as it would stand in the file.

use serde::de::DeserializeOwned;

/// One option of a section.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its key.
    pub key: &'static str,
    /// Its documentation, a line each.
    pub doc: &'static [&'static str],
    /// What happens when it is absent.
    pub presence: Presence,
}

/// What it means that an option is absent; the texts are TOML values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It may not be absent; here is an example.
    Required(&'static str),
    /// It has this default.
    Default(&'static str),
    /// It is off or unknown then; here is an example.
    Optional(&'static str),
}

/// A section as the example file shows it.
#[derive(Clone, Copy, Debug)]
pub struct SectionInfo {
    /// Its name in the file: `http`, or `mailstore` for `[[mailstore]]`.
    pub name: &'static str,
    /// Whether it may occur several times (`[[name]]`).
    pub repeats: bool,
    /// Its documentation, a line each.
    pub doc: &'static [&'static str],
    /// Its options in the order of the struct.
    pub fields: &'static [Field],
}

/// A struct that is a section of the configuration.
pub trait Section: DeserializeOwned {
    /// Its description.
    const INFO: SectionInfo;
}

/// A default that is not a value of its type: a mistake in this program, reported all the same.
pub(crate) fn default_value<T: DeserializeOwned, E: serde::de::Error>(
    key: &str,
    text: &str,
) -> Result<T, E> {
    #[derive(serde::Deserialize)]
    struct Holder<T> {
        value: T,
    }
    toml::from_str::<Holder<T>>(&format!("value = {text}"))
        .map(|holder| holder.value)
        .map_err(|error| E::custom(format!("default of {key}: {}", error.message())))
}

/// Declares a section. A field is `name: Type = default "value"`, `= required "example"`, or
/// `= optional "example"`, which makes it an `Option<Type>`.
macro_rules! section {
    (
        $(#[doc = $doc:literal])*
        $(#[repeats($repeats:literal)])?
        pub struct $name:ident as $key:literal {
            $(
                $(#[doc = $field_doc:literal])*
                pub $field:ident: $type:ty = $presence:ident $text:literal,
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $(
                $(#[doc = $field_doc])*
                pub $field: $crate::config::section::section!(@type $presence $type),
            )*
        }

        impl $crate::config::section::Section for $name {
            const INFO: $crate::config::section::SectionInfo = $crate::config::section::SectionInfo {
                name: $key,
                repeats: false $(|| $repeats)?,
                doc: &[$($doc),*],
                fields: &[$(
                    $crate::config::section::Field {
                        key: stringify!($field),
                        doc: &[$($field_doc),*],
                        presence: $crate::config::section::section!(@presence $presence $text),
                    },
                )*],
            };
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                #[derive(::serde::Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Raw {
                    $($field: Option<$type>,)*
                }
                let raw = Raw::deserialize(from)?;
                Ok(Self {
                    $($field: $crate::config::section::section!(@value $presence $text, $key, $field, raw),)*
                })
            }
        }
    };
    (@presence required $text:literal) => { $crate::config::section::Presence::Required($text) };
    (@presence default $text:literal) => { $crate::config::section::Presence::Default($text) };
    (@presence optional $text:literal) => { $crate::config::section::Presence::Optional($text) };
    (@type optional $type:ty) => { Option<$type> };
    (@type $presence:ident $type:ty) => { $type };
    (@value required $text:literal, $key:literal, $field:ident, $raw:ident) => {
        $raw.$field.ok_or_else(|| ::serde::de::Error::custom(concat!(
            "`", stringify!($field), "` is missing in [", $key, "]: add for example `",
            stringify!($field), " = ", $text, "`"
        )))?
    };
    (@value default $text:literal, $key:literal, $field:ident, $raw:ident) => {
        match $raw.$field {
            Some(value) => value,
            None => $crate::config::section::default_value(
                concat!($key, ".", stringify!($field)), $text)?,
        }
    };
    (@value optional $text:literal, $key:literal, $field:ident, $raw:ident) => { $raw.$field };
}
pub(crate) use section;

/// Declares the struct of all sections and the list of their descriptions: `name: Type required`,
/// `name: Type default` (may be left out), or `name: Type repeated` (a `Vec<Type>`).
macro_rules! sections {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident {
            $(pub $field:ident: $type:ty = $presence:ident,)*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $(
                #[doc = concat!("`[", stringify!($field), "]`")]
                pub $field: $crate::config::section::sections!(@type $presence $type),
            )*
        }

        /// Every section, in the order of the example file.
        pub const SECTIONS: &[$crate::config::section::SectionInfo] = &[
            $(<$type as $crate::config::section::Section>::INFO,)*
        ];

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                #[derive(::serde::Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Raw {
                    $($field: Option<$crate::config::section::sections!(@type $presence $type)>,)*
                }
                let raw = Raw::deserialize(from)?;
                Ok(Self {
                    $($field: $crate::config::section::sections!(@value $presence $field, raw),)*
                })
            }
        }
    };
    (@type repeated $type:ty) => { Vec<$type> };
    (@type $presence:ident $type:ty) => { $type };
    (@value required $field:ident, $raw:ident) => {
        $raw.$field.ok_or_else(|| ::serde::de::Error::custom(concat!(
            "section [", stringify!($field),
            "] is missing: `lifeboat config example` shows what belongs in it"
        )))?
    };
    (@value default $field:ident, $raw:ident) => {
        match $raw.$field {
            Some(section) => section,
            None => $crate::config::section::default_value(stringify!($field), "{}")?,
        }
    };
    (@value repeated $field:ident, $raw:ident) => { $raw.$field.unwrap_or_default() };
}
pub(crate) use sections;
