//! Messages: reliable and unreliable ones, and files.

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

#[test]
fn reliable_messages_beyond_the_rate_are_delayed_and_none_is_lost() {
    let mut world = alice_and_bob();
    world.run(2_000);
    let mut sent = 0;
    while sent < 12_000 {
        while sent % 200 != 199 && world.send("alice", Reliable, "", &sent.to_string()) {
            sent += 1;
        }
        world.run(5);
        sent += usize::from(world.send("alice", Reliable, "", &sent.to_string()));
    }
    let arrived = world.person("bob").messages(Reliable).len();
    assert!(arrived < sent, "{arrived} of {sent}: faster than the rate");
    world.run(5_000);
    let expected: Vec<_> = (0..sent).map(|number| format!("alice: {number}")).collect();
    assert_eq!(world.person("bob").messages(Reliable), expected);
    assert!(world.person("alice").faults.is_empty());
}

/// Bob, whose path has 1 Mbit/s, and no video.
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
        sent += usize::from(sent < 45 && world.send("alice", Files, "bob", &chunk));
        world.run(20);
    }
    assert_eq!(sent, 45, "2.25 MB, for which the path needs 18 s");
    assert!(world.person("bob").messages(Files).len() < 30, "most of it waits");
    world.send("alice", Reliable, "bob", "hello");
    world.run(2_000);
    assert_eq!(world.person("bob").messages(Reliable), ["alice: hello"]);
    assert!(world.person("bob").messages(Files).len() < 40, "before the files that were first");
    world.run(40_000);
    assert_eq!(world.person("bob").messages(Files).len(), 45);
}

#[test]
fn who_sends_more_than_may_wait_for_a_slow_receiver_is_told_and_nobody_else() {
    let mut world = bob_on_a_narrow_path();
    world.join("carol", vec![]);
    world.receive("carol", 0);
    world.run(2_000);
    let part = "x".repeat(60_000);
    for (name, parts) in [("alice", 90), ("carol", 5)] {
        let mut sent = 0;
        while sent < parts {
            sent += usize::from(world.send(name, Files, "bob", &part));
            world.run(20);
        }
    }
    let faults = &world.person("alice").faults;
    assert!((1..10).contains(&faults.len()), "at most once a second: {faults:?}");
    assert!(faults[0].starts_with("mediaRefused") && faults[0].contains("bob"), "{faults:?}");
    assert!(world.person("carol").faults.is_empty());
}

#[test]
fn what_may_be_lost_does_not_wait() {
    let mut world = bob_on_a_narrow_path();
    let position = |number: usize| format!("{number} {}", "x".repeat(1_000));
    for number in 0..4_000 {
        world.send("alice", Lossy, "", &position(number));
        if number % 10 == 9 {
            world.run(10);
        }
    }
    world.run(1_000);
    let bob = world.person("bob").messages(Lossy);
    let newest = bob.iter().filter_map(|text| text.split(' ').nth(1)?.parse::<usize>().ok()).max();
    assert!(newest > Some(3_800), "4 MB need 32 s, and the newest that came in 5 s is {newest:?}");
    assert!(bob.len() > 100, "{}", bob.len());
}

#[test]
fn what_may_be_lost_is_not_repeated_and_everything_else_is() {
    let mut world = alice_and_bob();
    world.run(2_000);
    world.lose_one_in("bob", 5);
    for number in 0..50 {
        world.send("alice", Lossy, "", &number.to_string());
        world.send("alice", Reliable, "", &number.to_string());
        world.run(50);
    }
    world.run(3_000);
    let bob = world.person("bob");
    let expected: Vec<_> = (0..50).map(|number| format!("alice: {number}")).collect();
    assert_eq!(bob.messages(Reliable), expected);
    let lossy = bob.messages(Lossy).len();
    assert!((20..50).contains(&lossy), "{lossy} of 50");
}
