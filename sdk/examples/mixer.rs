//! Record a whole room as one file. It is compiled for the browser, and not run.

#[cfg(target_arch = "wasm32")]
#[allow(dead_code, unreachable_pub, reason = "an application would call it")]
mod example {
    use moim::{
        Layout, Mixer, MixerOptions, MixerSourceOptions, Recorder, RecorderOptions, Recording, Result,
    };
    use web_sys::MediaStreamTrack;

    /// `people` are the names and tracks of the participants; the first one is large.
    pub async fn record(
        people: Vec<(String, Vec<MediaStreamTrack>)>,
        stop: impl Future<Output = ()>,
    ) -> Result<Recording> {
        let mixer = Mixer::new(&MixerOptions { width: 1920, height: 1080, ..MixerOptions::default() })?;
        let mut sources = Vec::new();
        for (label, tracks) in people {
            sources.push(mixer.add(&tracks, &MixerSourceOptions { label, ..Default::default() })?);
        }
        mixer.set_layout(Layout::Spotlight { source: sources.first().map(|source| source.id()) })?;
        let tracks = [mixer.video_track()?.to_raw(), mixer.audio_track()?.to_raw()];
        let recorder = Recorder::start(&tracks, &RecorderOptions::default())?;
        stop.await;
        recorder.stop().await
    }
}

fn main() {}
