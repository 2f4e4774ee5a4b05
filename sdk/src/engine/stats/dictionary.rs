//! Declares the dictionaries of webrtc-stats in a table.
//!
//! A struct with a field for each of some 230 members would add much code to the module that pages load.
//! Here a dictionary is a view: its accessors read the entry's members and cost nothing unless they are
//! used. One macro generates the view, the table that distinguishes known members from unknown ones, and the TypeScript
//! interface.

use serde_json::{Map, Value};

use super::entry::Stats;

/// The type of a member's value.
#[derive(Debug)]
pub(super) enum Kind {
    Text,
    NullableText,
    U32,
    U64,
    I64,
    F64,
    Bool,
    Record,
    OneOf(&'static [&'static str]),
}

impl Kind {
    fn accepts(&self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::NullableText => value.is_string() || value.is_null(),
            Self::U32 => value.as_u64().is_some_and(|number| u32::try_from(number).is_ok()),
            Self::U64 => value.is_u64(),
            Self::I64 => value.is_i64(),
            Self::F64 => value.is_number(),
            Self::Bool => value.is_boolean(),
            Self::Record => NumberRecord::read(value).is_some(),
            Self::OneOf(names) => value.as_str().is_some_and(|text| names.contains(&text)),
        }
    }
}

/// A dictionary of the specification.
#[derive(Debug)]
pub(super) struct Dictionary {
    /// The values of `type` that identify it. Empty for a dictionary that others inherit.
    pub(super) types: &'static [&'static str],
    /// The required value of `kind`, if any.
    pub(super) media_kind: Option<&'static str>,
    pub(super) base: Option<&'static Dictionary>,
    pub(super) members: &'static [(&'static str, Kind)],
}

impl Dictionary {
    /// The table's own copy of `name`, if `value` is valid for the member.
    pub(super) fn known(&self, name: &str, value: &Value) -> Option<&'static str> {
        let mut dictionary = Some(self);
        while let Some(Self { base, members, .. }) = dictionary {
            if let Some((name, kind)) = members.iter().find(|(known, _)| *known == name) {
                return kind.accepts(value).then_some(name);
            }
            dictionary = *base;
        }
        None
    }
}

/// A typed view of an entry.
pub(super) trait View<'a>: Copy {
    const DICTIONARY: Option<&'static Dictionary>;
    fn over(stats: &'a Stats) -> Self;
}

/// The methods of every dictionary.
pub type BaseStats<'a> = &'a Stats;

impl<'a> View<'a> for BaseStats<'a> {
    const DICTIONARY: Option<&'static Dictionary> = None;

    fn over(stats: &'a Stats) -> Self {
        stats
    }
}

/// Converts a member's value to its accessor's result.
pub(super) trait Read<'a>: Sized {
    fn read(value: &'a Value) -> Option<Self>;
}

macro_rules! read {
    ($($type:ty => $method:ident,)+) => {$(
        impl<'a> Read<'a> for $type {
            fn read(value: &'a Value) -> Option<Self> {
                value.$method()
            }
        }
    )+};
}

read! { &'a str => as_str, u64 => as_u64, i64 => as_i64, f64 => as_f64, bool => as_bool, }

impl Read<'_> for u32 {
    fn read(value: &Value) -> Option<Self> {
        value.as_u64().and_then(|number| number.try_into().ok())
    }
}

impl Read<'_> for moim_protocol::MediaKind {
    fn read(value: &Value) -> Option<Self> {
        match value.as_str()? {
            "audio" => Some(Self::Audio),
            "video" => Some(Self::Video),
            _ => None,
        }
    }
}

/// A `record<DOMString, double>`: numbers by name.
#[derive(Clone, Copy, Debug)]
pub struct NumberRecord<'a>(&'a Map<String, Value>);

impl<'a> NumberRecord<'a> {
    /// Returns the number with this name.
    pub fn get(self, name: &str) -> Option<f64> {
        self.0.get(name).and_then(Value::as_f64)
    }

    /// All names with their numbers.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, f64)> {
        self.0.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_f64()?)))
    }
}

impl<'a> Read<'a> for NumberRecord<'a> {
    fn read(value: &'a Value) -> Option<Self> {
        value.as_object().filter(|record| record.values().all(Value::is_number)).map(Self)
    }
}

/// The Rust type of a member.
macro_rules! rust_type {
    (Text) => { &'a str };
    (NullableText) => { &'a str };
    (Record) => { $crate::engine::stats::NumberRecord<'a> };
    ($other:ident) => { $other };
}

/// The type check of a member.
macro_rules! kind {
    (Text) => {
        Kind::Text
    };
    (NullableText) => {
        Kind::NullableText
    };
    (u32) => {
        Kind::U32
    };
    (u64) => {
        Kind::U64
    };
    (i64) => {
        Kind::I64
    };
    (f64) => {
        Kind::F64
    };
    (bool) => {
        Kind::Bool
    };
    (Record) => {
        Kind::Record
    };
    (MediaKind) => {
        Kind::OneOf(&["audio", "video"])
    };
    ($names:ident) => {
        Kind::OneOf($names::NAMES)
    };
}

/// The TypeScript type of a member.
#[cfg(all(feature = "js", target_arch = "wasm32"))]
macro_rules! typescript_type {
    (Text) => {
        "string"
    };
    (NullableText) => {
        "string | null"
    };
    (bool) => {
        "boolean"
    };
    (Record) => {
        "Readonly<Record<string, number>>"
    };
    (MediaKind) => {
        "MediaKind"
    };
    (u32) => {
        "number"
    };
    (u64) => {
        "number"
    };
    (i64) => {
        "number"
    };
    (f64) => {
        "number"
    };
    ($names:ident) => {
        concat!("Stats", stringify!($names))
    };
}

#[cfg(all(feature = "js", target_arch = "wasm32"))]
macro_rules! question_mark {
    () => {
        "?"
    };
    (required) => {
        ""
    };
}

/// Declares dictionaries: `view = "type" | "type" if "kind": inherited dictionary`, then their members.
macro_rules! dictionaries {
    ($(
        $(#[doc = $doc:literal])+
        $view:ident $(= $($type:literal)|+ $(if $media_kind:literal)?)? : $base:ident {
            $(
                $(#[doc = $member_doc:literal])+
                $method:ident $name:literal: $kind:ident $(= $required:ident)?,
            )*
        }
    )+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Copy, Debug)]
            pub struct $view<'a>($base<'a>);

            impl<'a> $view<'a> {
                $(
                    $(#[doc = $member_doc])+
                    pub fn $method(self) -> Option<rust_type!($kind)> {
                        self.member($name)
                    }
                )*

                fn member<T: Read<'a>>(self, name: &'static str) -> Option<T> {
                    let stats: &'a Stats = self.stats();
                    stats.known(name).and_then(T::read)
                }

                pub(super) fn stats(self) -> &'a Stats {
                    self.0.stats()
                }
            }

            impl<'a> View<'a> for $view<'a> {
                const DICTIONARY: Option<&'static Dictionary> = {
                    static TABLE: Dictionary = Dictionary {
                        types: &[$($($type),+)?],
                        media_kind: dictionaries!(@kind $($($media_kind)?)?),
                        base: <$base<'static> as View<'static>>::DICTIONARY,
                        members: &[$(($name, kind!($kind)),)*],
                    };
                    Some(&TABLE)
                };

                fn over(stats: &'a Stats) -> Self {
                    Self($base::over(stats))
                }
            }

            impl<'a> std::ops::Deref for $view<'a> {
                type Target = $base<'a>;

                fn deref(&self) -> &Self::Target {
                    &self.0
                }
            }
        )+

        #[cfg(all(feature = "js", target_arch = "wasm32"))]
        pub(crate) const TYPESCRIPT: &str = concat!($(
            "/**", $($doc,)+ " */\nexport interface ", stringify!($view), " extends ", stringify!($base), " {\n",
            $("  readonly type: ", dictionaries!(@union $($type)|+), ";\n",
            $("  readonly kind: \"", $media_kind, "\";\n",)?)?
            $(
                "  /**", $($member_doc,)+ " */\n  readonly ", $name, question_mark!($($required)?), ": ",
                typescript_type!($kind), ";\n",
            )*
            "}\n\n",
        )+);
    };
    (@kind) => { None };
    (@kind $kind:literal) => { Some($kind) };
    (@union $first:literal $(| $more:literal)*) => { concat!("\"", $first, "\"" $(, " | \"", $more, "\"")*) };
}

/// Declares the enumerations of members. A string without a variant leaves the member unknown.
macro_rules! names {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident {
            $($(#[doc = $variant_doc:literal])+ $variant:ident = $text:literal $(| $alias:literal)*,)+
        }
    )+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum $name {
                $($(#[doc = $variant_doc])+ $variant,)+
            }

            impl $name {
                pub(super) const NAMES: &[&str] = &[$($text, $($alias,)*)+];

                /// The value as in the specification.
                pub const fn as_str(self) -> &'static str {
                    match self {
                        $(Self::$variant => $text,)+
                    }
                }
            }

            impl Read<'_> for $name {
                fn read(value: &serde_json::Value) -> Option<Self> {
                    match value.as_str()? {
                        $($text $(| $alias)* => Some(Self::$variant),)+
                        _ => None,
                    }
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }
        )+

        #[cfg(all(feature = "js", target_arch = "wasm32"))]
        pub(crate) const TYPESCRIPT: &str = concat!($(
            "/**", $($doc,)+ " */\nexport type Stats", stringify!($name), " =",
            $(" | \"", $text, "\"", $(" | \"", $alias, "\"",)*)+ ";\n\n",
        )+);
    };
}
