//! Calls that follow each other without an await take effect in order, and nothing remains of the previous ones.

use moim::{DataChannelOptions, TransceiverDirection};
use wasm_bindgen_test::wasm_bindgen_test;

use super::pair::{Colour, Pair, middle, player, shows_movement, track_added};
use crate::page::{Painting, until};

#[wasm_bindgen_test]
async fn what_was_removed_last_is_not_sent_and_can_be_added_again() {
    let pair = Pair::new();
    let _channel = pair.a.create_data_channel("x", &DataChannelOptions::default()).expect("a channel");
    let mut events = pair.b.events();
    let painting = Painting::new();
    for _ in 0..3 {
        let sender = pair.a.add_track(&painting.track).expect("it is not sent").sender();
        assert_eq!(sender.track().as_ref(), Some(&painting.track));
        pair.a.add_track(&painting.track).expect_err("it is sent");
        pair.a.remove_track(&sender).expect("removed");
        assert_eq!(sender.track(), None);
        pair.a.remove_track(&sender).expect("removing again does nothing");
    }
    pair.connected().await;
    for transceiver in pair.a.transceivers() {
        until("nothing is sent", || transceiver.sender().as_raw().track().is_none()).await;
        let flows = [TransceiverDirection::Recvonly, TransceiverDirection::Inactive];
        assert!(flows.contains(&transceiver.direction()), "{:?}", transceiver.direction());
    }

    let near = pair.a.add_track(&painting.track).expect("added again");
    let far = track_added(&mut events).await;
    shows_movement(&player(&far)).await;
    for _ in 0..2 {
        pair.a.remove_track(&near.sender()).expect("removed");
        pair.a.add_track(&painting.track).expect("added");
        pair.a.remove_track(&near.sender()).expect("removed");
    }
    until("the remote peer sees it end", || far.current_direction() == Some(TransceiverDirection::Inactive))
        .await;
    assert!(near.sender().as_raw().track().is_none());
}

#[wasm_bindgen_test]
async fn the_track_that_was_set_last_is_the_one_that_is_sent() {
    let pair = Pair::new();
    let mut events = pair.b.events();
    let [red, green, blue] = ["#ff0000", "#00ff00", "#0000ff"].map(|colour| Colour::new(colour, 320, 240));
    let sender = pair.a.add_track(&red.track).expect("added").sender();
    let video = player(&track_added(&mut events).await);
    until("red", || video.video_width() > 0 && middle(&video)[0] > 150).await;

    drop(sender.replace_track(Some(&green.track)));
    pair.a.remove_track(&sender).expect("removed");
    let again = pair.a.add_track(&red.track).expect("added");
    assert_eq!(again.sender(), sender);
    drop(sender.replace_track(Some(&green.track)));
    let replaced = sender.replace_track(Some(&blue.track));
    assert_eq!(sender.track().as_ref(), Some(&blue.track));
    replaced.await.expect("replaced");
    until("blue", || middle(&video)[2] > 150 && middle(&video)[0] < 100).await;

    drop(sender.replace_track(Some(&red.track)));
    again.set_direction(TransceiverDirection::Inactive).expect("set");
    pair.a.remove_track(&sender).expect("removed");
    until("nothing is sent", || sender.as_raw().track().is_none()).await;
    drop(sender.replace_track(Some(&red.track)));
    again.stop().expect("stopped");
    assert_eq!(sender.track(), None);
    sender.replace_track(Some(&green.track)).await.expect_err("stopped");
}

#[wasm_bindgen_test]
async fn a_change_of_the_parameters_takes_in_those_that_are_under_way() {
    let pair = Pair::new();
    let mut events = pair.b.events();
    let colour = Colour::new("green", 320, 240);
    let sender = pair.a.add_track(&colour.track).expect("added").sender();
    let video = player(&track_added(&mut events).await);
    until("full size", || video.video_width() == 320).await;

    let mut parameters = sender.parameters().expect("parameters");
    parameters.encodings[0].max_bitrate = Some(120_000);
    let first = sender.set_parameters(&parameters);
    let mut parameters = sender.parameters().expect("parameters");
    assert_eq!(parameters.encodings[0].max_bitrate, Some(120_000));
    parameters.encodings[0].scale_resolution_down_by = Some(2.0);
    let second = sender.set_parameters(&parameters);
    let (first, second) = futures::join!(first, second);
    first.expect("set");
    second.expect("set");
    let encoding = sender.parameters().expect("parameters").encodings[0].clone();
    assert_eq!((encoding.max_bitrate, encoding.scale_resolution_down_by), (Some(120_000), Some(2.0)));
    until("half the size", || video.video_width() == 160).await;
}

#[wasm_bindgen_test]
async fn a_track_is_sent_in_full_over_a_transceiver_that_paused_another() {
    let pair = Pair::new();
    let mut events = pair.b.events();
    let (first, second) = (Colour::new("#ff0000", 320, 240), Colour::new("#0000ff", 320, 240));
    let near = pair.a.add_track(&first.track).expect("added");
    let far = track_added(&mut events).await;
    let video = player(&far);
    until("red", || video.video_width() > 0 && middle(&video)[0] > 150).await;
    let mut parameters = near.sender().parameters().expect("parameters");
    parameters.encodings[0].active = false;
    parameters.encodings[0].scale_resolution_down_by = Some(4.0);
    parameters.encodings[0].max_bitrate = Some(50_000);
    near.sender().set_parameters(&parameters).await.expect("set");

    pair.a.remove_track(&near.sender()).expect("removed");
    let again = pair.a.add_track(&second.track).expect("added");
    assert_eq!(again, near);
    let encoding = again.sender().parameters().expect("parameters").encodings[0].clone();
    assert!(encoding.active && encoding.max_bitrate.is_none(), "{encoding:?}");
    let video = player(&far);
    until("blue in full", || video.video_width() == 320 && middle(&video)[2] > 150).await;
}
