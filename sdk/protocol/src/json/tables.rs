//! The macros that make a type's table.

/// The table of a struct: `field: "name" presence`, where the presence is one of
/// - `required`;
/// - `optional`: it may be absent, but is always written;
/// - `omitted_if "null"`: it may be absent, and is not written if its JSON form is this.
///
/// A member that is absent gets the blank value of its type, or the one after `=`. Unknown members are ignored, or refused if
/// the type is `strict`. Fields without a member have their values from the struct after `else`.
#[doc(hidden)]
#[macro_export]
macro_rules! record {
    ($type:ident $($strict:ident)? {
        $($field:ident: $name:literal $presence:ident $($form:literal)? $(= $blank:expr)?,)+
    } $(else $others:expr)?) => {
        $crate::readable! {
            $type $($strict)?,
            Self { $($field: $crate::blank!($($blank)?),)+ $(..$others)? },
            $($field: $crate::member!($name $presence $($form)?)),+
        }

        impl $crate::json::WriteRecord for $type {
            fn members(&self) -> Vec<&dyn $crate::json::Write> {
                vec![$(&self.$field),+]
            }
        }

        impl $crate::json::Write for $type {
            fn write(&self, out: &mut String) {
                $crate::json::write_record(self, out);
            }
        }
    };
}

/// The table of options, which are only read: `field: "name"`, for whole numbers with a range also `in (from, to)`. What is
/// absent has the value of `Default`.
#[doc(hidden)]
#[macro_export]
macro_rules! options {
    ($type:ident { $($field:ident: $name:literal $(in $range:expr)?),* $(,)? }) => {
        $crate::readable! { $type, Self::default(), $($field: $crate::member!($name optional $($range)?)),* }
    };
}

/// A struct that can be read: its blank value, and the description of each field.
#[doc(hidden)]
#[macro_export]
macro_rules! readable {
    ($type:ident $($strict:ident)?, $blank:expr, $($field:ident: $member:expr),*) => {
        impl $crate::json::Table for $type {
            fn table(&self) -> &'static [$crate::json::Member] {
                const { &[$($member),*] }
            }
        }

        impl $crate::json::ReadRecord for $type {
            fn name(&self) -> &'static str {
                stringify!($type)
            }

            $($crate::$strict! {})?

            fn members(&mut self) -> Vec<&mut dyn $crate::json::Read> {
                vec![$(&mut self.$field),*]
            }
        }

        impl $crate::json::Read for $type {
            fn blank() -> Self {
                $blank
            }

            fn read(&mut self, from: &dyn $crate::json::Source) -> Result<(), $crate::json::Fault> {
                $crate::json::read_record(self, from)
            }
        }
    };
}

/// The table of an enum that is an object with a tag: in brackets the variants whose content is another record, then those
/// with members of their own, as in [`record!`](crate::record). `else` is the variant of every other tag.
#[doc(hidden)]
#[macro_export]
macro_rules! variants {
    (
        $type:ident by $tag:literal else $other:ident;
        [$($word:literal $variant:ident),*]
        $($own:literal $with:ident {
            $($field:ident: $name:literal $presence:ident $($form:literal)? $(= $blank:expr)?),* $(,)?
        },)*
    ) => {
        impl $type {
            const WORDS: &[&str] = &[$($word,)* $($own,)* "unknown"];
        }

        impl $crate::json::Table for $type {
            fn table(&self) -> &'static [$crate::json::Member] {
                match self {
                    $(Self::$variant(content) => $crate::json::Table::table(content),)*
                    $(Self::$with { .. } => const { &[$($crate::member!($name $presence $($form)?)),*] },)*
                    Self::$other => &[],
                }
            }
        }

        impl $crate::json::ReadRecord for $type {
            fn name(&self) -> &'static str {
                stringify!($type)
            }

            fn members(&mut self) -> Vec<&mut dyn $crate::json::Read> {
                match self {
                    $(Self::$variant(content) => $crate::json::ReadRecord::members(content),)*
                    $(Self::$with { $($field),* } => vec![$($field),*],)*
                    Self::$other => Vec::new(),
                }
            }
        }

        impl $crate::json::WriteRecord for $type {
            fn tag(&self) -> Option<(&'static str, &'static str)> {
                Some(($tag, match self {
                    $(Self::$variant(..) => $word,)*
                    $(Self::$with { .. } => $own,)*
                    Self::$other => "unknown",
                }))
            }

            fn members(&self) -> Vec<&dyn $crate::json::Write> {
                match self {
                    $(Self::$variant(content) => $crate::json::WriteRecord::members(content),)*
                    $(Self::$with { $($field),* } => vec![$($field),*],)*
                    Self::$other => Vec::new(),
                }
            }
        }

        impl $crate::json::Read for $type {
            fn blank() -> Self {
                Self::$other
            }

            fn read(&mut self, from: &dyn $crate::json::Source) -> Result<(), $crate::json::Fault> {
                const BLANKS: &[fn() -> $type] = &[
                    $(|| $type::$variant($crate::json::Read::blank()),)*
                    $(|| $type::$with { $($field: $crate::blank!($($blank)?)),* },)*
                ];
                let word = $crate::json::read_tag(stringify!($type), $tag, Self::WORDS, true, from)?;
                *self = BLANKS.get(word).map_or(Self::$other, |blank| blank());
                $crate::json::read_record(self, from)
            }
        }

        impl $crate::json::Write for $type {
            fn write(&self, out: &mut String) {
                $crate::json::write_record(self, out);
            }
        }
    };
}

/// The table of an enum that is an object with a tag and, beside it, the content: in brackets the variants whose content is
/// a value of another type, then those with members of their own, as in [`record!`](crate::record).
#[doc(hidden)]
#[macro_export]
macro_rules! contents {
    (
        $type:ident $(<$parameter:ident>)? by $tag:literal and $content:literal;
        [$($word:literal $variant:ident),* $(,)?]
        $($own:literal $with:ident {
            $($field:ident: $name:literal $presence:ident $($form:literal)? $(= $blank:expr)?),* $(,)?
        },)*
    ) => {
        impl $(<$parameter>)? $crate::json::Table for $type $(<$parameter>)? {
            fn table(&self) -> &'static [$crate::json::Member] {
                match self {
                    $(Self::$with { .. } => const { &[$($crate::member!($name $presence $($form)?)),*] },)*
                    _ => &[],
                }
            }
        }

        impl $(<$parameter: $crate::json::Read>)? $crate::json::ReadRecord for $type $(<$parameter>)? {
            fn name(&self) -> &'static str {
                stringify!($type)
            }

            fn members(&mut self) -> Vec<&mut dyn $crate::json::Read> {
                match self {
                    $(Self::$with { $($field),* } => vec![$($field),*],)*
                    _ => Vec::new(),
                }
            }
        }

        impl $(<$parameter: $crate::json::Write>)? $crate::json::WriteRecord for $type $(<$parameter>)? {
            fn members(&self) -> Vec<&dyn $crate::json::Write> {
                match self {
                    $(Self::$with { $($field),* } => vec![$($field),*],)*
                    _ => Vec::new(),
                }
            }
        }

        impl $(<$parameter: $crate::json::Read>)? $crate::json::Read for $type $(<$parameter>)? {
            fn blank() -> Self {
                [$(|| Self::$with { $($field: $crate::blank!($($blank)?)),* }),*][0]()
            }

            fn read(&mut self, from: &dyn $crate::json::Source) -> Result<(), $crate::json::Fault> {
                let blanks: &[fn() -> Self] = &[
                    $(|| Self::$variant($crate::json::Read::blank()),)*
                    $(|| Self::$with { $($field: $crate::blank!($($blank)?)),* },)*
                ];
                let words = &[$($word,)* $($own,)*];
                let word = $crate::json::read_tag(stringify!($type), $tag, words, false, from)?;
                if let Some(blank) = blanks.get(word) {
                    *self = blank();
                }
                match self {
                    $(Self::$variant(value) => {
                        $crate::json::read_content($content, &mut |content| value.read(content), from)
                    })*
                    _ if $crate::json::Table::table(self).is_empty() => Ok(()),
                    _ => $crate::json::read_content(
                        $content,
                        &mut |content| $crate::json::read_record(self, content),
                        from,
                    ),
                }
            }
        }

        impl $(<$parameter: $crate::json::Write>)? $crate::json::Write for $type $(<$parameter>)? {
            fn write(&self, out: &mut String) {
                let word = match self {
                    $(Self::$variant(..) => $word,)*
                    $(Self::$with { .. } => $own,)*
                };
                let content = |out: &mut String| match self {
                    $(Self::$variant(value) => $crate::json::Write::write(value, out),)*
                    _ if $crate::json::Table::table(self).is_empty() => {}
                    _ => $crate::json::write_record(self, out),
                };
                $crate::json::write_content(($tag, word), ($content, &content), out);
            }
        }
    };
}

/// The table of an enum that is a string. `else` is the variant of every other string.
#[doc(hidden)]
#[macro_export]
macro_rules! words {
    ($type:ident { $($word:literal $variant:ident,)+ } $(else $other_word:literal $other:ident)?) => {
        impl $crate::json::Read for $type {
            fn blank() -> Self {
                [$(Self::$variant),+][0]
            }

            fn read(&mut self, from: &dyn $crate::json::Source) -> Result<(), $crate::json::Fault> {
                const VALUES: &[$type] = &[$($type::$variant,)+ $($type::$other)?];
                const OTHER: &[&str] = &[$($other_word)?];
                let word = from.word(&[$($word,)+ $($other_word)?], !OTHER.is_empty())?;
                *self = *VALUES.get(word).unwrap_or(self);
                Ok(())
            }
        }

        impl $crate::json::Write for $type {
            fn write(&self, out: &mut String) {
                let word = match self {
                    $(Self::$variant => $word,)+
                    $(Self::$other => $other_word,)?
                };
                $crate::json::write_text(word, out);
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! strict {
    () => {
        fn is_strict(&self) -> bool {
            true
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! member {
    ($name:literal required) => {
        $crate::json::Member::new($name, $crate::json::Presence::Required)
    };
    ($name:literal optional) => {
        $crate::json::Member::new($name, $crate::json::Presence::Optional)
    };
    ($name:literal omitted_if $form:literal) => {
        $crate::json::Member::new($name, $crate::json::Presence::OmittedIf($form))
    };
    ($name:literal optional $range:expr) => {
        $crate::json::Member { range: Some($range), ..$crate::member!($name optional) }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! blank {
    () => {
        $crate::json::Read::blank()
    };
    ($blank:expr) => {
        $blank
    };
}
