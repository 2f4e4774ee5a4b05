use moim::{
    DegradationPreference, Encoding, ErrorCode, MediaKind, PeerConnectionOptions, Priority, Receiver, Sender,
    TransceiverOptions,
};
use wasm_bindgen_test::wasm_bindgen_test;

use super::pair::{
    Colour, Pair, eventually, number, player, sent_codec, shows_movement, stats, text, track_added,
};
use crate::page::{Painting, is_firefox, until};

fn with_encodings(encodings: Vec<Encoding>) -> TransceiverOptions {
    let mut options = TransceiverOptions::default();
    options.send_encodings = encodings;
    options
}

#[wasm_bindgen_test]
async fn the_preferred_codec_is_the_one_that_is_sent() {
    let types = |kind| -> Vec<String> {
        let codecs = Sender::capabilities(kind).expect("capabilities").codecs;
        codecs.into_iter().map(|codec| codec.mime_type).collect()
    };
    assert!(types(MediaKind::Audio).iter().any(|mime_type| mime_type == "audio/opus"));
    for wanted in ["video/VP9", "video/VP8"] {
        assert!(types(MediaKind::Video).iter().any(|mime_type| mime_type == wanted));
        let pair = Pair::new();
        let mut events = pair.b.events();
        let painting = Painting::new();
        let mut options = TransceiverOptions::default();
        options.codecs = vec![wanted.to_owned()];
        let near = pair.a.add_transceiver(&painting.track, &options).expect("added");
        let far = track_added(&mut events).await;
        shows_movement(&player(&far)).await;
        let sent = eventually("a codec", async || sent_codec(&pair.a, "video").await).await;
        assert_eq!(sent, wanted);
        let error = near.prefer_codecs(&["video/none"]).expect_err("no such codec");
        assert_eq!(error.code(), ErrorCode::Unsupported);
        let audio = Receiver::capabilities(MediaKind::Audio).expect("capabilities").codecs;
        let error = near.set_codec_preferences(&audio).expect_err("sound for pictures");
        assert_eq!(error.code(), ErrorCode::InvalidOptions);
        near.set_codec_preferences(&[]).expect("the browser's own");
    }
}

#[wasm_bindgen_test]
async fn pictures_are_sent_smaller_and_with_fewer_bits() {
    let pair = Pair::new();
    let mut events = pair.b.events();
    // Small enough that a browser does not start below the full size.
    let colour = Colour::new("green", 320, 240);
    let sender = pair.a.add_track(&colour.track).expect("added").sender();
    let video = player(&track_added(&mut events).await);
    until("full size", || video.video_width() == 320).await;

    let mut parameters = sender.parameters().expect("parameters");
    assert!(parameters.encodings[0].active);
    parameters.encodings[0].scale_resolution_down_by = Some(2.0);
    parameters.encodings[0].max_bitrate = Some(120_000);
    parameters.encodings[0].max_framerate = Some(10.0);
    parameters.encodings[0].priority = Some(Priority::Low);
    sender.set_parameters(&parameters).await.expect("set");
    until("half the size", || video.video_width() == 160 && video.video_height() == 120).await;
    let told = sender.parameters().expect("parameters").encodings[0].clone();
    assert_eq!((told.max_bitrate, told.max_framerate), (Some(120_000), Some(10.0)));
    if !is_firefox() {
        let target = eventually("a target", async || {
            let stats = stats(&pair.a).await;
            stats
                .iter()
                .find(|entry| text(entry, "type").as_deref() == Some("outbound-rtp"))
                .and_then(|entry| number(entry, "targetBitrate"))
                .filter(|target| *target <= 120_000.0)
        });
        target.await;
    }

    // Omitting a limit removes it.
    parameters.encodings[0].scale_resolution_down_by = Some(1.0);
    parameters.encodings[0].max_bitrate = None;
    sender.set_parameters(&parameters).await.expect("set");
    until("full size again", || video.video_width() == 320).await;
    assert_eq!(sender.parameters().expect("parameters").encodings[0].max_bitrate, None);

    parameters.encodings[0].active = false;
    sender.set_parameters(&parameters).await.expect("set");
    assert!(!sender.parameters().expect("parameters").encodings[0].active);
    parameters.encodings[0].scale_resolution_down_by = Some(0.5);
    let error = sender.set_parameters(&parameters).await.expect_err("larger than it is");
    assert_eq!(error.code(), ErrorCode::InvalidOptions);
    parameters.encodings.push(parameters.encodings[0].clone());
    let error = sender.set_parameters(&parameters).await.expect_err("one too many");
    assert!(error.to_string().contains("the number of encodings of the sender"), "{error}");
    parameters.encodings.clear();
    sender.set_parameters(&parameters).await.expect("what is left out stays");
    assert!(!sender.parameters().expect("parameters").encodings[0].active);
}

#[wasm_bindgen_test]
async fn what_a_browser_passes_over_is_an_error() {
    let pair = Pair::new();
    let painting = Painting::new();
    let sender = pair.a.add_track(&painting.track).expect("added").sender();
    let mut parameters = sender.parameters().expect("parameters");
    parameters.degradation_preference = Some(DegradationPreference::MaintainResolution);
    match sender.set_parameters(&parameters).await {
        Ok(()) => {
            let told = sender.parameters().expect("parameters").degradation_preference;
            assert_eq!(told, Some(DegradationPreference::MaintainResolution));
        }
        Err(error) => {
            assert_eq!(error.to_string(), "this browser does not support degradationPreference");
            web_sys::console::log_1(&"skipped: degradationPreference".into());
        }
    }
    let mut layers = Encoding::default();
    layers.scalability_mode = Some("L1T2".to_owned());
    let before = pair.a.transceivers().len();
    match pair.a.add_transceiver(MediaKind::Video, &with_encodings(vec![layers])) {
        Ok(transceiver) => {
            let told = transceiver.sender().parameters().expect("parameters").encodings[0].clone();
            assert_eq!(told.scalability_mode.as_deref(), Some("L1T2"));
        }
        Err(error) => {
            assert!(is_firefox());
            assert_eq!(error.to_string(), "this browser does not support scalabilityMode");
            assert_eq!(pair.a.transceivers().len(), before + 1, "stopped");
            web_sys::console::log_1(&"skipped: scalabilityMode".into());
        }
    }
}

/// A browser does not receive simulcast itself, as a server would: its answer is edited.
fn as_a_server(text: String) -> Vec<String> {
    if !text.contains("\"answer\"") {
        return vec![text];
    }
    let rids = "a=rid:q recv\\r\\na=rid:h recv\\r\\na=rid:f recv\\r\\na=simulcast:recv q;h;f\\r\\n";
    let text = match text.contains("a=simulcast") {
        true => text,
        false => {
            let at = text.find("a=rtcp-mux\\r\\n").expect("a video section");
            format!("{}{rids}{}", &text[..at], &text[at..])
        }
    };
    vec![text]
}

#[wasm_bindgen_test]
async fn simulcast_sends_three_versions() {
    let options = PeerConnectionOptions::default();
    let pair = Pair::edited(&options, &options, as_a_server);
    let colour = Colour::new("green", 1280, 720);
    let encodings =
        vec![Encoding::simulcast("q", 4.0), Encoding::simulcast("h", 2.0), Encoding::simulcast("f", 1.0)];
    let sender = pair.a.add_transceiver(&colour.track, &with_encodings(encodings)).expect("added").sender();
    pair.connected().await;
    let sdp = pair.a.local_description().expect("a description").sdp;
    assert!(sdp.contains("a=simulcast:send q;h;f"), "{sdp}");
    let rids = |sender: &Sender| -> Vec<Option<String>> {
        sender.parameters().expect("parameters").encodings.into_iter().map(|encoding| encoding.rid).collect()
    };
    assert_eq!(rids(&sender), ["q", "h", "f"].map(|rid| Some(rid.to_owned())));
    if is_firefox() {
        return;
    }
    eventually("three versions", async || {
        let stats = stats(&pair.a).await;
        let mut sent: Vec<_> = stats
            .iter()
            .filter(|entry| text(entry, "type").as_deref() == Some("outbound-rtp"))
            .filter(|entry| number(entry, "framesSent").unwrap_or_default() > 0.0)
            .filter_map(|entry| Some((text(entry, "rid")?, number(entry, "frameWidth")?)))
            .collect();
        sent.sort_by(|one, other| one.1.total_cmp(&other.1));
        let expected =
            [("q", 320.0), ("h", 640.0), ("f", 1280.0)].map(|(rid, width)| (rid.to_owned(), width));
        (sent == expected).then_some(())
    })
    .await;
    let mut parameters = sender.parameters().expect("parameters");
    parameters.encodings[2].active = false;
    sender.set_parameters(&parameters).await.expect("set");
    assert!(!sender.parameters().expect("parameters").encodings[2].active);
}

#[wasm_bindgen_test]
async fn encodings_that_make_no_sense_are_refused() {
    let pair = Pair::new();
    for (encodings, what) in [
        (vec![Encoding::simulcast("a", 0.5)], "larger than it is"),
        (vec![Encoding::simulcast("a", 1.0), Encoding::simulcast("a", 2.0)], "the same name twice"),
        (vec![Encoding::simulcast("not a name", 1.0), Encoding::simulcast("b", 2.0)], "no name"),
    ] {
        let error = pair.a.add_transceiver(MediaKind::Video, &with_encodings(encodings)).expect_err(what);
        assert_eq!(error.code(), ErrorCode::InvalidOptions, "{what}");
    }
    assert!(pair.a.transceivers().is_empty());
}

#[wasm_bindgen_test]
async fn encodings_that_the_browser_passes_over_are_refused() {
    let pair = Pair::new();
    let named = |rid: i32| {
        let mut encoding = Encoding::default();
        encoding.rid = Some(format!("r{rid}"));
        encoding
    };
    let many = |count| (0..count).map(named).collect();
    for (kind, count) in [(MediaKind::Video, 9), (MediaKind::Audio, 2)] {
        let error = pair.a.add_transceiver(kind, &with_encodings(many(count))).expect_err("too many");
        assert_eq!(error.code(), ErrorCode::Unsupported, "{error}");
        assert!(error.to_string().contains("sendEncodings"), "{error}");
    }
}

#[wasm_bindgen_test]
async fn media_is_held_back_as_long_as_asked() {
    let pair = Pair::new();
    let receiver =
        pair.a.add_transceiver(MediaKind::Audio, &TransceiverOptions::default()).expect("added").receiver();
    match receiver.set_jitter_buffer_target(Some(250.0)) {
        Ok(()) => {
            assert_eq!(receiver.jitter_buffer_target(), Ok(Some(250.0)));
            receiver.set_jitter_buffer_target(None).expect("set");
            assert_eq!(receiver.jitter_buffer_target(), Ok(None));
            for wrong in [-1.0, 4_001.0, f64::NAN] {
                let error = receiver.set_jitter_buffer_target(Some(wrong)).expect_err("out of range");
                assert_eq!(error.code(), ErrorCode::InvalidOptions);
            }
        }
        Err(error) => {
            assert_eq!(error.to_string(), "this browser does not support jitterBufferTarget");
            web_sys::console::log_1(&"skipped: jitterBufferTarget".into());
        }
    }
}
