//! Leak tests of objects without tests of their own.

use futures::{AsyncReadExt, AsyncWriteExt, FutureExt, StreamExt};
use moim::{
    DataChannelOptions, DisplayOptions, IceGatheringState, MediaKind, MessageOptions, Mixer, MixerOptions,
    PeerConnection, PeerConnectionOptions, Recording, TransceiverOptions, attach, capture_display, detach,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, MediaStreamTrack};

use crate::connections::Connections;
use crate::leftovers::leaves_nothing;
use crate::page::{Mock, Painting, js, soon, until, video};

/// Audio from an `AudioContext` of the test.
fn tone() -> MediaStreamTrack {
    js("(() => {
          const audio = window.leaksAudio ??= new AudioContext();
          const tone = new OscillatorNode(audio);
          const out = audio.createMediaStreamDestination();
          tone.connect(out);
          tone.start();
          return out.stream.getAudioTracks()[0];
        })()")
    .unchecked_into()
}

fn small() -> MixerOptions {
    MixerOptions { width: 64, height: 36, frame_rate: 10.0, ..MixerOptions::default() }
}

#[wasm_bindgen_test]
async fn mixers() {
    let (painting, tone) = (Painting::new(), tone());
    let tracks = [painting.track.to_raw(), tone];
    let seen = leaves_nothing(async |number| {
        let mixer = Mixer::new(&small()).expect("a mixer");
        let source = mixer.add(&tracks, &Default::default()).expect("a source");
        let out = [mixer.video_track(), mixer.audio_track(), mixer.audio_track_without(source.id())];
        match number % 3 {
            0 => mixer.close(),
            1 => drop(source),
            _ => {}
        }
        drop(mixer);
        assert!(out.iter().flatten().count() == 3 && out.iter().flatten().all(moim::LocalTrack::is_ended));
    })
    .await;
    assert_eq!((seen.begun("Worker"), seen.begun("object URL")), (200, 200));
    assert_eq!(seen.begun("AudioContext"), 200);
}

#[wasm_bindgen_test]
async fn sources_of_one_mixer() {
    let (painting, tone) = (Painting::new(), tone());
    let tracks = [painting.track.to_raw(), tone];
    let mixer = Mixer::new(&small()).expect("a mixer");
    let _stays = mixer.add(&tracks, &Default::default()).expect("a source");
    let _everyone = mixer.audio_track().expect("sound");
    let seen = leaves_nothing(async |_| {
        let source = mixer.add(&tracks, &Default::default()).expect("a source");
        let others = mixer.audio_track_without(source.id()).expect("sound");
        source.set_gain(0.5).expect("set");
        drop(source);
        assert!(others.is_ended());
    })
    .await;
    assert_eq!(seen.begun("audio connection"), 600, "to the gain, to everyone, and from the one that stays");
}

#[wasm_bindgen_test]
async fn parts_of_one_connection() {
    let connection = PeerConnection::new(&PeerConnectionOptions::default()).expect("a connection");
    let transceiver = connection.add_transceiver(MediaKind::Audio, &TransceiverOptions::default());
    let transceiver = transceiver.expect("a transceiver");
    let track = moim::LocalTrack::from_raw(tone(), moim::TrackSource::Custom);
    // It keeps its offer and candidates for the remote peer, so wait for them first.
    until("all candidates", || connection.ice_gathering_state() == IceGatheringState::Complete).await;
    let seen = leaves_nothing(async |number| {
        let sender = transceiver.sender();
        sender.replace_track((number % 2 == 0).then_some(&track)).await.expect("replaced");
        let mut tones = sender.dtmf().expect("audio").tones();
        assert!(tones.next().now_or_never().is_none());
        let mut events = connection.events();
        assert!(events.next().now_or_never().is_none());
        let _parts = (transceiver.receiver().track(), sender.track(), connection.transceivers());
    })
    .await;
    assert_eq!(seen.begun("RTCDTMFSender listener of tonechange"), 200);
    connection.close();
}

#[wasm_bindgen_test]
async fn connections_in_the_middle_of_an_operation() {
    let painting = Painting::new();
    let seen = leaves_nothing(async |number| {
        let connection = PeerConnection::new(&PeerConnectionOptions::default()).expect("a connection");
        let transceiver = connection.add_track(&painting.track).expect("added");
        let sender = transceiver.sender();
        let mut replaced = Box::pin(sender.replace_track(None));
        assert!(replaced.as_mut().now_or_never().is_none());
        if number % 2 == 0 {
            gloo_timers::future::TimeoutFuture::new(0).await;
        }
        connection.close();
    })
    .await;
    assert_eq!(seen.begun("RTCPeerConnection"), 200);
}

#[wasm_bindgen_test]
async fn channels_as_byte_streams() {
    let connections = Connections::new();
    let (_stays, _too) =
        connections.channel(&DataChannelOptions::default(), &MessageOptions::default()).await;
    leaves_nothing(async |_| {
        let (near, far) =
            connections.channel(&DataChannelOptions::default(), &MessageOptions::default()).await;
        let (mut near, mut far) = (near.into_io(), far.into_io());
        near.write_all(&[7; 1000]).await.expect("written");
        near.flush().await.expect("flushed");
        let mut bytes = [0; 1000];
        soon("the bytes", far.read_exact(&mut bytes)).await.expect("read");
        assert_eq!(bytes, [7; 1000]);
    })
    .await;
}

#[wasm_bindgen_test]
async fn shared_displays() {
    let give = "async () => {
        const canvas = document.createElement('canvas');
        canvas.getContext('2d');
        window.leaksTracks = canvas.captureStream().getTracks();
        return new MediaStream(leaksTracks);
    }";
    let _display = Mock::new("navigator.mediaDevices", "getDisplayMedia", give);
    leaves_nothing(async |_| {
        let shared = capture_display(&DisplayOptions::default()).await.expect("a display");
        let mut events = shared.video.events();
        assert!(events.next().now_or_never().is_none());
        drop((shared, events));
        assert_eq!(js("leaksTracks[0].readyState"), "ended");
    })
    .await;
}

#[wasm_bindgen_test]
async fn recordings_and_elements() {
    let (painting, element) = (Painting::new(), video());
    let blob = Blob::new().expect("a blob");
    let seen = leaves_nothing(async |_| {
        let mime_type = "video/webm".to_owned();
        let recording = Recording { blob: blob.clone(), mime_type, duration_ms: 0.0, ended_early: None };
        let url = recording.object_url().expect("a URL");
        assert!(url.as_str().starts_with("blob:"));
        attach(&element, &[painting.track.to_raw()]).expect("attached");
        detach(&element);
    })
    .await;
    assert_eq!(seen.begun("object URL"), 200);
    assert_eq!(seen.begun("element with a stream"), 200);
}
