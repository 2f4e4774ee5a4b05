//! Cameras, microphones and speakers: <https://www.w3.org/TR/mediacapture-streams/#local-content>.

mod acquire;
mod changes;
mod options;
mod permission;
mod take_over;

use std::future::Future;

use js_sys::{Array, Object};
use moim_protocol::{MediaKind, TrackSource};
use wasm_bindgen::JsCast;
use web_sys::{MediaDeviceInfo, MediaDeviceKind, MediaDevices, MediaStreamConstraints};

pub(super) use acquire::{acquire, media_devices, no_track, sorted};
pub use changes::DeviceChanges;
pub use options::{CameraOptions, MicrophoneOptions};
pub use permission::{Permission, PermissionChanges};
pub use take_over::TakeOver;

use super::bindings::capture::call_async;
use super::constraints::{set, to_js_or_true};
use super::track::LocalTrack;
use crate::engine::capture::{DeviceInfo, DeviceKind, PermissionName, TrackConstraints};
use crate::error::Result;

/// The media devices of this machine.
#[derive(Clone, Debug)]
pub struct Devices(MediaDevices);

impl Devices {
    /// `navigator.mediaDevices` of this page: <https://www.w3.org/TR/mediacapture-streams/#mediadevices>.
    ///
    /// # Errors
    /// [`MediaError::InsecureContext`](crate::MediaError::InsecureContext) on a page without https;
    /// [`Error::Unsupported`](crate::Error::Unsupported) if the browser has no `getUserMedia`.
    pub fn new() -> Result<Self> {
        media_devices("getUserMedia").map(Self)
    }

    /// Lists the devices; the default of each kind comes first. It does not request permission, without which browsers
    /// report few details.
    ///
    /// # Errors
    /// [`Error::Unsupported`](crate::Error::Unsupported) if the browser has no `enumerateDevices`.
    pub fn enumerate(&self) -> impl Future<Output = Result<Vec<DeviceInfo>>> + use<> {
        let list = call_async(&self.0, "enumerateDevices", &[]);
        async move {
            Ok(Array::from(&list.await?).iter().map(|device| device_info(device.unchecked_ref())).collect())
        }
    }

    /// A stream of changes: devices were plugged in or out, or the default has changed. Pending changes are merged
    /// into one.
    pub fn changes(&self) -> DeviceChanges {
        DeviceChanges::new(self)
    }

    /// Queries the permission to use cameras, microphones or the display.
    ///
    /// # Errors
    /// [`Error::Unsupported`](crate::Error::Unsupported) where the browser does not report it.
    pub async fn permission(&self, name: &PermissionName) -> Result<Permission> {
        permission::permission(name).await
    }

    /// Opens a camera, prompting the user for permission if necessary.
    ///
    /// # Errors
    /// A [`MediaError`](crate::MediaError) with the cause; [`Error::Unsupported`](crate::Error::Unsupported) for
    /// a required constraint that this browser does not support;
    /// [`Error::InvalidOptions`](crate::Error::InvalidOptions) for invalid constraints.
    pub async fn camera(&self, options: &CameraOptions) -> Result<LocalTrack> {
        self.open(MediaKind::Video, options.to_constraints()).await
    }

    /// Opens a microphone, prompting the user for permission if necessary.
    ///
    /// # Errors
    /// The errors of [`camera`](Self::camera).
    pub async fn microphone(&self, options: &MicrophoneOptions) -> Result<LocalTrack> {
        self.open(MediaKind::Audio, options.to_constraints()).await
    }

    /// Opens a camera and a microphone, with a single prompt for both. Returns both or neither.
    ///
    /// # Errors
    /// The errors of [`camera`](Self::camera). The browser does not report which of the two failed.
    pub async fn camera_and_microphone(
        &self,
        camera: &CameraOptions,
        microphone: &MicrophoneOptions,
    ) -> Result<(LocalTrack, LocalTrack)> {
        self.open_both(camera.to_constraints(), microphone.to_constraints()).await
    }

    pub(crate) async fn open_both(
        &self,
        camera: TrackConstraints,
        microphone: TrackConstraints,
    ) -> Result<(LocalTrack, LocalTrack)> {
        let device = "camera and microphone";
        let tracks = self.get(device, Some(&camera), Some(&microphone)).await?;
        let of = |kind| tracks.iter().find(|track| track.kind() == kind).cloned();
        let (Some(video), Some(audio)) = (of(MediaKind::Video), of(MediaKind::Audio)) else {
            return Err(no_track(device));
        };
        video.set_wanted(camera);
        audio.set_wanted(microphone);
        Ok((video, audio))
    }

    /// A stream of replacement tracks: one each time the current device is gone, from the new default device,
    /// with the constraints of the first track except for the device, and muted if it was muted. While there is no
    /// device, it waits for one. [`LocalTrack::stop`] of the current track ends the stream, and so does an error. The
    /// stream holds the current track.
    ///
    /// ```no_run
    /// # use {futures::StreamExt, moim::{CameraOptions, Devices, Result, Room}};
    /// # async fn call(room: Room) -> Result<()> {
    /// let devices = Devices::new()?;
    /// let camera = devices.camera(&CameraOptions::default()).await?;
    /// let publication = room.publish(&camera).await?;
    /// let mut cameras = devices.take_over(&camera)?;
    /// while let Some(camera) = cameras.next().await {
    ///     room.replace_track(&publication, &camera?).await?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidState`](crate::Error::InvalidState) for a track that was not opened here. The stream itself ends
    /// with the errors of [`camera`](Self::camera); while there is no device, or it cannot be opened, it waits for
    /// another.
    pub fn take_over(&self, track: &LocalTrack) -> Result<TakeOver> {
        TakeOver::new(self, track)
    }

    /// Prompts the user to select a speaker, whose id [`set_sink_id`](crate::set_sink_id) accepts. With the id of one
    /// that was selected earlier the browser may not prompt. Call it from a click handler: the browser is called
    /// immediately. <https://www.w3.org/TR/audio-output/#mediadevices-extensions>
    ///
    /// # Errors
    /// [`Error::Unsupported`](crate::Error::Unsupported) if the browser has no `selectAudioOutput`; a
    /// [`MediaError`](crate::MediaError) of the device `"speaker"`, such as `NotAllowed` if the user selected none;
    /// [`Error::InvalidState`](crate::Error::InvalidState) without a recent user gesture.
    pub fn select_audio_output(
        &self,
        device_id: Option<&str>,
    ) -> impl Future<Output = Result<DeviceInfo>> + use<> {
        let options = Object::new();
        if let Some(id) = device_id {
            set(&options, "deviceId", id);
        }
        let device = sorted(&self.0, "selectAudioOutput", &[options.into()], "speaker");
        async move { Ok(device_info(device.await?.unchecked_ref())) }
    }

    pub(crate) async fn open(&self, kind: MediaKind, wanted: TrackConstraints) -> Result<LocalTrack> {
        let (device, camera, microphone) = match kind {
            MediaKind::Video => ("camera", Some(&wanted), None),
            MediaKind::Audio => ("microphone", None, Some(&wanted)),
        };
        let track = self.get(device, camera, microphone).await?.into_iter().next();
        let track = track.ok_or_else(|| no_track(device))?;
        track.set_wanted(wanted);
        Ok(track)
    }

    async fn get(
        &self,
        device: &'static str,
        camera: Option<&TrackConstraints>,
        microphone: Option<&TrackConstraints>,
    ) -> Result<Vec<LocalTrack>> {
        let wanted = MediaStreamConstraints::new();
        if let Some(camera) = camera {
            wanted.set_video(&to_js_or_true(camera)?);
        }
        if let Some(microphone) = microphone {
            wanted.set_audio(&to_js_or_true(microphone)?);
        }
        let call = self.0.get_user_media_with_constraints(&wanted);
        acquire(call, device, TrackSource::Camera, TrackSource::Microphone).await
    }

    /// The browser's object.
    pub fn as_raw(&self) -> &MediaDevices {
        &self.0
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
