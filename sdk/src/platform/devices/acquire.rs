//! Opens devices, and maps the errors:
//! <https://www.w3.org/TR/mediacapture-streams/#dom-mediadevices-getusermedia>.

use std::future::Future;

use futures::channel::oneshot;
use js_sys::{Array, Promise, Reflect};
use moim_protocol::{MediaKind, TrackSource};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MediaDevices, MediaStream, MediaStreamTrack};

use super::permission::query;
use crate::engine::capture::{Facts, PermissionState};
use crate::error::{Error, MediaError, Refusal, Result};
use crate::platform::bindings::capture::{call, function, get};
use crate::platform::exception::Exception;
use crate::platform::task::spawn_local;
use crate::platform::track::{LocalTrack, kind_of};

/// `navigator.mediaDevices`, if it exists and has `feature`.
pub(in crate::platform) fn media_devices(feature: &'static str) -> Result<MediaDevices> {
    let unsupported = Error::Unsupported { feature };
    let Some(window) = web_sys::window() else { return Err(unsupported) };
    if !window.is_secure_context() {
        return Err(MediaError::InsecureContext.into());
    }
    let devices = window.navigator().media_devices().map_err(|_| unsupported.clone())?;
    let function = Reflect::get(&devices, &feature.into()).map_err(|_| unsupported.clone())?;
    if function.is_function() { Ok(devices) } else { Err(unsupported) }
}

/// Waits for captured tracks. If the caller stops waiting, for example during the permission prompt,
/// tracks that arrive later are stopped immediately, so that nothing stays open without an owner.
pub(in crate::platform) fn acquire(
    call: Result<Promise, JsValue>,
    device: &'static str,
    video: TrackSource,
    audio: TrackSource,
) -> impl Future<Output = Result<Vec<LocalTrack>>> {
    let (sender, receiver) = oneshot::channel();
    spawn_local(async move {
        let outcome = match call {
            Ok(promise) => JsFuture::from(promise).await,
            Err(exception) => Err(exception),
        };
        let outcome = match outcome {
            Ok(stream) => Ok(tracks(stream.unchecked_ref(), video, audio)),
            Err(exception) => Err(failure(exception, device).await),
        };
        let _ = sender.send(outcome);
    });
    async move { receiver.await.unwrap_or_else(|_| Err(no_track(device))) }
}

pub(in crate::platform) fn no_track(device: &'static str) -> Error {
    let detail = "the browser returned no track".to_owned();
    MediaError::Aborted { device, detail }.into()
}

fn tracks(stream: &MediaStream, video: TrackSource, audio: TrackSource) -> Vec<LocalTrack> {
    let wrap = |track: JsValue| {
        let track: MediaStreamTrack = track.unchecked_into();
        let source = if kind_of(&track) == MediaKind::Audio { audio } else { video };
        LocalTrack::captured(track, source)
    };
    stream.get_tracks().iter().map(wrap).collect()
}

/// Calls a method immediately, and maps exceptions for `device`.
pub(in crate::platform) fn sorted(
    target: &JsValue,
    feature: &'static str,
    arguments: &[JsValue],
    device: &'static str,
) -> impl Future<Output = Result<JsValue>> + use<> {
    let arguments: Array = arguments.iter().collect();
    let called = function(target, feature).map(|function| function.apply(target, &arguments));
    async move {
        let outcome = match called? {
            Ok(value) => JsFuture::from(Promise::resolve(&value)).await,
            Err(exception) => Err(exception),
        };
        match outcome {
            Ok(value) => Ok(value),
            Err(exception) => Err(failure(exception, device).await),
        }
    }
}

/// Maps an exception of a call that opens `device`.
async fn failure(exception: JsValue, device: &'static str) -> Error {
    let exception = Exception::from(exception);
    let by = match exception.name.as_str() {
        "NotAllowedError" | "SecurityError" => {
            facts(device).await.refusal(&exception.name, &exception.message)
        }
        _ => Refusal::Unknown,
    };
    exception.into_capture(device, by)
}

/// Queries what the browser reports about a denial.
async fn facts(device: &'static str) -> Facts {
    let features: &[&str] = match device {
        "camera" => &["camera"],
        "microphone" => &["microphone"],
        "screen" => &["display-capture"],
        "speaker" => &["speaker-selection"],
        _ => &["camera", "microphone"],
    };
    let mut facts = Facts { always_asked: device == "screen", ..Facts::default() };
    for feature in features {
        // Of two answers, the denying one is more specific.
        facts.policy_permits = match (facts.policy_permits, policy_permits(feature)) {
            (Some(false), _) => Some(false),
            (before, None) => before,
            (_, now) => now,
        };
        if matches!(facts.permission, None | Some(PermissionState::Granted))
            && let Ok(status) = query(feature).await
        {
            facts.permission = Some(status.state());
        }
    }
    facts
}

/// `document.permissionsPolicy`, for which Chromium still uses the old name; other browsers may lack it.
fn policy_permits(feature: &str) -> Option<bool> {
    let document = web_sys::window()?.document()?;
    ["permissionsPolicy", "featurePolicy"].iter().find_map(|name| {
        let policy = get(&document, name);
        call(&policy, "allowsFeature", &[feature.into()]).ok()?.as_bool()
    })
}
