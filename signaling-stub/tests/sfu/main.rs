//! The SFU, with str0m clients, over a simulated network and clock.
#![cfg(feature = "sfu")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod data;
mod hostile;
mod permissions;
mod person;
mod repairs;
mod restart;
mod wishes;
mod world;

use moim_protocol::{MediaKind, PeerSignal, Publication, SdpType, SessionDescription, TrackSource};

use self::world::World;

fn camera() -> Publication {
    Publication {
        id: "cam".into(),
        kind: MediaKind::Video,
        source: TrackSource::Camera,
        muted: false,
        to: None,
    }
}

/// Alice with a camera in three layers, and Bob who watches.
fn alice_and_bob() -> World {
    let mut world = World::new();
    world.join("alice", vec![camera()]);
    world.join("bob", vec![]);
    world.publish_camera("alice", &["l", "m", "h"]);
    world.receive("bob", 1);
    world
}

#[test]
fn pictures_of_one_arrive_at_the_other_within_a_second() {
    let mut world = alice_and_bob();
    world.run(1_000);
    let bob = world.person("bob");
    assert_eq!(bob.slots.values().next().unwrap().participant_id, "alice".into());
    assert!(bob.frames.len() > 10, "{} frames", bob.frames.len());
    assert!(bob.frames[0].is_key_frame, "the first frame can be decoded");
}

#[test]
fn a_narrow_path_gets_the_smallest_version_while_a_wide_one_keeps_the_largest() {
    let mut world = alice_and_bob();
    world.join("carol", vec![]);
    world.receive("carol", 1);
    world.throttle("carol", 250_000);
    world.run(12_000);
    assert_eq!(world.person("bob").last_height(), 720);
    assert_eq!(world.person("carol").last_height(), 180);
    let frames = world.person("carol").frames.len();
    world.run(1_000);
    assert!(world.person("carol").frames.len() > frames + 10, "and it flows");
}

#[test]
fn a_path_that_becomes_wide_again_gets_the_largest_version_again() {
    let mut world = alice_and_bob();
    world.throttle("bob", 250_000);
    world.run(10_000);
    assert_eq!(world.person("bob").last_height(), 180);
    world.throttle("bob", None);
    world.run(20_000);
    assert_eq!(world.person("bob").last_height(), 720);
}

#[test]
fn a_description_grows_little_with_each_section() {
    let mut world = alice_and_bob();
    world.run(500);
    world.receive("bob", 1);
    world.run(500);
    world.receive("bob", 20);
    world.run(500);
    let [first, second, third] = world.person("bob").answers.as_slice() else { panic!("three answers") };
    assert!(second.len() - first.len() < 1_300, "{} bytes for one more", second.len() - first.len());
    assert!(third.len() - second.len() < 20 * 1_300);
    assert_eq!(third.matches("a=candidate").count(), first.matches("a=candidate").count(), "once is enough");
}

#[test]
fn who_comes_late_sees_at_once_and_a_section_is_used_again() {
    let mut world = alice_and_bob();
    world.run(3_000);
    world.join("carol", vec![]);
    world.receive("carol", 1);
    world.run(900);
    assert!(!world.person("carol").frames.is_empty());
    world.leave("alice");
    world.run(300);
    assert!(world.person("carol").slots.is_empty());
    world.join("dave", vec![camera()]);
    world.publish_camera("dave", &["l", "h"]);
    world.run(1_500);
    let carol = world.person("carol");
    assert_eq!(carol.slots.values().next().unwrap().participant_id, "dave".into());
    assert_eq!(carol.sections, 1);
    let frames = carol.frames.len();
    world.run(1_000);
    assert!(world.person("carol").frames.len() > frames + 10);
}

#[test]
fn a_description_that_makes_no_sense_is_refused_and_harms_nobody() {
    let mut world = alice_and_bob();
    world.join("mallory", vec![]);
    for (sdp_type, sdp) in
        [(SdpType::Offer, "hello"), (SdpType::Offer, "v=0\r\n"), (SdpType::Answer, "v=0\r\n")]
    {
        let description = SessionDescription { sdp_type, sdp: sdp.into() };
        world.signal("mallory", PeerSignal::Description { description, mids: [].into() });
    }
    world.run(1_000);
    let mallory = world.person("mallory");
    assert_eq!(mallory.refusals.len(), 2, "{:?}", mallory.refusals);
    assert_eq!(mallory.faults.len(), 1, "{:?}", mallory.faults);
    assert!(world.person("bob").frames.len() > 10);
}

#[test]
fn who_had_an_offer_refused_or_refuses_an_answer_may_offer_again() {
    let mut world = alice_and_bob();
    world.join("carol", vec![]);
    let description = SessionDescription { sdp_type: SdpType::Offer, sdp: "v=0\r\n".into() };
    world.signal("carol", PeerSignal::Description { description, mids: [].into() });
    let reason = "no ICE password".to_owned();
    world.signal("carol", PeerSignal::Refusal { sdp_type: SdpType::Answer, reason });
    world.run(500);
    assert_eq!(world.person("carol").refusals.len(), 1);
    world.receive("carol", 1);
    world.run(1_000);
    assert!(world.person("carol").frames.len() > 10);
}
