//! Publishing and subscribing, for JavaScript. Their overloads are in `publish.ts`.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{MediaStream, MediaStreamTrack};

use super::abort::{self, abortable};
use super::media::JsLocalTrack;
use super::promise::future_to_promise;
use super::room::{JsRemoteTrack, JsRoom, participant_id, publication_id};
use super::{class, options};
use crate::model::{ParticipantId, PublicationId};
use crate::options::PublishOptions;
use crate::room::PublicationRef;
use crate::{LocalTrack, Result};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("publish.ts");

#[wasm_bindgen(js_class = Room)]
impl JsRoom {
    #[wasm_bindgen(skip_typescript)]
    pub fn publish(&self, tracks: JsValue, options: Option<JsValue>) -> Promise {
        let room = self.handle();
        abortable(abort::parse(options, "publish options"), |options: PublishOptions| async move {
            if let Some(stream) = tracks.dyn_ref::<MediaStream>() {
                let ids = room.publish_stream(stream, &options).await?;
                return Ok(ids.iter().map(|id| JsValue::from(id.as_str())).collect::<Array>().into());
            }
            Ok(room.publish_with(local_track(&tracks)?, &options).await?.as_str().into())
        })
    }

    #[wasm_bindgen(skip_typescript)]
    pub fn unpublish(&self, publication: JsValue) -> Promise {
        // Within the call, so that it is in order with calls such as `setCameraEnabled`.
        let unpublished = publication_ref(publication)
            .and_then(|publication| self.handle().start_unpublishing(&publication));
        future_to_promise(async move {
            unpublished?;
            Ok(JsValue::UNDEFINED)
        })
    }

    #[wasm_bindgen(js_name = replaceTrack, skip_typescript)]
    pub fn replace_track(&self, publication: JsValue, track: JsValue) -> Promise {
        let room = self.handle();
        future_to_promise(async move {
            room.replace_track(publication_ref(publication)?, local_track(&track)?).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    #[wasm_bindgen(js_name = setMuted, skip_typescript)]
    pub fn set_muted(&self, publication: JsValue, muted: JsValue) -> Promise {
        let room = self.handle();
        let started = options::parse_value(muted, "muted")
            .and_then(|muted| room.start_muting(&publication_ref(publication)?, muted));
        future_to_promise(async move {
            started?.await?;
            drop(room); // it is there until then
            Ok(JsValue::UNDEFINED)
        })
    }

    #[wasm_bindgen(skip_typescript)]
    pub fn subscribe(
        &self,
        publication: JsValue,
        next: Option<JsValue>,
        last: Option<JsValue>,
    ) -> Result<(), JsValue> {
        let ((participant, publication), options) = remote_publication(publication, next, last)?;
        let options = options::parse(options, "subscribe options")?;
        Ok(self.handle().subscribe(&participant, &publication, &options)?)
    }
}

/// Parses a remote publication, and the arguments after it: its track, or the ids of the participant and the
/// publication.
pub(super) fn remote_publication(
    first: JsValue,
    next: Option<JsValue>,
    last: Option<JsValue>,
) -> Result<((ParticipantId, PublicationId), Option<JsValue>)> {
    if let Ok(track) = class::handle::<JsRemoteTrack>(&first, "track", "RemoteTrack") {
        let track = track.track();
        return Ok(((track.participant_id().clone(), track.publication_id().clone()), next));
    }
    let expected = "a RemoteTrack, or the ids of the participant and the publication";
    let participant =
        participant_id(first.clone()).map_err(|_| options::expected("track", expected, &first))?;
    let next = next.unwrap_or_default();
    let order = "the id of a publication or a Publication, after the participant";
    let publication =
        publication_id(next.clone()).map_err(|_| options::expected("publicationId", order, &next))?;
    Ok(((participant, publication), last))
}

/// Parses a `PublicationLike`.
fn publication_ref(value: JsValue) -> Result<PublicationRef> {
    if let Ok(track) = local_track(&value) {
        return Ok(PublicationRef::Track(track));
    }
    let expected = "the id of a publication, or the Publication, LocalTrack or MediaStreamTrack";
    let id = publication_id(value.clone());
    id.map(|id| PublicationRef::from(&id)).map_err(|_| options::expected("publicationId", expected, &value))
}

fn local_track(value: &JsValue) -> Result<LocalTrack> {
    if let Some(track) = value.dyn_ref::<MediaStreamTrack>() {
        return Ok(track.into());
    }
    let track = class::handle::<JsLocalTrack>(value, "track", "LocalTrack").map(|track| track.handle());
    track.map_err(|_| options::expected("track", "a LocalTrack or a MediaStreamTrack", value))
}
