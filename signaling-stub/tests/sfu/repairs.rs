//! Packet loss, and retransmission.

use super::{World, alice_and_bob, camera};

#[test]
fn lost_packets_are_repeated_without_new_key_frames() {
    let mut world = alice_and_bob();
    world.run(3_000);
    world.lose_one_in("bob", 30);
    world.run(1_000);
    let (before, asked) = (world.person("bob").frames.len(), world.person("alice").key_frames_asked);
    world.run(8_000);
    let frames = world.person("bob").frames.len() - before;
    assert!(frames >= 195, "{frames} of 200 frames");
    assert_eq!(world.person("alice").key_frames_asked, asked, "a repeated packet is enough (RFC 4588)");
}

#[test]
fn many_who_come_at_once_share_key_frames() {
    let mut world = alice_and_bob();
    world.run(3_000);
    let asked = world.person("alice").key_frames_asked;
    let names = ["c", "d", "e", "f", "g", "h", "i", "j"];
    for name in names {
        world.join(name, vec![]);
        world.receive(name, 1);
        world.run(10);
    }
    world.run(900);
    for name in names {
        assert!(!world.person(name).frames.is_empty(), "{name} sees nothing yet");
        assert!(world.person(name).frames[0].is_key_frame);
    }
    let asked = world.person("alice").key_frames_asked - asked;
    assert!(asked <= 3 * 3, "{asked} key frames in a second, of three versions");
}

#[test]
fn who_comes_late_sees_what_does_not_move() {
    let mut world = World::new();
    world.join("alice", vec![camera()]);
    world.publish_camera("alice", &["l", "h"]);
    world.run(1_000);
    world.film("alice", false);
    world.run(5_000);
    world.join("bob", vec![]);
    world.receive("bob", 1);
    world.run(1_000);
    assert!(!world.person("bob").frames.is_empty());
}

#[test]
fn a_receiver_that_cannot_decode_gets_a_key_frame() {
    let mut world = alice_and_bob();
    world.run(3_000);
    let before = world.person("bob").frames.len();
    world.ask_for_key_frame("bob");
    world.run(300);
    let frames = &world.person("bob").frames[before..];
    assert!(frames.iter().any(|frame| frame.is_key_frame));
}

#[test]
fn who_asks_too_early_is_not_forgotten() {
    let mut world = alice_and_bob();
    world.run(3_000);
    world.film("alice", false);
    world.run(1_000);
    let before = world.person("bob").frames.len();
    world.ask_for_key_frame("bob");
    world.run(200);
    world.ask_for_key_frame("bob");
    world.run(200);
    assert_eq!(world.person("bob").frames.len(), before + 1, "not twice within half a second");
    world.run(1_000);
    assert_eq!(world.person("bob").frames.len(), before + 2);
}
