//! Creating and dropping many connections leaves nothing behind.

use futures::StreamExt;
use moim::{DataChannelOptions, PeerConnection, PeerConnectionOptions};
use wasm_bindgen_test::wasm_bindgen_test;

use super::pair::{Pair, track_added};
use crate::heap::collect_garbage;
use crate::listeners::Listeners;
use crate::page::Painting;

const ROUNDS: u32 = 200;

#[wasm_bindgen_test]
async fn two_hundred_connections_leave_no_listener() {
    let listeners = Listeners::count("RTCPeerConnection");
    for round in 0..ROUNDS {
        let connection = PeerConnection::new(&PeerConnectionOptions::default()).expect("a connection");
        let mut signals = connection.signals();
        let _channel =
            connection.create_data_channel("x", &DataChannelOptions::default()).expect("a channel");
        match round % 3 {
            // During an operation, by the last handle, and after the offer was sent.
            0 => connection.close(),
            1 => {}
            _ => {
                signals.next().await.expect("a signal");
                connection.close();
            }
        }
        // Chromium refuses a page its 501st connection, including closed ones that were not collected.
        if round % 50 == 0 {
            collect_garbage().await;
        }
    }
    assert!(listeners.most() >= 9.0, "they were counted: {}", listeners.most());
    assert_eq!(listeners.now(), 0.0);
}

#[wasm_bindgen_test]
async fn a_call_leaves_no_listener() {
    let listeners = Listeners::count("RTCPeerConnection");
    let pair = Pair::new();
    let mut events = pair.b.events();
    let painting = Painting::new();
    pair.a.add_track(&painting.track).expect("added");
    track_added(&mut events).await;
    assert!(listeners.now() >= 18.0);
    drop(pair);
    assert_eq!(listeners.now(), 0.0);
}
