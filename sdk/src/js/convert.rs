//! Serializes handles, bytes and errors inside events: as JavaScript values, unchanged.

use std::collections::BTreeMap;

use js_sys::{Array, Object};
use serde::Serializer;
use serde_wasm_bindgen::preserve;
use wasm_bindgen::JsValue;

use super::data_channel::JsDataChannel;
use super::file_transfer::JsIncomingFile;
use super::identity::object_of;
use super::peer_connection::JsTransceiver;
use super::room::JsRemoteTrack;
use crate::error::Error;
use crate::platform::{DataChannel, IncomingFile, Transceiver};
use crate::room::{Publication, RemoteParticipant, RemoteTrack};

pub(crate) fn track<S: Serializer>(track: &RemoteTrack, serializer: S) -> Result<S::Ok, S::Error> {
    preserve::serialize(&remote_track(track), serializer)
}

fn remote_track(track: &RemoteTrack) -> JsValue {
    track.object(|track| JsRemoteTrack::from(track).into())
}

pub(crate) fn tracks<S: Serializer>(tracks: &[RemoteTrack], serializer: S) -> Result<S::Ok, S::Error> {
    let tracks: Array = tracks.iter().map(remote_track).collect();
    preserve::serialize(&tracks, serializer)
}

pub(crate) fn participant<S: Serializer>(
    participant: &RemoteParticipant,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    preserve::serialize(&participant.object(), serializer)
}

pub(crate) fn publications<S: Serializer>(
    publications: &[Publication],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let publications: Array = publications.iter().map(Publication::object).collect();
    preserve::serialize(&publications, serializer)
}

/// As a plain object: serde would create a `Map`.
pub(crate) fn attributes<S: Serializer>(
    attributes: &BTreeMap<String, String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    preserve::serialize(&attributes_object(attributes), serializer)
}

/// Own properties, whatever their names: setting `__proto__` would change the object's prototype.
pub(super) fn attributes_object(attributes: &BTreeMap<String, String>) -> Object {
    let entries: Array =
        attributes.iter().map(|(key, value)| Array::of2(&key.into(), &value.into())).collect();
    Object::from_entries(&entries).unwrap_or_default()
}

pub(crate) fn transceiver<S: Serializer>(
    transceiver: &Transceiver,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    preserve::serialize(&JsTransceiver::object(transceiver), serializer)
}

pub(crate) fn data_channel<S: Serializer>(channel: &DataChannel, serializer: S) -> Result<S::Ok, S::Error> {
    let make = || JsDataChannel::new(channel.clone()).map_or(JsValue::NULL, JsValue::from);
    preserve::serialize(&object_of(channel.as_raw(), make), serializer)
}

pub(crate) fn incoming_file<S: Serializer>(file: &IncomingFile, serializer: S) -> Result<S::Ok, S::Error> {
    preserve::serialize(&JsIncomingFile::object(file), serializer)
}

pub(crate) fn bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

pub(crate) fn error<S: Serializer>(error: &Error, serializer: S) -> Result<S::Ok, S::Error> {
    preserve::serialize(&JsValue::from(error.clone()), serializer)
}

pub(crate) fn optional_error<S: Serializer>(error: &Option<Error>, serializer: S) -> Result<S::Ok, S::Error> {
    let value = error.clone().map_or(JsValue::NULL, JsValue::from);
    preserve::serialize(&value, serializer)
}
