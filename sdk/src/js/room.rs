//! `Room` and `RemoteTrack` for JavaScript.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use futures::StreamExt;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{future_to_promise, spawn_local};
use web_sys::{CustomEvent, CustomEventInit, EventTarget, MediaStreamTrack};

use super::media::{JsLocalTrack, to_js};
use super::options;
use crate::model::PublicationId;
use crate::room::{RemoteTrack, Room, RoomEvent, RoomEvents};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

// A method that returns `this` cannot be written in Rust.
#[wasm_bindgen(inline_js = "export function toAsyncIterator(next, end) {
  return { next: () => next(), return: () => end(), [Symbol.asyncIterator]() { return this; } };
}")]
extern "C" {
    #[wasm_bindgen(js_name = toAsyncIterator)]
    fn to_async_iterator(next: &Function, end: &Function) -> Object;
}

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

/// A gathering of participants who see, hear and write to each other.
#[wasm_bindgen(js_name = Room)]
#[derive(Debug)]
pub struct JsRoom {
    room: Room,
    target: EventTarget,
}

#[wasm_bindgen(js_class = Room)]
impl JsRoom {
    /// Prepares a room. Nothing is connected before `join`, so no event is missed.
    #[wasm_bindgen(constructor)]
    pub fn new(options: Option<JsRoomOptions>) -> Result<JsRoom, JsValue> {
        let room = Room::new(options::parse(options.map(JsValue::from), "room options")?)?;
        let target = EventTarget::new()?;
        spawn_local(dispatch(room.events(), target.clone()));
        Ok(Self { room, target })
    }

    /// Enters a room. Ready when the server let us in; the others' tracks come as events.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn join(&self, options: JsJoinOptions) -> Promise {
        let room = self.room.clone(); // never borrow `self` across an await: `free()` would throw
        future_to_promise(async move {
            room.join(options::parse(Some(options.into()), "join options")?).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Publishes a track to everyone; before `join` too, so that it is there from the start. Gives the
    /// publication's id.
    #[wasm_bindgen(unchecked_return_type = "Promise<PublicationId>")]
    pub fn publish(&self, track: &JsLocalTrack) -> Promise {
        let (room, track) = (self.room.clone(), track.handle());
        future_to_promise(async move { Ok(room.publish(&track).await?.as_str().into()) })
    }

    /// Stops publishing a track. The track itself goes on.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn unpublish(
        &self,
        #[wasm_bindgen(js_name = publicationId, unchecked_param_type = "PublicationId")]
        publication_id: String,
    ) -> Promise {
        let room = self.room.clone();
        future_to_promise(async move {
            room.unpublish(&PublicationId(publication_id)).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Sends another track of the same kind under the same publication, such as that of another camera.
    #[wasm_bindgen(js_name = replaceTrack, unchecked_return_type = "Promise<void>")]
    pub fn replace_track(
        &self,
        #[wasm_bindgen(js_name = publicationId, unchecked_param_type = "PublicationId")]
        publication_id: String,
        track: &JsLocalTrack,
    ) -> Promise {
        let (room, track) = (self.room.clone(), track.handle());
        future_to_promise(async move {
            room.replace_track(&PublicationId(publication_id), &track).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Mutes a publication: silence or black is sent, and the others are told.
    #[wasm_bindgen(js_name = setMuted, unchecked_return_type = "Promise<void>")]
    pub fn set_muted(
        &self,
        #[wasm_bindgen(js_name = publicationId, unchecked_param_type = "PublicationId")]
        publication_id: String,
        muted: bool,
    ) -> Promise {
        let room = self.room.clone();
        future_to_promise(async move {
            room.set_muted(&PublicationId(publication_id), muted).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Writes to everyone. Each participant gets the lines of another in order.
    #[wasm_bindgen(js_name = sendChat)]
    pub fn send_chat(&self, text: &str) -> Result<(), JsValue> {
        Ok(self.room.send_chat(text)?)
    }

    /// Sends bytes, reliably and in order; at most 1 MiB with the topic.
    #[wasm_bindgen(js_name = sendData)]
    pub fn send_data(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] payload: &[u8],
        options: Option<JsDataOptions>,
    ) -> Result<(), JsValue> {
        let options = options::parse(options.map(JsValue::from), "data options")?;
        Ok(self.room.send_data(payload, &options)?)
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
        name: &str,
        listener: &Function,
        options: JsValue,
    ) -> Result<(), JsValue> {
        call_on(&self.target, "addEventListener", name, listener, options)
    }

    #[wasm_bindgen(js_name = removeEventListener, skip_typescript)]
    pub fn remove_event_listener(
        &self,
        name: &str,
        listener: &Function,
        options: JsValue,
    ) -> Result<(), JsValue> {
        call_on(&self.target, "removeEventListener", name, listener, options)
    }

    #[wasm_bindgen(skip_typescript)]
    pub fn events(&self) -> Object {
        async_iterator(self.room.events())
    }
}

/// Sound or pictures of another participant.
#[wasm_bindgen(js_name = RemoteTrack)]
#[derive(Debug)]
pub struct JsRemoteTrack(RemoteTrack);

impl From<RemoteTrack> for JsRemoteTrack {
    fn from(track: RemoteTrack) -> Self {
        Self(track)
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

    /// The browser's object: put it into a `MediaStream` to play it.
    #[wasm_bindgen(getter, js_name = mediaStreamTrack)]
    pub fn media_stream_track(&self) -> MediaStreamTrack {
        self.0.to_raw()
    }
}

/// Fires each event at the target. A listener that throws is reported by the browser, as for any event.
async fn dispatch(mut events: RoomEvents, target: EventTarget) {
    while let Some(event) = events.next().await {
        let Ok(detail) = to_js(&event) else { continue };
        let Some(name) = event_name(&detail) else { continue };
        let init = CustomEventInit::new();
        init.set_detail(&detail);
        if let Ok(event) = CustomEvent::new_with_event_init_dict(&name, &init) {
            let _ = target.dispatch_event(&event);
        }
    }
}

fn event_name(detail: &JsValue) -> Option<String> {
    Reflect::get(detail, &"type".into()).ok()?.as_string()
}

fn call_on(
    target: &EventTarget,
    method: &str,
    name: &str,
    listener: &Function,
    options: JsValue,
) -> Result<(), JsValue> {
    let method: Function = Reflect::get(target, &method.into())?.dyn_into()?;
    method.call3(target, &name.into(), listener, &options)?;
    Ok(())
}

/// Ending the iteration drops the stream.
fn async_iterator(events: RoomEvents) -> Object {
    let events = Rc::new(RefCell::new(Some(events)));
    let reading = events.clone();
    let next = Closure::<dyn Fn() -> Promise>::new(move || {
        let events = reading.clone();
        future_to_promise(async move {
            let next = poll_fn(|context| match &mut *events.borrow_mut() {
                Some(events) => events.poll_next_unpin(context),
                None => Poll::Ready(None),
            });
            result(next.await)
        })
    });
    let end = Closure::<dyn Fn() -> Promise>::new(move || {
        events.take();
        future_to_promise(async { result(None) })
    });
    to_async_iterator(next.into_js_value().unchecked_ref(), end.into_js_value().unchecked_ref())
}

fn result(event: Option<RoomEvent>) -> Result<JsValue, JsValue> {
    let result = Object::new();
    Reflect::set(&result, &"done".into(), &event.is_none().into())?;
    let value = event.map_or(Ok(JsValue::UNDEFINED), |event| to_js(&event))?;
    Reflect::set(&result, &"value".into(), &value)?;
    Ok(result.into())
}
