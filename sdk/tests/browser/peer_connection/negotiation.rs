use std::cell::Cell;
use std::rc::Rc;

use futures::StreamExt;
use moim::{
    ConnectionState, DataChannelOptions, ErrorCode, IceGatheringState, PeerConnection, PeerConnectionEvent,
    PeerConnectionOptions, Signal, SignalingState,
};
use wasm_bindgen_test::wasm_bindgen_test;

use super::pair::{Pair, next, player, shows_movement, track_added};
use crate::page::{Painting, soon, until};

#[wasm_bindgen_test]
async fn both_ends_begin_at_once_and_again_later() {
    for _ in 0..3 {
        let pair = Pair::new();
        let (mut events_a, mut events_b) = (pair.a.events(), pair.b.events());
        let paintings = [Painting::new(), Painting::new(), Painting::new(), Painting::new()];
        pair.a.add_track(&paintings[0].track).expect("added");
        pair.b.add_track(&paintings[1].track).expect("added");
        let (to_a, to_b) = futures::join!(track_added(&mut events_a), track_added(&mut events_b));
        let (at_a, at_b) = (player(&to_a), player(&to_b));
        futures::join!(shows_movement(&at_a), shows_movement(&at_b));
        pair.a.add_track(&paintings[2].track).expect("added");
        pair.b.add_track(&paintings[3].track).expect("added");
        pair.a.restart_ice().expect("restarted");
        pair.b.restart_ice().expect("restarted");
        let (to_a, to_b) = futures::join!(track_added(&mut events_a), track_added(&mut events_b));
        let (at_a, at_b) = (player(&to_a), player(&to_b));
        futures::join!(shows_movement(&at_a), shows_movement(&at_b));
        until("stable", || {
            [&pair.a, &pair.b].iter().all(|end| end.signaling_state() == SignalingState::Stable)
        })
        .await;
    }
}

#[wasm_bindgen_test]
async fn signals_that_come_twice_or_make_no_sense_do_no_harm() {
    let bad = Rc::new(Cell::new(0));
    let counter = bad.clone();
    let edit = move |text: String| {
        counter.set(counter.get() + 1);
        vec![text.clone(), text.replace("candidate:", "nonsense:"), String::from("{\"from\":1}"), text]
    };
    let options = PeerConnectionOptions::default();
    let pair = Pair::edited(&options, &options, edit);
    let mut events = pair.b.events();
    let painting = Painting::new();
    pair.a.add_track(&painting.track).expect("added");
    let video = player(&track_added(&mut events).await);
    shows_movement(&video).await;
    assert!(bad.get() > 2);

    // All of them again, delayed.
    let carried = pair.carried.borrow().clone();
    for signal in carried {
        for end in [&pair.a, &pair.b] {
            end.handle_signal(signal.clone()).expect("ignored");
        }
    }
    pair.a.restart_ice().expect("restarted");
    shows_movement(&video).await;
}

#[wasm_bindgen_test]
async fn an_offer_that_is_refused_is_told_at_both_ends_and_made_again() {
    survives_spoilt("\"type\":\"offer\",\"sdp\"", 2).await;
}

#[wasm_bindgen_test]
async fn an_answer_that_is_refused_is_told_at_both_ends_and_leads_to_another_offer() {
    survives_spoilt("\"type\":\"answer\",\"sdp\"", 1).await;
}

/// The first `times` descriptions of a kind are corrupted on arrival. The connection recovers, including what was added
/// meanwhile.
async fn survives_spoilt(kind: &'static str, times: u32) {
    let spoilt = Rc::new(Cell::new(0));
    let options = PeerConnectionOptions::default();
    let pair = Pair::edited(&options, &options, move |text| {
        let spoil = text.contains(kind) && spoilt.get() < times;
        spoilt.set(spoilt.get() + u32::from(spoil));
        vec![if spoil { text.replace("m=application", "m=") } else { text }]
    });
    let (mut events_a, mut events_b, mut tracks) = (pair.a.events(), pair.b.events(), pair.b.events());
    let failed = |event| match event {
        PeerConnectionEvent::NegotiationFailed { error } => Some(error),
        _ => None,
    };
    let channel = pair.a.create_data_channel("x", &DataChannelOptions::default()).expect("a channel");
    for events in [&mut events_a, &mut events_b] {
        assert_eq!(next(events, failed).await.code(), ErrorCode::Negotiation);
    }
    let painting = Painting::new();
    pair.a.add_track(&painting.track).expect("added");
    soon("the channel", channel.opened()).await.expect("open");
    shows_movement(&player(&track_added(&mut tracks).await)).await;
}

#[wasm_bindgen_test]
async fn states_are_told_from_the_first_to_the_last() {
    let pair = Pair::new();
    let mut events = pair.a.events();
    assert_eq!(pair.a.connection_state(), ConnectionState::New);
    assert_eq!(pair.a.ice_gathering_state(), IceGatheringState::New);
    let _channel = pair.a.create_data_channel("x", &DataChannelOptions::default()).expect("a channel");
    pair.connected().await;
    until("gathered", || pair.a.ice_gathering_state() == IceGatheringState::Complete).await;
    pair.a.close();
    pair.a.close();
    let (mut signaling, mut gathering, mut connection, mut ice) = (vec![], vec![], vec![], 0);
    while let Some(event) = events.next().await {
        match event {
            PeerConnectionEvent::SignalingStateChange { state } => signaling.push(state),
            PeerConnectionEvent::IceGatheringStateChange { state } => gathering.push(state),
            PeerConnectionEvent::ConnectionStateChange { state } => connection.push(state),
            PeerConnectionEvent::IceConnectionStateChange { .. } => ice += 1,
            _ => {}
        }
    }
    assert_eq!(signaling, [SignalingState::HaveLocalOffer, SignalingState::Stable]);
    assert_eq!(gathering, [IceGatheringState::Gathering, IceGatheringState::Complete]);
    assert_eq!(
        connection,
        [ConnectionState::Connecting, ConnectionState::Connected, ConnectionState::Closed]
    );
    assert!(ice >= 2);
    assert_eq!(pair.a.signals().collect::<Vec<_>>().await, [], "and the signals end");
    let signal = pair.carried.borrow()[0].clone();
    assert_eq!(pair.a.handle_signal(signal).expect_err("closed").code(), ErrorCode::InvalidState);
    assert_eq!(pair.a.restart_ice().expect_err("closed").code(), ErrorCode::InvalidState);
    assert_eq!(pair.a.add_track(&Painting::new().track).expect_err("closed").code(), ErrorCode::InvalidState);
}

#[wasm_bindgen_test]
async fn a_signal_of_another_connection_is_told_from_ones_own() {
    let pair = Pair::new();
    let _channel = pair.a.create_data_channel("x", &DataChannelOptions::default()).expect("a channel");
    pair.connected().await;
    let stranger = PeerConnection::new(&PeerConnectionOptions::default()).expect("a connection");
    let _channel = stranger.create_data_channel("x", &DataChannelOptions::default()).expect("a channel");
    let signal: Signal = stranger.signals().next().await.expect("a signal");
    let error = pair.a.handle_signal(signal).expect_err("a stranger");
    assert!(error.to_string().contains("another connection"), "{error}");

    let mut polite = PeerConnectionOptions::default();
    polite.polite = Some(true);
    let (one, other) =
        (PeerConnection::new(&polite).expect("one"), PeerConnection::new(&polite).expect("another"));
    let _channel = one.create_data_channel("x", &DataChannelOptions::default()).expect("a channel");
    let signal = one.signals().next().await.expect("a signal");
    assert!(other.handle_signal(signal).expect_err("both").to_string().contains("polite"));
}
