//! The example of the README. It is compiled for the browser, and not run.

#[cfg(target_arch = "wasm32")]
#[allow(dead_code, unreachable_pub, reason = "an application would call it")]
mod example {
    // README: begin
    use futures::StreamExt;
    use moim::{CameraOptions, JoinOptions, Result, Room, RoomEvent, RoomOptions};

    pub async fn call(video: web_sys::HtmlVideoElement) -> Result<()> {
        let room = Room::new(RoomOptions::default())?;
        let mut events = room.events();
        room.set_camera_enabled(true, &CameraOptions::default()).await?;
        room.join(JoinOptions::new("tea", "Ana")).await?;
        while let Some(event) = events.next().await {
            if let RoomEvent::TrackAdded { track, .. } = event {
                track.attach(&video)?;
            }
        }
        Ok(())
    }
    // README: end
}

fn main() {}
