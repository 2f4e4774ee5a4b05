//! The messages, as JSON.

use moim_protocol::json::{Write, write_text};
use serde_json::Value;

use crate::model::{SdpType, SessionDescription};

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

impl Write for Id {
    fn write(&self, out: &mut String) {
        match self {
            Self::Number(number) => number.write(out),
            Self::Text(text) => text.write(out),
        }
    }
}

/// What the server sends.
pub(super) struct Message {
    pub(super) janus: String,
    pub(super) transaction: Option<String>,
    /// The handle that it comes from.
    pub(super) sender: Option<u64>,
    /// The id of a session or a handle.
    pub(super) created: Option<u64>,
    pub(super) body: Body,
    pub(super) jsep: Option<SessionDescription>,
    pub(super) error: CoreError,
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
    pub(super) simulcast: bool,
    /// Of a subscriber: whether it carries something, and what.
    pub(super) active: bool,
    pub(super) feed_id: Option<Id>,
    pub(super) feed_mid: Option<String>,
    pub(super) feed_description: Option<String>,
    pub(super) feed_display: Option<String>,
}

impl Message {
    /// Reads a message. Members of another form than expected count as absent.
    pub(super) fn parse(json: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(json).ok()?;
        let error = value.get("error").map(|error| CoreError {
            code: number(error, "code").unwrap_or_default() as u32,
            reason: text(error, "reason").unwrap_or_default(),
        });
        Some(Self {
            janus: text(&value, "janus")?,
            transaction: text(&value, "transaction"),
            sender: number(&value, "sender"),
            created: value.get("data").and_then(|data| number(data, "id")),
            body: value
                .get("plugindata")
                .and_then(|plugin| plugin.get("data"))
                .map(Body::of)
                .unwrap_or_default(),
            jsep: value.get("jsep").and_then(jsep),
            error: error.unwrap_or_default(),
        })
    }
}

impl Body {
    fn of(value: &Value) -> Self {
        Self {
            videoroom: text(value, "videoroom").unwrap_or_default(),
            id: id(value, "id"),
            private_id: number(value, "private_id"),
            display: text(value, "display"),
            publishers: list(value, "publishers", Person::of).unwrap_or_default(),
            attendees: list(value, "attendees", Person::of),
            participants: list(value, "participants", Person::of),
            streams: list(value, "streams", Stream::of),
            joining: value.get("joining").and_then(Person::of),
            unpublished: id(value, "unpublished"),
            leaving: id(value, "leaving"),
            kicked: id(value, "kicked"),
            reason: text(value, "reason"),
            mid: text(value, "mid"),
            moderation: text(value, "moderation"),
            error_code: number(value, "error_code").unwrap_or_default() as u32,
            error: text(value, "error").unwrap_or_default(),
        }
    }
}

impl Person {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            id: id(value, "id")?,
            display: text(value, "display"),
            publisher: is(value, "publisher"),
            streams: list(value, "streams", Stream::of),
        })
    }
}

impl Stream {
    fn of(value: &Value) -> Option<Self> {
        Some(Self {
            kind: text(value, "type")?,
            mid: text(value, "mid")?,
            description: text(value, "description"),
            disabled: is(value, "disabled"),
            moderated: is(value, "moderated"),
            simulcast: is(value, "simulcast"),
            active: is(value, "active"),
            feed_id: id(value, "feed_id"),
            feed_mid: text(value, "feed_mid"),
            feed_description: text(value, "feed_description"),
            feed_display: text(value, "feed_display"),
        })
    }
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

fn number(value: &Value, name: &str) -> Option<u64> {
    value.get(name)?.as_u64()
}

/// Whether something is there: `true`, or an object that describes it.
fn is(value: &Value, name: &str) -> bool {
    matches!(value.get(name), Some(Value::Bool(true) | Value::Object(_)))
}

fn id(value: &Value, name: &str) -> Option<Id> {
    number(value, name).map(Id::Number).or_else(|| text(value, name).map(Id::Text))
}

fn list<T>(value: &Value, name: &str, read: fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    Some(value.get(name)?.as_array()?.iter().filter_map(read).collect())
}

fn jsep(value: &Value) -> Option<SessionDescription> {
    let sdp_type = match value.get("type")?.as_str()? {
        "offer" => SdpType::Offer,
        "answer" => SdpType::Answer,
        _ => return None,
    };
    Some(SessionDescription { sdp_type, sdp: text(value, "sdp")? })
}

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
