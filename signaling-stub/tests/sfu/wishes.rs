//! Wishes of the receivers.

use moim_protocol::{PeerSignal, Publication, Wish};

use super::{alice_and_bob, camera, world::World};

/// Alice's camera, and no particular layer.
fn wish(wanted: bool, max_height: Option<u32>) -> PeerSignal {
    wishes(wanted, max_height, true)
}

fn wishes(wanted: bool, max_height: Option<u32>, others: bool) -> PeerSignal {
    let wish = Wish { participant_id: "alice".into(), publication_id: "cam".into(), wanted, max_height };
    PeerSignal::Wishes { wishes: vec![wish], others }
}

fn frames(world: &World, name: &str) -> usize {
    world.person(name).frames.len()
}

#[test]
fn a_wide_path_gets_the_largest_version_and_a_wish_a_smaller_one() {
    let mut world = alice_and_bob();
    world.run(8_000);
    assert_eq!(world.person("bob").last_height(), 720);
    world.signal("bob", wish(true, Some(200)));
    world.run(2_000);
    assert_eq!(world.person("bob").last_height(), 360);
    world.signal("bob", wish(false, None));
    world.run(500);
    let before = world.person("bob").frames.len();
    world.run(1_000);
    assert_eq!(world.person("bob").frames.len(), before, "nothing comes that is not wanted");
    assert!(world.person("bob").slots.is_empty());
}

#[test]
fn every_switch_begins_with_a_key_frame_and_time_goes_on() {
    let mut world = alice_and_bob();
    world.run(6_000);
    for round in 0..6 {
        world.signal("bob", wish(true, Some(if round % 2 == 0 { 100 } else { 1_000 })));
        world.run(1_500);
    }
    let frames = &world.person("bob").frames;
    assert!(frames.iter().any(|frame| frame.height == 180) && frames.iter().any(|frame| frame.height == 720));
    for pair in frames.windows(2) {
        assert!(pair[1].height == pair[0].height || pair[1].is_key_frame, "{pair:?}");
        let seconds = pair[1].seconds - pair[0].seconds;
        assert!(seconds > 0.0 && seconds < 1.0, "{seconds} s between two frames");
    }
}

#[test]
fn what_is_for_one_reaches_nobody_else() {
    let mut world = World::new();
    world.join("alice", vec![Publication { to: Some("bob".into()), ..camera() }]);
    for name in ["bob", "carol"] {
        world.join(name, vec![]);
        world.receive(name, 1);
    }
    world.publish_camera("alice", &["l", "h"]);
    world.run(3_000);
    assert!(frames(&world, "bob") > 40);
    assert_eq!(frames(&world, "carol"), 0);
    assert!(world.person("carol").slots.is_empty());
}

#[test]
fn a_height_of_zero_keeps_the_section_and_sends_nothing_till_it_changes() {
    let mut world = alice_and_bob();
    world.join("carol", vec![]);
    world.receive("carol", 1);
    world.run(3_000);
    let slots = world.person("bob").slots.clone();

    world.signal("bob", wish(true, Some(0)));
    world.run(200);
    let (bob, carol) = (frames(&world, "bob"), frames(&world, "carol"));
    world.run(2_000);
    assert_eq!(frames(&world, "bob"), bob, "nothing comes");
    assert!(frames(&world, "carol") > carol + 40, "the others are not concerned");
    assert_eq!(world.person("bob").slots, slots);
    assert_eq!(world.person("bob").slot_signals, 1, "and no signal was needed");

    world.signal("bob", wish(true, Some(200)));
    world.run(250);
    let resumed = &world.person("bob").frames[bob..];
    assert!(!resumed.is_empty(), "a key frame was requested immediately");
    assert!(resumed[0].is_key_frame);
    world.run(2_000);
    assert_eq!(world.person("bob").last_height(), 360);
    assert_eq!(world.person("bob").slot_signals, 1);
}

#[test]
fn what_does_not_move_is_there_at_once_when_it_is_wanted_again() {
    let mut world = alice_and_bob();
    world.run(2_000);
    world.signal("bob", wish(true, Some(0)));
    world.film("alice", false);
    world.run(5_000);
    let before = frames(&world, "bob");
    world.signal("bob", wish(true, None));
    world.run(200);
    assert!(world.person("bob").frames.get(before).is_some_and(|frame| frame.is_key_frame));
}

#[test]
fn who_comes_with_a_height_of_zero_gets_a_section_and_nothing_in_it() {
    let mut world = World::new();
    world.join("bob", vec![]);
    world.receive("bob", 1);
    world.signal("bob", wish(true, Some(0)));
    world.join("alice", vec![camera()]);
    world.publish_camera("alice", &["l", "h"]);
    world.run(2_000);
    assert_eq!(world.person("bob").slots.len(), 1);
    assert_eq!(frames(&world, "bob"), 0);
    world.signal("bob", wish(true, None));
    world.run(300);
    assert!(frames(&world, "bob") > 0);
}

#[test]
fn who_wants_no_others_gets_what_it_names() {
    let mut world = alice_and_bob();
    world.run(500);
    world.join("dave", vec![camera()]);
    world.publish_camera("dave", &["l", "h"]);
    world.receive("bob", 1);
    world.run(2_000);
    let of_whom = |world: &World| -> Vec<String> {
        let slots = world.person("bob").slots.values();
        slots.map(|slot| slot.participant_id.to_string()).collect()
    };
    assert_eq!(of_whom(&world).len(), 2, "{:?}", of_whom(&world));
    world.signal("bob", wishes(true, None, false));
    world.run(500);
    assert_eq!(of_whom(&world), ["alice"]);
    world.signal("bob", wishes(true, None, true));
    world.run(500);
    assert_eq!(of_whom(&world).len(), 2);
}
