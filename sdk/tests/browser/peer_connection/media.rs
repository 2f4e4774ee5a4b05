use futures::StreamExt;
use moim::{
    Certificate, CertificateOptions, DataChannelOptions, Devices, ErrorCode, LevelMeter, MediaKind, Message,
    MicrophoneOptions, PeerConnection, PeerConnectionEvent, PeerConnectionOptions, TransceiverDirection,
    TransceiverOptions,
};
use wasm_bindgen_test::wasm_bindgen_test;

use super::pair::{Colour, Pair, middle, next, player, shows_movement, track_added};
use crate::page::{Painting, is_firefox, soon, until};

#[wasm_bindgen_test]
async fn sound_and_pictures_arrive() {
    let pair = Pair::new();
    let mut events = pair.b.events();
    let painting = Painting::new();
    let microphone = Devices::new().expect("devices").microphone(&MicrophoneOptions::default()).await;
    let microphone = microphone.expect("a microphone");
    let raw = microphone.to_raw();
    pair.a.add_track(&painting.track).expect("added");
    let sent = pair.a.add_track(&microphone).expect("added");
    drop(microphone);
    assert_eq!(sent.kind(), MediaKind::Audio);
    let (first, second) = (track_added(&mut events).await, track_added(&mut events).await);
    let (pictures, sound) = if first.kind() == MediaKind::Video { (first, second) } else { (second, first) };
    assert_eq!(sound.mid(), sent.mid());

    shows_movement(&player(&pictures)).await;
    let meter = LevelMeter::new(&sound.receiver().track()).expect("a meter");
    let _sink = player(&sound);
    until("sound", || meter.level() > 0.01).await;

    until("who sends", || !sound.receiver().synchronization_sources().is_empty()).await;
    let source = &sound.receiver().synchronization_sources()[0];
    assert!(source.source > 0 && source.timestamp > 0.0, "{source:?}");
    assert!(sound.receiver().contributing_sources().is_empty(), "nobody mixes");

    drop(sent);
    assert_eq!(raw.ready_state(), web_sys::MediaStreamTrackState::Live, "the connection keeps it running");
    pair.a.close();
    assert_eq!(raw.ready_state(), web_sys::MediaStreamTrackState::Ended, "and lets go of it");
}

#[wasm_bindgen_test]
async fn a_track_is_replaced_without_a_negotiation() {
    let pair = Pair::new();
    let mut events = pair.b.events();
    let (red, blue) = (Colour::new("#ff0000", 320, 240), Colour::new("#0000ff", 320, 240));
    let transceiver = pair.a.add_track(&red.track).expect("added");
    let video = player(&track_added(&mut events).await);
    until("red", || video.video_width() > 0 && middle(&video)[0] > 150 && middle(&video)[2] < 100).await;
    let carried = pair.carried.borrow().len();

    let sender = transceiver.sender();
    assert_eq!(sender.track().as_ref(), Some(&red.track));
    sender.replace_track(Some(&blue.track)).await.expect("replaced");
    until("blue", || middle(&video)[2] > 150 && middle(&video)[0] < 100).await;
    assert_eq!(sender.track().as_ref(), Some(&blue.track));
    let descriptions = |from: usize| {
        let carried = pair.carried.borrow();
        carried[from..].iter().filter(|signal| signal.to_json().contains("\"description\"")).count()
    };
    assert_eq!(descriptions(carried), 0);

    sender.replace_track(None).await.expect("replaced");
    assert_eq!(sender.track(), None);
    let microphone = Devices::new().expect("devices").microphone(&MicrophoneOptions::default()).await;
    sender.replace_track(Some(&microphone.expect("a microphone"))).await.expect_err("sound for pictures");
}

#[wasm_bindgen_test]
async fn directions_change_and_transceivers_stop() {
    let pair = Pair::new();
    let mut events = pair.b.events();
    let painting = Painting::new();
    let options = TransceiverOptions::default();
    let near = pair.a.add_transceiver(&painting.track, &options).expect("added");
    let far = track_added(&mut events).await;
    until("agreed", || near.current_direction() == Some(TransceiverDirection::Sendonly)).await;
    assert_eq!(near.direction(), TransceiverDirection::Sendrecv);
    assert_eq!(far.current_direction(), Some(TransceiverDirection::Recvonly));

    let back = Painting::new();
    far.sender().replace_track(Some(&back.track)).await.expect("replaced");
    far.set_direction(TransceiverDirection::Sendrecv).expect("set");
    until("both ways", || near.current_direction() == Some(TransceiverDirection::Sendrecv)).await;
    shows_movement(&player(&near)).await;

    near.set_direction(TransceiverDirection::Inactive).expect("set");
    until("neither way", || far.current_direction() == Some(TransceiverDirection::Inactive)).await;
    near.set_direction(TransceiverDirection::Stopped).expect_err("stop() does that");
    near.stop().expect("stopped");
    near.stop().expect("stopping again does nothing");
    until("stopped", || near.current_direction() == Some(TransceiverDirection::Stopped)).await;
    near.set_direction(TransceiverDirection::Sendrecv).expect_err("stopped");
}

#[wasm_bindgen_test]
async fn a_removed_track_leaves_its_transceiver_to_the_next() {
    let pair = Pair::new();
    let mut events = pair.b.events();
    let (first, second) = (Painting::new(), Painting::new());
    let near = pair.a.add_track(&first.track).expect("added");
    pair.a.add_track(&first.track).expect_err("it is sent already");
    let far = track_added(&mut events).await;
    pair.a.remove_track(&near.sender()).expect("removed");
    until("removed", || far.current_direction() == Some(TransceiverDirection::Inactive)).await;
    assert_eq!(pair.a.add_track(&second.track).expect("added").mid(), near.mid());
    assert_eq!(track_added(&mut events).await.mid(), near.mid());
    assert_eq!(pair.b.transceivers().len(), 1);
    shows_movement(&player(&far)).await;
}

#[wasm_bindgen_test]
async fn tones_begin_in_order() {
    let pair = Pair::new();
    let mut events = pair.b.events();
    let microphone = Devices::new().expect("devices").microphone(&MicrophoneOptions::default()).await;
    let sender = pair.a.add_track(&microphone.expect("a microphone")).expect("added").sender();
    let dtmf = sender.dtmf().expect("a sender of tones");
    track_added(&mut events).await;
    pair.connected().await;
    until("tones can be sent", || dtmf.can_insert()).await;

    let mut tones = dtmf.tones();
    let mut options = moim::DtmfOptions::default();
    options.duration_ms = 70;
    options.gap_ms = 50;
    dtmf.insert("1a#", &options).expect("inserted");
    assert_eq!(dtmf.tone_buffer(), "1A#");
    for expected in ["1", "A", "#", ""] {
        assert_eq!(soon("a tone", tones.next()).await.as_deref(), Some(expected));
    }
    for (duration_ms, gap_ms, named) in [(10, 50, "durationMs"), (6001, 50, "durationMs"), (70, 1, "gapMs")] {
        let mut wrong = options;
        (wrong.duration_ms, wrong.gap_ms) = (duration_ms, gap_ms);
        let error = dtmf.insert("1", &wrong).expect_err(named);
        assert_eq!(error.code(), ErrorCode::InvalidOptions);
        assert!(error.to_string().contains(named), "{error}");
    }
    let error = dtmf.insert("12x", &options).expect_err("no tone");
    assert!(error.to_string().contains("'x'"), "{error}");
    assert!(pair.a.add_track(&Painting::new().track).expect("added").sender().dtmf().is_none(), "pictures");
}

#[wasm_bindgen_test]
async fn a_data_channel_comes_as_an_event_with_its_first_message() {
    let pair = Pair::new();
    let mut events = pair.b.events();
    let near = pair.a.create_data_channel("notes", &DataChannelOptions::default()).expect("a channel");
    let sending = near.send("hello");
    let (sent, mut far) = futures::join!(
        sending,
        next(&mut events, |event| match event {
            PeerConnectionEvent::DataChannelAdded { channel } => Some(channel),
            _ => None,
        })
    );
    sent.expect("sent");
    assert_eq!(far.label(), "notes");
    assert_eq!(soon("a message", far.next()).await, Some(Ok(Message::from("hello"))));
}

#[wasm_bindgen_test]
async fn both_ends_show_the_certificates_that_they_were_given() {
    let certificate = Certificate::generate(&CertificateOptions::default()).await.expect("a certificate");
    assert!(certificate.expires_ms() > js_sys::Date::now());
    let mut options = PeerConnectionOptions::default();
    options.certificates = vec![certificate.clone()];
    let mut sdps = Vec::new();
    for _ in 0..2 {
        let pair = Pair::with(&options, &PeerConnectionOptions::default());
        let _channel = pair.a.create_data_channel("x", &DataChannelOptions::default()).expect("a channel");
        pair.connected().await;
        sdps.push(pair.a.local_description().expect("a description").sdp);
    }
    let fingerprint =
        |sdp: &str| sdp.lines().find_map(|line| line.strip_prefix("a=fingerprint:").map(str::to_owned));
    assert!(fingerprint(&sdps[0]).is_some());
    assert_eq!(fingerprint(&sdps[0]), fingerprint(&sdps[1]), "both show the same certificate");
    match certificate.fingerprints() {
        Ok(fingerprints) => {
            let told = fingerprint(&sdps[0]).unwrap_or_default().to_lowercase();
            assert!(
                fingerprints
                    .iter()
                    .any(|one| told == format!("{} {}", one.algorithm, one.value.to_lowercase()))
            );
        }
        Err(error) => {
            assert!(is_firefox() && error.code().as_str() == "ERR_UNSUPPORTED", "{error}");
            web_sys::console::log_1(&"skipped: RTCCertificate.getFingerprints".into());
        }
    }
    let mut brief = CertificateOptions::default();
    brief.expires_in_ms = Some(1);
    let brief = Certificate::generate(&brief).await.expect("a certificate");
    until("it has expired", || brief.expires_ms() < js_sys::Date::now()).await;
    let mut options = PeerConnectionOptions::default();
    options.certificates = vec![brief];
    let error = PeerConnection::new(&options).expect_err("expired");
    assert_eq!(error.code(), ErrorCode::InvalidOptions);
    let mut rsa = CertificateOptions::default();
    rsa.algorithm = moim::CertificateAlgorithm::Rsa;
    rsa.expires_in_ms = Some(60_000);
    let rsa = Certificate::generate(&rsa).await.expect("a certificate");
    assert!(rsa.expires_ms() < js_sys::Date::now() + 120_000.0);
}
