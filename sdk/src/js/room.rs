//! `Room` and `RemoteTrack` for JavaScript.

use std::future::ready;

use futures::StreamExt;
use js_sys::{Object, Promise};
use strum::VariantNames;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{MediaStreamTrack, RtcRtpReceiver};

use super::abort::{self, abortable};
use super::event_target::{self, Method, Target};
use super::media::to_js;
use super::promise::future_to_promise;
use super::{bytes, options};
use crate::Error;
use crate::model::{ParticipantId, PublicationId};
use crate::options::ChatOptions;
use crate::room::{RemoteTrack, Room, RoomEvent};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "RoomOptions")]
    pub type JsRoomOptions;
    #[wasm_bindgen(typescript_type = "JoinOptions")]
    pub type JsJoinOptions;
    #[wasm_bindgen(typescript_type = "DataOptions")]
    pub type JsDataOptions;
    #[wasm_bindgen(typescript_type = "RemoteParticipant[]")]
    pub type JsParticipants;
    #[wasm_bindgen(typescript_type = "Publication[]")]
    pub type JsPublications;
    #[wasm_bindgen(typescript_type = "RoomState")]
    pub type JsRoomState;
    #[wasm_bindgen(typescript_type = "MediaKind")]
    pub type JsMediaKind;
    #[wasm_bindgen(typescript_type = "TrackSource")]
    pub type JsTrackSource;
}

/// A gathering of participants who see, hear and write to each other. Once joined it lives until it is left: by `leave()`,
/// by `free()`, or by the server. No reference to it is needed until then. Arguments and options that are misspelt, of the
/// wrong type or out of range give `ERR_INVALID_OPTIONS`.
/// @example
/// const room = new Room({ url: "wss://example.org/ws" });
/// room.addEventListener("trackadded", ({ detail: { track } }) => track.attach(video));
/// await room.publish(await new Devices().camera());
/// await room.join({ room: "tea", name: "Ana" });
#[wasm_bindgen(js_name = Room)]
#[derive(Debug)]
pub struct JsRoom {
    room: Room,
    target: Target,
}

impl JsRoom {
    /// The room behind the JavaScript object.
    pub(super) fn handle(&self) -> Room {
        self.room.clone()
    }
}

#[wasm_bindgen(js_class = Room)]
impl JsRoom {
    /// Prepares a room. Nothing is connected before `join`, so no event is missed.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for a `url` that is no WebSocket's, for none on a page that came from no
    /// server, for a `joinTimeoutMs` of 0, and for ICE servers that make no sense; ERR_UNSUPPORTED outside a window, as in a worker.
    #[wasm_bindgen(constructor)]
    pub fn new(options: Option<JsRoomOptions>) -> Result<JsRoom, JsValue> {
        let room = Room::new(options::parse(options.map(JsValue::from), "room options")?)?;
        let target = Target::new()?;
        event_target::dispatch(room.events(), &target, ());
        Ok(Self { room, target })
    }

    /// Enters a room. Resolves when the server has let this participant in; the others' tracks come as events. After an error,
    /// or when it is aborted, the room is left: make a new one to try again. In an effect that React runs twice:
    ///
    /// ```js
    /// useEffect(() => {
    ///   const room = new Room();
    ///   const abort = new AbortController();
    ///   room.join({ room: "tea", name, signal: abort.signal }).catch(show); // ERR_ABORTED is no failure
    ///   return () => {
    ///     abort.abort();
    ///     void room.leave();
    ///   };
    /// }, [name]);
    /// ```
    /// @throws {MoimError} ERR_INVALID_OPTIONS for a room or a name that is empty, which does not leave the room;
    /// ERR_INVALID_STATE if it was called before, or `leave` meanwhile; ERR_TIMEOUT after `joinTimeoutMs`;
    /// ERR_SIGNALING_UNREACHABLE if there is no server; ERR_SIGNALING_LOST if the connection to it breaks;
    /// ERR_ROOM_FULL, ERR_ROOM_TOPOLOGY, ERR_ROOM_NO_MIXER, ERR_ROOM_NOT_ADMITTED, ERR_ROOM_HOST_REFUSED or, for any
    /// other reason, ERR_SIGNALING_REFUSED if the server refuses; ERR_ABORTED when its `signal` is aborted.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn join(&self, options: JsJoinOptions) -> Promise {
        let room = self.room.clone(); // never borrow `self` across an await: `free()` would throw
        abortable(abort::parse(Some(options.into()), "join options"), |options| async move {
            let events = room.events();
            room.join(options).await?;
            // A room that is joined lives until it is left, even if JavaScript forgets it.
            spawn_local(async move {
                events.for_each(|_| ready(())).await;
                drop(room);
            });
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Changes what the others know of one: name, metadata, attributes, or several of them. They get `participantupdated`.
    /// @throws {MoimError} ERR_INVALID_STATE unless the room is joined or being joined; ERR_INVALID_OPTIONS for an
    /// empty name.
    pub fn update(
        &self,
        #[wasm_bindgen(unchecked_param_type = "UpdateOptions")] options: JsValue,
    ) -> Result<(), JsValue> {
        Ok(self.room.update(options::parse_value(options, "update options")?)?)
    }

    /// Writes to everyone, or to one participant. Each participant gets the lines of another in order. Ready when everyone
    /// has it, or is given up; the line is on its way before that. It has at most about 1 MiB in a mesh, and 65024
    /// bytes through an SFU or a mixer.
    /// @throws {MoimError} ERR_INVALID_STATE unless the room is joined; ERR_DATA_TOO_LARGE if the text is too long;
    /// ERR_DATA_UNKNOWN_PARTICIPANT if there is no such participant; ERR_DATA_QUEUE_FULL if too many messages wait for
    /// a connection to somebody, and then the others have it.
    #[wasm_bindgen(js_name = sendChat, unchecked_return_type = "Promise<ChatReceipt>")]
    pub fn send_chat(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] text: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "ChatOptions")] options: Option<JsValue>,
    ) -> Promise {
        let options = options::parse_value::<String>(text, "text").and_then(|text| {
            let (options, signals) = abort::parse::<ChatOptions>(options, "chat options")?;
            Ok(((text, options), signals))
        });
        abortable(options, |(text, options)| {
            let sent = self.room.send_chat(&text, &options);
            async move { to_js(&sent?.await) }
        })
    }

    /// Sends bytes. If they are to arrive, they are, with the topic, at most 1 MiB in a mesh, and 65024 bytes through an SFU
    /// or a mixer; if they may be lost, 16 KiB.
    /// @throws {MoimError} ERR_INVALID_STATE unless the room is joined; ERR_DATA_TOO_LARGE for more bytes than that, or
    /// a topic of more than 255 bytes; ERR_DATA_UNKNOWN_PARTICIPANT if there is no such participant;
    /// ERR_DATA_QUEUE_FULL if too many messages wait for a connection to somebody, and then the others have it;
    /// ERR_INVALID_OPTIONS for what is no bytes.
    #[wasm_bindgen(js_name = sendData)]
    pub fn send_data(
        &self,
        #[wasm_bindgen(unchecked_param_type = "BufferSource")] payload: &JsValue,
        options: Option<JsDataOptions>,
    ) -> Result<(), JsValue> {
        let options = options::parse(options.map(JsValue::from), "data options")?;
        let wrong =
            || Error::InvalidOptions { detail: "payload: expected an ArrayBuffer or a view of one".into() };
        let bytes = bytes::view(payload).ok_or_else(wrong)?.to_vec();
        Ok(self.room.send_data(&bytes, &options)?)
    }

    /// Where the room is in its life.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> Result<JsRoomState, JsValue> {
        Ok(to_js(&self.room.state())?.unchecked_into())
    }

    /// Who one is, once joined.
    #[wasm_bindgen(getter, js_name = participantId, unchecked_return_type = "ParticipantId | undefined")]
    pub fn participant_id(&self) -> Option<String> {
        self.room.participant_id().map(|id| id.0)
    }

    /// Everyone else in the room, in the order of joining, as they are now.
    #[wasm_bindgen(getter)]
    pub fn participants(&self) -> Result<JsParticipants, JsValue> {
        Ok(to_js(&self.room.participants())?.unchecked_into())
    }

    /// Who of the others speaks now.
    #[wasm_bindgen(getter, js_name = activeSpeakers, unchecked_return_type = "ParticipantId[]")]
    pub fn active_speakers(&self) -> Vec<String> {
        self.room.active_speakers().into_iter().map(|id| id.0).collect()
    }

    /// Who of the others leads the conversation.
    #[wasm_bindgen(getter, js_name = dominantSpeaker, unchecked_return_type = "ParticipantId | undefined")]
    pub fn dominant_speaker(&self) -> Option<String> {
        self.room.dominant_speaker().map(|id| id.0)
    }

    /// What one publishes.
    #[wasm_bindgen(getter)]
    pub fn publications(&self) -> Result<JsPublications, JsValue> {
        Ok(to_js(&self.room.publications())?.unchecked_into())
    }

    /// Leaves the room. Published tracks go on: they belong to the application. Calling it again does nothing.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn leave(&self) -> Promise {
        let room = self.room.clone();
        future_to_promise(async move {
            room.leave().await;
            Ok(JsValue::UNDEFINED)
        })
    }

    #[wasm_bindgen(js_name = addEventListener, skip_typescript)]
    pub fn add_event_listener(
        &self,
        event: &JsValue,
        listener: &JsValue,
        options: &JsValue,
    ) -> Result<(), JsValue> {
        let event = event_target::event_name(event, RoomEvent::VARIANTS)?;
        self.target.call(Method::Add, &event, listener, options)
    }

    #[wasm_bindgen(js_name = removeEventListener, skip_typescript)]
    pub fn remove_event_listener(
        &self,
        event: &JsValue,
        listener: &JsValue,
        options: &JsValue,
    ) -> Result<(), JsValue> {
        let event = event_target::event_name(event, RoomEvent::VARIANTS)?;
        self.target.call(Method::Remove, &event, listener, options)
    }

    #[wasm_bindgen(skip_typescript)]
    pub fn events(&self) -> Object {
        event_target::iterate(self.room.events())
    }
}

/// Sound or pictures of another participant. The track carries one publication and ends with it: when the publication is
/// gone, when it is unsubscribed from, and when the room is left.
/// @see https://www.w3.org/TR/mediacapture-streams/#mediastreamtrack
#[wasm_bindgen(js_name = RemoteTrack)]
#[derive(Debug)]
pub struct JsRemoteTrack(RemoteTrack);

impl From<RemoteTrack> for JsRemoteTrack {
    fn from(track: RemoteTrack) -> Self {
        Self(track)
    }
}

impl JsRemoteTrack {
    pub(super) fn track(&self) -> &RemoteTrack {
        &self.0
    }
}

#[wasm_bindgen(js_class = RemoteTrack)]
impl JsRemoteTrack {
    /// Who publishes the track.
    #[wasm_bindgen(getter, js_name = participantId, unchecked_return_type = "ParticipantId")]
    pub fn participant_id(&self) -> String {
        self.0.participant_id().to_string()
    }

    /// Which publication of that participant it is.
    #[wasm_bindgen(getter, js_name = publicationId, unchecked_return_type = "PublicationId")]
    pub fn publication_id(&self) -> String {
        self.0.publication_id().to_string()
    }

    /// Sound or pictures.
    #[wasm_bindgen(getter)]
    pub fn kind(&self) -> Result<JsMediaKind, JsValue> {
        Ok(to_js(&self.0.kind())?.unchecked_into())
    }

    /// What the track shows.
    #[wasm_bindgen(getter)]
    pub fn source(&self) -> Result<JsTrackSource, JsValue> {
        Ok(to_js(&self.0.source())?.unchecked_into())
    }

    /// Whether its publisher muted it: it gives silence or black.
    #[wasm_bindgen(getter)]
    pub fn muted(&self) -> bool {
        self.0.is_muted()
    }

    /// Whether the track has ended, for good.
    #[wasm_bindgen(getter)]
    pub fn ended(&self) -> bool {
        self.0.is_ended()
    }

    /// What receives the track; `undefined` once it has ended, as the receiver is then used for other publications. For
    /// the same reason `rtcRtpReceiver.track` is not this track, and must not be played. `getStats(track)` and
    /// `new StatsMonitor(track)` take the track itself.
    #[wasm_bindgen(getter, js_name = rtcRtpReceiver)]
    pub fn rtc_rtp_receiver(&self) -> Option<RtcRtpReceiver> {
        self.0.as_receiver().cloned()
    }

    /// For `class::handle`.
    #[wasm_bindgen(js_name = __handle, skip_typescript)]
    pub fn js_handle(&self) -> Self {
        Self(self.0.clone())
    }

    /// The browser's object. To play it, `attach` the track. When the track ends, its `readyState` becomes `"ended"` and
    /// its `ended` event is fired.
    #[wasm_bindgen(getter, js_name = mediaStreamTrack)]
    pub fn media_stream_track(&self) -> MediaStreamTrack {
        self.0.to_raw()
    }
}

pub(super) fn participant_id(value: JsValue) -> Result<ParticipantId, Error> {
    options::parse_value(value, "participantId").map(ParticipantId)
}

pub(super) fn publication_id(value: JsValue) -> Result<PublicationId, Error> {
    options::parse_value(value, "publicationId").map(PublicationId)
}
