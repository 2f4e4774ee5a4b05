//! Cameras, microphones and speakers: <https://www.w3.org/TR/mediacapture-streams/#local-content>.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::{mpsc, oneshot};
use futures::stream::{Stream, StreamExt};
use js_sys::{Array, Promise, Reflect};
use moim_protocol::TrackSource;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    ConstrainDomStringParameters, MediaDeviceInfo, MediaDeviceKind, MediaDevices, MediaStream,
    MediaStreamConstraints, MediaStreamTrack, MediaTrackConstraints,
};

use super::exception::{Exception, Failure};
use super::listener::ListenerGuard;
use super::track::LocalTrack;
use crate::{Error, MediaError, Result};

/// What a device does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DeviceKind {
    /// A microphone.
    AudioInput,
    /// A camera.
    VideoInput,
    /// A speaker or headset.
    AudioOutput,
    /// A kind of a later version of the specification.
    Unknown,
}

/// `MediaDeviceInfo`. Before the page has been allowed to capture, browsers leave ids and labels empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct DeviceInfo {
    /// Names the device on this site.
    pub device_id: String,
    /// What the device does.
    pub kind: DeviceKind,
    /// The name to show.
    pub label: String,
    /// Equal for the microphone and the camera or speaker of one physical device.
    pub group_id: String,
}

/// `VideoFacingModeEnum`: where a camera points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum FacingMode {
    /// At the user.
    User,
    /// Away from the user.
    Environment,
    /// At the user, from the left.
    Left,
    /// At the user, from the right.
    Right,
}

/// Which camera, and what it should give. The browser comes as near to size and rate as it can.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct CameraOptions {
    /// Exactly this camera. Default: the browser's or the user's choice.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub device_id: Option<String>,
    /// The camera that points this way, if there is one. Default: any.
    #[cfg_attr(feature = "js", tsify(type = "FacingMode | null"))]
    pub facing_mode: Option<FacingMode>,
    /// Wanted width in pixels. Default: 1280.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub width: Option<u32>,
    /// Wanted height in pixels. Default: 720.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub height: Option<u32>,
    /// Wanted frames per second. Default: 30.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub frame_rate: Option<f64>,
}

impl Default for CameraOptions {
    fn default() -> Self {
        Self {
            device_id: None,
            facing_mode: None,
            width: Some(1280),
            height: Some(720),
            frame_rate: Some(30.0),
        }
    }
}

/// Which microphone, and how the browser treats its sound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct MicrophoneOptions {
    /// Exactly this microphone. Default: the browser's or the user's choice.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub device_id: Option<String>,
    /// Removes what the speakers play. Default: true.
    pub echo_cancellation: bool,
    /// Removes steady noise. Default: true.
    pub noise_suppression: bool,
    /// Evens out the loudness. Default: true.
    pub auto_gain_control: bool,
}

impl Default for MicrophoneOptions {
    fn default() -> Self {
        Self { device_id: None, echo_cancellation: true, noise_suppression: true, auto_gain_control: true }
    }
}

/// The devices of this machine, as far as the browser shows them.
#[derive(Clone, Debug)]
pub struct Devices(MediaDevices);

impl Devices {
    /// Fails with [`MediaError::InsecureContext`] on a page without https, and with [`Error::Unsupported`]
    /// where there is no `getUserMedia`.
    pub fn new() -> Result<Self> {
        media_devices("getUserMedia").map(Self)
    }

    /// Lists the devices. Asks for no permission.
    pub async fn enumerate(&self) -> Result<Vec<DeviceInfo>> {
        let list = JsFuture::from(self.0.enumerate_devices().map_err(Exception::from)?).await;
        let list: Array = list.map_err(Exception::from)?.unchecked_into();
        Ok(list.iter().map(|device| device_info(device.unchecked_ref())).collect())
    }

    /// Yields when devices were plugged in or out. Changes that nobody has taken yet count as one.
    pub fn changes(&self) -> DeviceChanges {
        let (mut sender, receiver) = mpsc::channel(0);
        let listener = ListenerGuard::new(&self.0, "devicechange", move |_| {
            let _ = sender.try_send(());
        });
        DeviceChanges { receiver, _listener: listener }
    }

    /// Opens a camera, asking the user for permission if need be.
    pub async fn camera(&self, options: &CameraOptions) -> Result<LocalTrack> {
        Ok(self.open_camera(options).await?)
    }

    /// Opens a microphone, asking the user for permission if need be.
    pub async fn microphone(&self, options: &MicrophoneOptions) -> Result<LocalTrack> {
        Ok(self.open_microphone(options).await?)
    }

    pub(crate) async fn open_camera(&self, options: &CameraOptions) -> Result<LocalTrack, Failure> {
        let wanted = MediaTrackConstraints::new();
        set_device(&wanted, options.device_id.as_deref());
        if let Some(mode) = options.facing_mode {
            wanted.set_facing_mode_str(match mode {
                FacingMode::User => "user",
                FacingMode::Environment => "environment",
                FacingMode::Left => "left",
                FacingMode::Right => "right",
            });
        }
        // Bare values are ideal ones.
        if let Some(width) = options.width {
            wanted.set_width(&width.into());
        }
        if let Some(height) = options.height {
            wanted.set_height(&height.into());
        }
        if let Some(rate) = options.frame_rate {
            wanted.set_frame_rate_f64(rate);
        }
        let constraints = MediaStreamConstraints::new();
        constraints.set_video(&wanted);
        self.open("camera", &constraints).await
    }

    pub(crate) async fn open_microphone(&self, options: &MicrophoneOptions) -> Result<LocalTrack, Failure> {
        let wanted = MediaTrackConstraints::new();
        set_device(&wanted, options.device_id.as_deref());
        wanted.set_echo_cancellation_bool(options.echo_cancellation);
        wanted.set_noise_suppression_bool(options.noise_suppression);
        wanted.set_auto_gain_control_bool(options.auto_gain_control);
        let constraints = MediaStreamConstraints::new();
        constraints.set_audio(&wanted);
        self.open("microphone", &constraints).await
    }

    async fn open(
        &self,
        device: &'static str,
        constraints: &MediaStreamConstraints,
    ) -> Result<LocalTrack, Failure> {
        let call = self.0.get_user_media_with_constraints(constraints);
        let tracks = acquire(call, device, TrackSource::Camera, TrackSource::Microphone).await?;
        tracks.into_iter().next().ok_or_else(|| no_track(device))
    }

    /// The browser's object.
    pub fn as_raw(&self) -> &MediaDevices {
        &self.0
    }
}

/// What [`Devices::changes`] returns. Dropping it removes the listener.
#[derive(Debug)]
pub struct DeviceChanges {
    receiver: mpsc::Receiver<()>,
    _listener: ListenerGuard,
}

impl Stream for DeviceChanges {
    type Item = ();

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<()>> {
        self.receiver.poll_next_unpin(context)
    }
}

/// `navigator.mediaDevices`, if it is there and has `feature`.
pub(super) fn media_devices(feature: &'static str) -> Result<MediaDevices> {
    let unsupported = Error::Unsupported { feature };
    let Some(window) = web_sys::window() else { return Err(unsupported) };
    if !window.is_secure_context() {
        return Err(MediaError::InsecureContext.into());
    }
    let devices = window.navigator().media_devices().map_err(|_| unsupported.clone())?;
    let function = Reflect::get(&devices, &feature.into()).map_err(|_| unsupported.clone())?;
    if function.is_function() { Ok(devices) } else { Err(unsupported) }
}

/// Waits for captured tracks. If the caller stops waiting, for example while the browser still asks the user, the
/// tracks that come later are stopped at once: nothing stays open without an owner.
pub(super) fn acquire(
    call: Result<Promise, JsValue>,
    device: &'static str,
    video: TrackSource,
    audio: TrackSource,
) -> impl Future<Output = Result<Vec<LocalTrack>, Failure>> {
    let (sender, receiver) = oneshot::channel();
    spawn_local(async move {
        let outcome = match call {
            Ok(promise) => JsFuture::from(promise).await,
            Err(exception) => Err(exception),
        };
        let outcome = match outcome {
            Ok(stream) => Ok(tracks(stream.unchecked_ref(), video, audio)),
            Err(exception) => Err(Exception::from(exception).into_capture(device)),
        };
        let _ = sender.send(outcome);
    });
    async move { receiver.await.unwrap_or_else(|_| Err(no_track(device))) }
}

pub(super) fn no_track(device: &'static str) -> Failure {
    let detail = "the browser gave no track".to_owned();
    Error::from(MediaError::Aborted { device, detail }).into()
}

fn tracks(stream: &MediaStream, video: TrackSource, audio: TrackSource) -> Vec<LocalTrack> {
    let wrap = |track: JsValue| {
        let track: MediaStreamTrack = track.unchecked_into();
        let source = if track.kind() == "audio" { audio } else { video };
        LocalTrack::captured(track, source)
    };
    stream.get_tracks().iter().map(wrap).collect()
}

fn set_device(wanted: &MediaTrackConstraints, id: Option<&str>) {
    if let Some(id) = id {
        let exact = ConstrainDomStringParameters::new();
        exact.set_exact_str(id);
        wanted.set_device_id_constrain_dom_string_parameters(&exact);
    }
}

fn device_info(device: &MediaDeviceInfo) -> DeviceInfo {
    let kind = match device.kind() {
        MediaDeviceKind::Audioinput => DeviceKind::AudioInput,
        MediaDeviceKind::Videoinput => DeviceKind::VideoInput,
        MediaDeviceKind::Audiooutput => DeviceKind::AudioOutput,
        _ => DeviceKind::Unknown,
    };
    DeviceInfo { device_id: device.device_id(), kind, label: device.label(), group_id: device.group_id() }
}
