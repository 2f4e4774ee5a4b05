//! Record for hours without filling the memory, or a minute as one file. It is compiled for the browser, and not run.

#[cfg(target_arch = "wasm32")]
#[allow(dead_code, unreachable_pub, reason = "an application would call it")]
mod example {
    use futures::StreamExt;
    use moim::{LocalTrack, Recorder, RecorderOptions, Result};
    use web_sys::Blob;

    /// One file with a duration, which can be seeked.
    pub async fn one_file(camera: &LocalTrack, stop: impl Future<Output = ()>) -> Result<Blob> {
        let options = RecorderOptions {
            mime_types: ["video/mp4", "video/webm;codecs=vp9,opus", "video/webm"].map(str::to_owned).to_vec(),
            video_bits_per_second: Some(2_500_000),
            ..RecorderOptions::default()
        };
        let recorder = Recorder::start(&[camera.to_raw()], &options)?;
        stop.await;
        let recording = recorder.stop().await?;
        if let Some(error) = &recording.ended_early {
            web_sys::console::warn_1(&error.to_string().into());
        }
        Ok(recording.blob)
    }

    /// In chunks, for example to a server.
    pub async fn pieces(camera: &LocalTrack, upload: impl AsyncFn(Blob)) -> Result<()> {
        let options = RecorderOptions { keep: false, timeslice_ms: 5000, ..RecorderOptions::default() };
        let recorder = Recorder::start(&[camera.to_raw()], &options)?;
        let mut chunks = recorder.chunks();
        while let Some(chunk) = chunks.next().await {
            upload(chunk).await;
        }
        Ok(())
    }
}

fn main() {}
