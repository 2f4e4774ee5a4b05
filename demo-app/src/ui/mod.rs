//! Components that all screens share.

mod button;
mod icon;
mod language;
mod notice;

pub(crate) use button::{Button, Look};
pub(crate) use icon::{Icon, Mark};
pub(crate) use language::{Brand, LanguageContext, LanguageSwitch, use_words};
pub(crate) use notice::{Notice, Tone};
