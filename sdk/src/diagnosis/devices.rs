//! Permissions, camera, microphone and speaker.

use futures::FutureExt;

use super::options::DiagnoseOptions;
use super::reporter::Reporter;
use crate::engine::capture::PermissionName;
use crate::engine::diagnosis::{self as judge, Check, Finding, Outcome};
use crate::error::Result;
use crate::platform::clock::within;
use crate::platform::probe::{brightest, loudest, tone_rise};
use crate::platform::{CameraOptions, Devices, LocalTrack, MicrophoneOptions};

/// How long the user may take to answer a prompt, in milliseconds.
const PROMPT_MS: u32 = 60_000;
/// Cameras adjust themselves for a moment.
const PICTURE_MS: f64 = 4_000.0;
const SOUND_MS: f64 = 3_000.0;

/// Checks the devices. Returns the microphone, if it works.
pub(super) async fn check(options: &DiagnoseOptions, reporter: &Reporter) -> Option<LocalTrack> {
    if let Some(options) = &options.camera {
        let permission = permission(PermissionName::Camera).boxed_local();
        reporter.check(Check::CameraPermission, permission).await;
        reporter.check(Check::Camera, camera(options).boxed_local()).await;
    }
    let options_of_microphone = options.microphone.as_ref()?;
    let permission = permission(PermissionName::Microphone).boxed_local();
    reporter.check(Check::MicrophonePermission, permission).await;
    let mut track = None;
    reporter.check(Check::Microphone, microphone(options_of_microphone, &mut track).boxed_local()).await;
    if options.speaker {
        let options = track.is_some().then_some(options_of_microphone);
        reporter.check(Check::Speaker, speaker(options).boxed_local()).await;
    }
    track
}

async fn permission(name: PermissionName) -> Outcome {
    let permission = async { Devices::new()?.permission(&name).await };
    let state = permission.await.map(|permission| permission.state());
    judge::permission(state.ok().as_ref()).into()
}

async fn camera(options: &CameraOptions) -> Outcome {
    let measured = async {
        let Some(track) = answered(async { Devices::new()?.camera(options).await }).await? else {
            return Ok(Finding::DeviceNotAllowedYet.into());
        };
        let outcome = judge::camera(brightest(&track, PICTURE_MS).await?);
        let settings = track.settings();
        Ok(labelled(outcome, &track)
            .with("width", settings.width.map(f64::from))
            .with("height", settings.height.map(f64::from))
            .with("frameRate", settings.frame_rate))
    };
    measured.await.unwrap_or_else(|error| judge::capture_failure(&error))
}

async fn microphone(options: &MicrophoneOptions, kept: &mut Option<LocalTrack>) -> Outcome {
    let measured = async {
        let Some(track) = answered(async { Devices::new()?.microphone(options).await }).await? else {
            return Ok(Finding::DeviceNotAllowedYet.into());
        };
        let outcome = labelled(judge::microphone(loudest(&track, SOUND_MS).await?), &track);
        *kept = Some(track);
        Ok(outcome)
    };
    measured.await.unwrap_or_else(|error| judge::capture_failure(&error))
}

/// `options` are those of a microphone that works. It is opened again, because its processing would remove the tone.
async fn speaker(options: Option<&MicrophoneOptions>) -> Outcome {
    let Some(options) = options else { return Finding::SpeakerNeedsMicrophone.into() };
    let options = MicrophoneOptions {
        echo_cancellation: false,
        noise_suppression: false,
        auto_gain_control: false,
        ..options.clone()
    };
    let measured = async {
        let Some(track) = answered(async { Devices::new()?.microphone(&options).await }).await? else {
            return Ok(Finding::DeviceNotAllowedYet.into());
        };
        Ok(judge::speaker(tone_rise(&track).await?))
    };
    measured.await.unwrap_or_else(|error| judge::capture_failure(&error))
}

/// The opened device. `None` if the user does not answer.
async fn answered(opening: impl Future<Output = Result<LocalTrack>>) -> Result<Option<LocalTrack>> {
    within(PROMPT_MS, opening).await.transpose()
}

fn labelled(outcome: Outcome, track: &LocalTrack) -> Outcome {
    outcome.with_text("label", Some(&track.label()))
}
