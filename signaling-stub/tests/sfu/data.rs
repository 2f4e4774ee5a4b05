//! Messages: those that arrive, those that may be lost, and files.

use moim_protocol::Channel::{Files, Lossy, Reliable};

use super::{alice_and_bob, world::World};

#[test]
fn messages_reach_one_or_all() {
    let mut world = alice_and_bob();
    world.join("carol", vec![]);
    world.receive("carol", 0);
    world.run(2_000);
    world.send("alice", Reliable, "", "hello");
    world.send("alice", Reliable, "carol", "psst");
    world.send("carol", Reliable, "bob", "hm?");
    world.run(500);
    assert_eq!(world.person("bob").messages(Reliable), ["alice: hello", "carol: hm?"]);
    assert_eq!(world.person("carol").messages(Reliable), ["alice: hello", "alice: psst"]);
    assert!(world.person("alice").messages(Reliable).is_empty());
}

#[test]
fn each_kind_of_message_goes_on_as_it_came() {
    let mut world = alice_and_bob();
    world.run(2_000);
    world.send("alice", Lossy, "", "I am here");
    world.send("alice", Files, "bob", "a file");
    world.send("alice", Reliable, "", "hello");
    world.run(500);
    let bob = world.person("bob");
    assert_eq!(bob.messages(Lossy), ["alice: I am here"]);
    assert_eq!(bob.messages(Files), ["alice: a file"]);
    assert_eq!(bob.messages(Reliable), ["alice: hello"]);
}

/// Bob, whose path carries 1 Mbit/s, and no pictures.
fn bob_on_a_narrow_path() -> World {
    let mut world = World::new();
    for name in ["alice", "bob"] {
        world.join(name, vec![]);
        world.receive(name, 0);
    }
    world.throttle("bob", 1_000_000);
    world.run(2_000);
    world
}

#[test]
fn files_do_not_hold_up_chat_and_all_of_them_arrive() {
    let mut world = bob_on_a_narrow_path();
    let chunk = "x".repeat(50_000);
    let mut sent = 0;
    for _ in 0..200 {
        sent += usize::from(sent < 60 && world.send("alice", Files, "bob", &chunk));
        world.run(20);
    }
    assert_eq!(sent, 60, "3 MB, for which the path needs 24 s");
    assert!(world.person("bob").messages(Files).len() < 30, "most of it waits");
    world.send("alice", Reliable, "bob", "hello");
    world.run(2_000);
    assert_eq!(world.person("bob").messages(Reliable), ["alice: hello"]);
    assert!(world.person("bob").messages(Files).len() < 45, "before the files that were first");
    world.run(40_000);
    assert_eq!(world.person("bob").messages(Files).len(), 60);
}

#[test]
fn what_may_be_lost_does_not_wait() {
    let mut world = bob_on_a_narrow_path();
    let position = "x".repeat(1_000);
    for _ in 0..400 {
        for _ in 0..10 {
            world.send("alice", Lossy, "", &position);
        }
        world.run(10);
    }
    let before = world.person("bob").messages(Lossy).len();
    assert!((100..3_000).contains(&before), "{before} of 4000, and 4 MB need 32 s");
    world.send("alice", Lossy, "", "last");
    world.run(3_000);
    let messages = world.person("bob").messages(Lossy);
    assert!(messages.len() < before + 400, "{} came late", messages.len() - before);
}
