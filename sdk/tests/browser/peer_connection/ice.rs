use std::time::Duration;

use futures::{FutureExt, StreamExt};
use gloo_timers::future::sleep;
use moim::{
    DataChannelOptions, IceGatheringState, IceServer, IceTransportPolicy, PeerConnection,
    PeerConnectionEvent, PeerConnectionOptions,
};
use wasm_bindgen_test::wasm_bindgen_test;

use super::pair::{Pair, player, shows_movement, track_added};
use crate::page::{Painting, is_firefox, until};

fn ufrag(connection: &PeerConnection) -> String {
    let sdp = connection.local_description().expect("a description").sdp;
    sdp.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).expect("a ufrag").to_owned()
}

#[wasm_bindgen_test]
async fn a_restart_changes_the_way_and_media_goes_on() {
    let pair = Pair::new();
    let mut events = pair.b.events();
    let painting = Painting::new();
    pair.a.add_track(&painting.track).expect("added");
    let video = player(&track_added(&mut events).await);
    shows_movement(&video).await;
    let before = [ufrag(&pair.a), ufrag(&pair.b)];
    pair.b.restart_ice().expect("restarted");
    until("new ways", || ufrag(&pair.a) != before[0] && ufrag(&pair.b) != before[1]).await;
    pair.connected().await;
    shows_movement(&video).await;
}

#[wasm_bindgen_test]
async fn the_end_of_the_candidates_is_told_to_the_far_end() {
    let pair = Pair::new();
    let _channel = pair.a.create_data_channel("x", &DataChannelOptions::default()).expect("a channel");
    pair.connected().await;
    let ended = || pair.carried.borrow().iter().any(|signal| signal.to_json().contains("\"candidate\":\"\""));
    until("the end of the candidates", ended).await;
}

#[wasm_bindgen_test]
async fn without_a_relay_a_relay_only_connection_has_no_candidates() {
    let mut options = PeerConnectionOptions::default();
    options.ice_transport_policy = IceTransportPolicy::Relay;
    let pair = Pair::with(&options, &options);
    let _channel = pair.a.create_data_channel("x", &DataChannelOptions::default()).expect("a channel");
    until("gathered", || pair.a.ice_gathering_state() == IceGatheringState::Complete).await;
    let found = pair.carried.borrow().iter().any(|signal| signal.to_json().contains("candidate:"));
    assert!(!found);
}

#[wasm_bindgen_test]
async fn a_server_that_cannot_be_reached_is_told() {
    let mut options = PeerConnectionOptions::default();
    let urls = vec!["turn:127.0.0.1:34789?transport=tcp".to_owned(), "turn:127.0.0.1:34789".to_owned()];
    options.ice_servers =
        vec![IceServer { urls, username: Some("name".into()), credential: Some("word".into()) }];
    let pair = Pair::with(&options, &PeerConnectionOptions::default());
    let mut events = pair.a.events();
    let _channel = pair.a.create_data_channel("x", &DataChannelOptions::default()).expect("a channel");
    if is_firefox() && !js_sys::Reflect::has(pair.a.as_raw(), &"onicecandidateerror".into()).unwrap_or(false)
    {
        web_sys::console::log_1(&"skipped: icecandidateerror".into());
        return;
    }
    // Browsers try for many seconds.
    let mut limit = sleep(Duration::from_secs(60)).fuse();
    let (url, code) = loop {
        futures::select! {
            event = events.next().fuse() => match event {
                Some(PeerConnectionEvent::IceCandidateError { url, error_code, .. }) => break (url, error_code),
                Some(_) => {}
                None => panic!("the events ended"),
            },
            () = limit => panic!("no error in a minute"),
        }
    };
    assert!(url.contains("127.0.0.1"), "{url}");
    assert_eq!(code, 701);
    pair.connected().await;
}

#[wasm_bindgen_test]
fn servers_are_checked_before_they_are_used() {
    let server = |url: &str| IceServer { urls: vec![url.into()], username: None, credential: None };
    let connection = PeerConnection::new(&PeerConnectionOptions::default()).expect("a connection");
    for url in ["turn:host", "host", "http://host", "stun://host"] {
        let mut options = PeerConnectionOptions::default();
        options.ice_servers = vec![server(url)];
        assert!(PeerConnection::new(&options).expect_err(url).to_string().contains(url));
        assert!(connection.set_ice_servers(&[server(url)]).expect_err(url).to_string().contains(url));
    }
    connection.set_ice_servers(&[server("stun:127.0.0.1:34789")]).expect("set");
}
