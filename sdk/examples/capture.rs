//! Cameras, microphones and displays without a room. Compiled for the browser, and not run.

#[cfg(target_arch = "wasm32")]
#[allow(dead_code, unreachable_pub, reason = "an application would call it")]
mod example {
    use futures::StreamExt;
    use moim::{
        CameraOptions, Constraint, ConstraintSet, DeviceKind, Devices, DisplayOptions, DisplaySurface, Error,
        MediaError, MicrophoneOptions, NumberConstraint, PermissionName, PermissionState, Range, Refusal,
        Result, SurfaceChoice, attach, capture_display, play, set_sink_id,
    };
    use web_sys::HtmlVideoElement;

    /// An ideal resolution: 1280 by 720 pixels if the camera supports it.
    pub async fn show_myself(video: &HtmlVideoElement) -> Result<()> {
        let camera = Devices::new()?.camera(&CameraOptions::default()).await?;
        attach(video, &[camera.to_raw()])?;
        play(video).await
    }

    /// Exact constraints, which are changed while the camera runs.
    pub async fn zoom_in() -> Result<()> {
        let wanted = ConstraintSet {
            width: Range { min: Some(640), ideal: Some(1920), ..Range::default() }.into(),
            frame_rate: NumberConstraint::at_most(24.0),
            background_blur: Constraint::ideal(true),
            ..ConstraintSet::default()
        };
        let options = CameraOptions { constraints: wanted.clone().into(), ..CameraOptions::default() };
        let camera = Devices::new()?.camera(&options).await?;
        if let Some(zoom) = camera.capabilities()?.zoom.and_then(|range| range.max) {
            let closer = ConstraintSet { zoom: NumberConstraint::ideal(zoom).into(), ..wanted };
            camera.apply_constraints(&closer.into()).await?;
        }
        Ok(())
    }

    /// A message for the user if the camera cannot be opened.
    pub fn advice(error: &Error) -> &'static str {
        match error {
            Error::Media(MediaError::NotAllowed { by: Refusal::System, .. }) => {
                "Look into the system's settings."
            }
            Error::Media(MediaError::NotAllowed { .. }) => "Click the camera in the address bar.",
            Error::Media(MediaError::NotReadable { .. }) => "Close the other program that uses the camera.",
            _ => "No camera was found.",
        }
    }

    /// Queries the permission before prompting.
    pub async fn will_be_asked() -> Result<bool> {
        let permission = Devices::new()?.permission(&PermissionName::Camera).await?;
        Ok(permission.state() == PermissionState::Prompt)
    }

    /// When the headset is unplugged, switch to the next microphone.
    pub async fn keep_talking(mut replace: impl AsyncFnMut(moim::LocalTrack)) -> Result<()> {
        let devices = Devices::new()?;
        let microphone = devices.microphone(&MicrophoneOptions::default()).await?;
        let mut next = devices.take_over(&microphone)?;
        while let Some(microphone) = next.next().await {
            replace(microphone?).await;
        }
        Ok(())
    }

    /// Plays through the speaker that was plugged in last.
    pub async fn follow_speakers(video: &HtmlVideoElement) -> Result<()> {
        let mut changes = Devices::new()?.changes();
        while let Some(change) = changes.next().await {
            for speaker in change.added.iter().filter(|device| device.kind == DeviceKind::AudioOutput) {
                set_sink_id(video, &speaker.device_id).await?;
            }
        }
        Ok(())
    }

    /// Shares a window and its audio until the user presses the browser's stop button. Call it from a click handler.
    pub async fn share() -> Result<()> {
        let surface = ConstraintSet {
            display_surface: Constraint::ideal(DisplaySurface::Window),
            ..ConstraintSet::default()
        };
        let options = DisplayOptions {
            audio: Some(true),
            video_constraints: surface.into(),
            self_browser_surface: Some(SurfaceChoice::Exclude),
            ..DisplayOptions::default()
        };
        let capture = capture_display(&options).await?;
        capture.video.ended().await;
        Ok(())
    }
}

fn main() {}
