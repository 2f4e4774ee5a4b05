//! The messages: JSON, which is read by tables and written by hand.

use moim_protocol::json::{Fault, Kind, Read, Source, Write, write_text};
use moim_protocol::options;

use crate::model::SessionDescription;

/// The id of a room or a participant: a number, or a string if the server is configured so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Number(u64),
    Text(String),
}

impl Id {
    /// As the server writes it for a room with this name.
    pub(super) fn of_room(name: &str, is_text: bool) -> Self {
        match name.parse() {
            Ok(number) if !is_text => Self::Number(number),
            _ => Self::Text(name.to_owned()),
        }
    }

    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl Default for Id {
    fn default() -> Self {
        Self::Number(0)
    }
}

impl Read for Id {
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        *self = match from.kind() {
            Kind::Text => Self::Text(from.text()?),
            _ => Self::Number(from.integer(u64::MAX)?),
        };
        Ok(())
    }
}

impl Write for Id {
    fn write(&self, out: &mut String) {
        match self {
            Self::Number(number) => number.write(out),
            Self::Text(text) => text.write(out),
        }
    }
}

/// Whether something is there: `true`, or an object that describes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Has(pub(super) bool);

impl Read for Has {
    fn blank() -> Self {
        Self(false)
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        self.0 = from.kind() == Kind::Object || from.bool().unwrap_or(false);
        Ok(())
    }
}

/// What the server sends.
#[derive(Default)]
pub(super) struct Message {
    pub(super) janus: String,
    pub(super) transaction: Option<String>,
    /// The handle that it comes from.
    pub(super) sender: Option<u64>,
    pub(super) data: Option<Created>,
    pub(super) plugin: Option<Plugin>,
    pub(super) jsep: Option<SessionDescription>,
    pub(super) error: Option<CoreError>,
}

/// The id of a session or a handle.
#[derive(Default)]
pub(super) struct Created {
    pub(super) id: u64,
}

#[derive(Default)]
pub(super) struct Plugin {
    pub(super) data: Body,
}

#[derive(Default)]
pub(super) struct CoreError {
    pub(super) code: u32,
    pub(super) reason: String,
}

/// What the VideoRoom says.
#[derive(Default)]
pub(super) struct Body {
    pub(super) videoroom: String,
    pub(super) id: Option<Id>,
    pub(super) private_id: Option<u64>,
    pub(super) display: Option<String>,
    pub(super) publishers: Vec<Person>,
    pub(super) attendees: Option<Vec<Person>>,
    pub(super) participants: Option<Vec<Person>>,
    pub(super) streams: Option<Vec<Stream>>,
    pub(super) joining: Option<Person>,
    pub(super) unpublished: Option<Id>,
    pub(super) leaving: Option<Id>,
    pub(super) kicked: Option<Id>,
    pub(super) reason: Option<String>,
    pub(super) mid: Option<String>,
    pub(super) moderation: Option<String>,
    pub(super) error_code: u32,
    pub(super) error: String,
}

#[derive(Default)]
pub(super) struct Person {
    pub(super) id: Id,
    pub(super) display: Option<String>,
    /// In lists of participants.
    pub(super) publisher: bool,
    /// In lists of publishers.
    pub(super) streams: Option<Vec<Stream>>,
}

/// A media section of a publisher, or of a subscriber.
#[derive(Clone, Default)]
pub(super) struct Stream {
    pub(super) kind: String,
    pub(super) mid: String,
    pub(super) description: Option<String>,
    pub(super) disabled: bool,
    pub(super) moderated: bool,
    pub(super) simulcast: Has,
    /// Of a subscriber: whether it carries something, and what.
    pub(super) active: bool,
    pub(super) feed_id: Option<Id>,
    pub(super) feed_mid: Option<String>,
    pub(super) feed_description: Option<String>,
    pub(super) feed_display: Option<String>,
}

options! { Message {
    janus: "janus",
    transaction: "transaction",
    sender: "sender",
    data: "data",
    plugin: "plugindata",
    jsep: "jsep",
    error: "error",
} }
options! { Created { id: "id" } }
options! { Plugin { data: "data" } }
options! { CoreError { code: "code", reason: "reason" } }
options! { Body {
    videoroom: "videoroom",
    id: "id",
    private_id: "private_id",
    display: "display",
    publishers: "publishers",
    attendees: "attendees",
    participants: "participants",
    streams: "streams",
    joining: "joining",
    unpublished: "unpublished",
    leaving: "leaving",
    kicked: "kicked",
    reason: "reason",
    mid: "mid",
    moderation: "moderation",
    error_code: "error_code",
    error: "error",
} }
options! { Person { id: "id", display: "display", publisher: "publisher", streams: "streams" } }
options! { Stream {
    kind: "type",
    mid: "mid",
    description: "description",
    disabled: "disabled",
    moderated: "moderated",
    simulcast: "simulcast",
    active: "active",
    feed_id: "feed_id",
    feed_mid: "feed_mid",
    feed_description: "feed_description",
    feed_display: "feed_display",
} }

/// JSON.
pub(super) struct Raw(pub(super) String);

impl Write for Raw {
    fn write(&self, out: &mut String) {
        out.push_str(&self.0);
    }
}

/// A string.
pub(super) struct Text<'a>(pub(super) &'a str);

impl Write for Text<'_> {
    fn write(&self, out: &mut String) {
        write_text(self.0, out);
    }
}

/// An object without those members that are `None`.
pub(super) fn object(members: &[(&str, &dyn Write)]) -> Raw {
    let mut out = String::from("{");
    for (name, value) in members {
        let before = out.len();
        if before > 1 {
            out.push(',');
        }
        write_text(name, &mut out);
        out.push(':');
        let start = out.len();
        value.write(&mut out);
        if out.get(start..) == Some("null") {
            out.truncate(before);
        }
    }
    out.push('}');
    Raw(out)
}
