//! The part of LiveKit's protocol that moim uses: `livekit_rtc.proto` and `livekit_models.proto`, as of protocol 17.

use std::collections::BTreeMap;

use super::wire::{Malformed, Value, Writer, each_field, message};
use crate::model::{IceServer, MediaKind, RoomPermission, RoomPermissions, TrackSource};

/// `SignalResponse`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Response {
    Join(Box<Joined>),
    Answer {
        sdp: String,
        id: u32,
        mids: BTreeMap<String, String>,
    },
    /// A candidate as JSON, for the connection that this participant sends over or another one.
    Trickle {
        candidate: String,
        is_subscriber: bool,
    },
    Update(Vec<Person>),
    TrackPublished {
        cid: String,
        sid: String,
        raw: Vec<u8>,
    },
    Leave {
        reason: u32,
        action: u32,
    },
    /// The server asks to mute a track.
    Mute {
        sid: String,
        muted: bool,
    },
    RefreshToken(String),
    /// The first message after a connection was resumed.
    Reconnect {
        ice_servers: Vec<IceServer>,
        /// The number of the last reliable data packet that the server has.
        last_sequence: u32,
    },
    Refused {
        reason: u32,
        detail: String,
    },
    SectionsRequired {
        audio: u32,
        video: u32,
    },
    /// Any other, of which the arrival counts.
    Other,
}

/// `JoinResponse`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Joined {
    pub(super) own: Person,
    pub(super) others: Vec<Person>,
    pub(super) ice_servers: Vec<IceServer>,
    pub(super) ping_timeout_s: u32,
    pub(super) ping_interval_s: u32,
}

/// `ParticipantInfo`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Person {
    pub(super) sid: String,
    pub(super) identity: String,
    pub(super) has_left: bool,
    pub(super) leave_reason: u32,
    pub(super) tracks: Vec<Track>,
    pub(super) metadata: String,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) joined_at: u32,
    pub(super) name: String,
    pub(super) version: u32,
    pub(super) permissions: RoomPermissions,
}

/// `TrackInfo`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Track {
    pub(super) sid: String,
    pub(super) kind: MediaKind,
    pub(super) source: TrackSource,
    pub(super) muted: bool,
}

/// `DisconnectReason`.
pub(super) mod reason {
    pub(crate) const CLIENT_INITIATED: u32 = 1;
    pub(crate) const DUPLICATE_IDENTITY: u32 = 2;
    pub(crate) const SERVER_SHUTDOWN: u32 = 3;
    pub(crate) const PARTICIPANT_REMOVED: u32 = 4;
}

/// `LeaveRequest.Action`.
pub(super) mod action {
    pub(crate) const DISCONNECT: u32 = 0;
    pub(crate) const RECONNECT: u32 = 2;
}

const DISCONNECTED: u32 = 3;

impl Response {
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut response = Self::Other;
        each_field(bytes, &mut |field, value| {
            response = decode_response(field, value)?;
            Ok(())
        })?;
        Ok(response)
    }
}

fn decode_response(field: u32, value: Value<'_>) -> Result<Response, Malformed> {
    Ok(match field {
        1 => Response::Join(Box::new(Joined::decode(value)?)),
        2 => {
            let (mut sdp, mut id, mut mids) = (String::new(), 0, BTreeMap::new());
            each_field(value.bytes(), &mut |field, value| {
                match field {
                    2 => sdp = value.text()?,
                    3 => id = value.number(),
                    4 => value.entry(&mut mids)?,
                    _ => {}
                }
                Ok(())
            })?;
            Response::Answer { sdp, id, mids }
        }
        4 => {
            let (mut candidate, mut is_subscriber) = (String::new(), false);
            each_field(value.bytes(), &mut |field, value| {
                match field {
                    1 => candidate = value.text()?,
                    2 => is_subscriber = value.is_true(),
                    _ => {}
                }
                Ok(())
            })?;
            Response::Trickle { candidate, is_subscriber }
        }
        5 => {
            let mut people = Vec::new();
            each_field(value.bytes(), &mut |field, value| {
                if field == 1 {
                    people.push(Person::decode(value)?);
                }
                Ok(())
            })?;
            Response::Update(people)
        }
        6 => {
            let (mut cid, mut sid) = (String::new(), String::new());
            each_field(value.bytes(), &mut |field, value| {
                match field {
                    1 => cid = value.text()?,
                    2 => sid = Track::decode(value)?.sid,
                    _ => {}
                }
                Ok(())
            })?;
            Response::TrackPublished { cid, sid, raw: value.bytes().to_vec() }
        }
        8 => {
            let numbers = numbers(value)?;
            Response::Leave { reason: numbers[2], action: numbers[3] }
        }
        9 => {
            let (mut sid, mut muted) = (String::new(), false);
            each_field(value.bytes(), &mut |field, value| {
                match field {
                    1 => sid = value.text()?,
                    2 => muted = value.is_true(),
                    _ => {}
                }
                Ok(())
            })?;
            Response::Mute { sid, muted }
        }
        16 => Response::RefreshToken(value.text()?),
        19 => {
            let (mut ice_servers, mut last_sequence) = (Vec::new(), 0);
            each_field(value.bytes(), &mut |field, value| {
                match field {
                    1 => ice_servers.push(ice_server(value)?),
                    4 => last_sequence = value.number(),
                    _ => {}
                }
                Ok(())
            })?;
            Response::Reconnect { ice_servers, last_sequence }
        }
        22 => {
            let (mut reason, mut detail) = (0, String::new());
            each_field(value.bytes(), &mut |field, value| {
                match field {
                    2 => reason = value.number(),
                    3 => detail = value.text()?,
                    _ => {}
                }
                Ok(())
            })?;
            Response::Refused { reason, detail }
        }
        25 => {
            let numbers = numbers(value)?;
            Response::SectionsRequired { audio: numbers[1], video: numbers[2] }
        }
        _ => Response::Other,
    })
}

/// The numbers of the first fields of a message.
fn numbers(value: Value<'_>) -> Result<[u32; 4], Malformed> {
    let mut numbers = [0; 4];
    each_field(value.bytes(), &mut |field, value| {
        if let Some(number) = numbers.get_mut(field as usize) {
            *number = value.number();
        }
        Ok(())
    })?;
    Ok(numbers)
}

impl Joined {
    fn decode(value: Value<'_>) -> Result<Self, Malformed> {
        let mut joined = Self::default();
        each_field(value.bytes(), &mut |field, value| {
            match field {
                2 => joined.own = Person::decode(value)?,
                3 => joined.others.push(Person::decode(value)?),
                5 => joined.ice_servers.push(ice_server(value)?),
                10 => joined.ping_timeout_s = value.number(),
                11 => joined.ping_interval_s = value.number(),
                _ => {}
            }
            Ok(())
        })?;
        Ok(joined)
    }
}

impl Person {
    fn decode(value: Value<'_>) -> Result<Self, Malformed> {
        let mut person = Self::default();
        each_field(value.bytes(), &mut |field, value| {
            match field {
                1 => person.sid = value.text()?,
                2 => person.identity = value.text()?,
                3 => person.has_left = value.number() == DISCONNECTED,
                4 => person.tracks.push(Track::decode(value)?),
                5 => person.metadata = value.text()?,
                6 => person.joined_at = value.number(),
                9 => person.name = value.text()?,
                10 => person.version = value.number(),
                11 => person.permissions = permissions(value)?,
                15 => value.entry(&mut person.attributes)?,
                16 => person.leave_reason = value.number(),
                _ => {}
            }
            Ok(())
        })?;
        Ok(person)
    }
}

impl Track {
    fn decode(value: Value<'_>) -> Result<Self, Malformed> {
        let (kind, source) = (MediaKind::Audio, TrackSource::Custom);
        let mut track = Self { sid: String::new(), kind, source, muted: false };
        each_field(value.bytes(), &mut |field, value| {
            match field {
                1 => track.sid = value.text()?,
                2 if value.number() == 1 => track.kind = MediaKind::Video,
                4 => track.muted = value.is_true(),
                9 => track.source = source_of(value.number()),
                _ => {}
            }
            Ok(())
        })?;
        Ok(track)
    }
}

fn source_of(number: u32) -> TrackSource {
    match number {
        1 => TrackSource::Camera,
        2 => TrackSource::Microphone,
        3 => TrackSource::Screen,
        4 => TrackSource::ScreenAudio,
        _ => TrackSource::Custom,
    }
}

fn number_of(source: TrackSource) -> u32 {
    match source {
        TrackSource::Camera => 1,
        TrackSource::Microphone => 2,
        TrackSource::Screen => 3,
        TrackSource::ScreenAudio => 4,
        _ => 0,
    }
}

/// `ParticipantPermission`.
fn permissions(value: Value<'_>) -> Result<RoomPermissions, Malformed> {
    let (mut publishes, mut sources, mut allowed) = (false, Vec::new(), Vec::new());
    each_field(value.bytes(), &mut |field, value| {
        match (field, value) {
            (1, _) if value.is_true() => allowed.push(RoomPermission::Subscribe),
            (2, _) => publishes = value.is_true(),
            (3, _) if value.is_true() => allowed.push(RoomPermission::Data),
            // Packed, of numbers below 128.
            (9, Value::Bytes(packed)) => sources.extend(packed.iter().map(|byte| source_of((*byte).into()))),
            (9, value) => sources.push(source_of(value.number())),
            (10, _) if value.is_true() => allowed.push(RoomPermission::Metadata),
            _ => {}
        }
        Ok(())
    })?;
    if publishes && sources.is_empty() {
        sources = (0..5).map(source_of).collect();
    }
    if publishes {
        allowed.extend(sources.into_iter().map(RoomPermission::from));
    }
    Ok(RoomPermissions::from_iter(allowed))
}

fn ice_server(value: Value<'_>) -> Result<IceServer, Malformed> {
    let (mut urls, mut username, mut credential) = (Vec::new(), None, None);
    each_field(value.bytes(), &mut |field, value| {
        match field {
            1 => urls.push(value.text()?),
            2 => username = Some(value.text()?),
            3 => credential = Some(value.text()?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(IceServer { urls, username, credential })
}

/// A track to announce: `AddTrackRequest`.
pub(super) struct NewTrack<'a> {
    pub(super) cid: &'a str,
    pub(super) kind: MediaKind,
    pub(super) source: TrackSource,
    pub(super) muted: bool,
}

/// The layers of a camera, which the server chooses by their sizes: width, height and bit/s.
const LAYERS: [[u32; 3]; 3] = [[320, 180, 160_000], [640, 360, 450_000], [1280, 720, 1_700_000]];

impl NewTrack<'_> {
    fn write(&self, out: &mut Writer) {
        out.text(1, self.cid);
        out.number(3, u32::from(self.kind == MediaKind::Video));
        out.number(6, self.muted);
        out.number(8, number_of(self.source));
        if self.source == TrackSource::Camera && self.kind == MediaKind::Video {
            for (field, value) in [(4, LAYERS[2][0]), (5, LAYERS[2][1])] {
                out.number(field, value);
            }
            for (quality, [width, height, bitrate]) in (0_u32..).zip(LAYERS) {
                out.message(9, |layer| {
                    for (field, value) in [(1, quality), (2, width), (3, height), (4, bitrate)] {
                        layer.number(field, value);
                    }
                });
            }
        }
    }
}

/// How a connection begins: `JoinRequest`.
#[derive(Default)]
pub(super) struct JoinRequest<'a> {
    pub(super) metadata: &'a str,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) tracks: Vec<NewTrack<'a>>,
    /// The offer, and its number.
    pub(super) offer: Option<(&'a str, u32)>,
    /// Resume the stay of this participant.
    pub(super) resume_sid: Option<&'a str>,
}

impl JoinRequest<'_> {
    /// In a `WrappedJoinRequest`, without compression.
    pub(super) fn encode(&self) -> Vec<u8> {
        const PROTOCOL: u32 = 17;
        let request = message(|out| {
            out.message(1, |client| {
                // Not the kind of SDK (1): the server would expect the faults of that one's versions, such as old ones of
                // LiveKit's JavaScript SDK that cannot handle `reconnect`.
                client.text(2, env!("CARGO_PKG_VERSION"));
                client.number(3, PROTOCOL);
            });
            out.message(2, |settings| {
                // Subscribe to everything, with adaptive stream, and let the server pause what the network cannot carry.
                for field in [1, 2, 3] {
                    settings.number(field, true);
                }
            });
            out.text(3, self.metadata);
            out.map(4, &self.attributes);
            self.tracks.iter().for_each(|track| out.message(5, |out| track.write(out)));
            if let Some((sdp, id)) = self.offer {
                out.message(6, |out| description("offer", sdp, id, out));
            }
            if let Some(sid) = self.resume_sid {
                out.number(7, true);
                out.text(9, sid);
            }
        });
        message(|out| out.bytes(2, &request))
    }
}

fn description(sdp_type: &str, sdp: &str, id: u32, out: &mut Writer) {
    out.text(1, sdp_type);
    out.text(2, sdp);
    out.number(3, id);
}

/// `SignalRequest`.
pub(super) enum Request<'a> {
    Offer {
        sdp: &'a str,
        id: u32,
    },
    Trickle(&'a str),
    AddTrack(NewTrack<'a>),
    Mute {
        sid: &'a str,
        muted: bool,
    },
    Subscription {
        sid: &'a str,
        wanted: bool,
    },
    /// The height in pixels, of which 0 means that nothing is shown. None: the largest.
    Size {
        sid: &'a str,
        height: Option<u32>,
    },
    Leave,
    Ping(u64),
    Update {
        name: &'a str,
        metadata: &'a str,
        attributes: &'a BTreeMap<String, String>,
    },
    /// What the server may have missed: the last descriptions, the responses to published tracks, and of whom which
    /// reliable data packet was received last.
    SyncState {
        offer: &'a str,
        answer: &'a str,
        tracks: Vec<&'a [u8]>,
        received: Vec<(&'a str, u32)>,
    },
}

impl Request<'_> {
    pub(super) fn encode(&self) -> Vec<u8> {
        message(|out| match self {
            Self::Offer { sdp, id } => out.message(1, |out| description("offer", sdp, *id, out)),
            Self::Trickle(candidate) => out.message(3, |out| out.text(1, candidate)),
            Self::AddTrack(track) => out.message(4, |out| track.write(out)),
            Self::Mute { sid, muted } => out.message(5, |out| {
                out.text(1, sid);
                out.number(2, *muted);
            }),
            Self::Subscription { sid, wanted } => out.message(6, |out| {
                out.text(1, sid);
                out.number(2, *wanted);
            }),
            Self::Size { sid, height } => out.message(7, |out| {
                out.text(1, sid);
                match height {
                    Some(0) => out.number(3, true),
                    Some(height) => {
                        out.number(5, height.saturating_mul(16) / 9);
                        out.number(6, *height);
                    }
                    None => out.number(4, 2_u32),
                }
            }),
            Self::Leave => out.message(8, |out| out.number(2, reason::CLIENT_INITIATED)),
            Self::Ping(now) => out.message(16, |out| out.number(1, *now)),
            Self::Update { name, metadata, attributes } => out.message(15, |out| {
                out.text(1, metadata);
                out.text(2, name);
                out.map(3, attributes);
            }),
            Self::SyncState { offer, answer, tracks, received } => out.message(12, |out| {
                out.message(1, |out| description("answer", answer, 0, out));
                out.message(2, |out| out.number(2, true));
                tracks.iter().for_each(|track| out.bytes(3, track));
                out.message(5, |out| description("offer", offer, 0, out));
                for (sid, last) in received {
                    out.message(7, |out| {
                        out.text(1, sid);
                        out.number(2, *last);
                    });
                }
            }),
        })
    }
}
