//! What tokens permit.

use moim_protocol::{Channel, RoomPermission, RoomPermissions};

use super::{camera, world::World};

fn only(permissions: &[RoomPermission]) -> RoomPermissions {
    permissions.iter().copied().collect()
}

#[test]
fn who_may_not_subscribe_receives_nothing_until_it_may() {
    let mut world = World::new();
    world.join("alice", vec![camera()]);
    world.join_with("bob", Vec::new(), only(&[RoomPermission::Data]));
    world.publish_camera("alice", &["l", "m", "h"]);
    world.receive("bob", 1);
    world.run(2_000);
    assert!(world.person("bob").frames.is_empty() && world.person("bob").slots.is_empty());
    world.permit("bob", RoomPermissions::default());
    world.run(2_000);
    assert!(!world.person("bob").frames.is_empty());
    let before = world.person("bob").frames.len();
    world.permit("bob", RoomPermissions::NONE);
    world.run(1_000);
    let during = world.person("bob").frames.len();
    world.run(1_000);
    assert!(during > before && world.person("bob").frames.len() == during, "not any more");
}

#[test]
fn what_is_not_published_is_not_forwarded() {
    let mut world = World::new();
    world.join_with("mallory", Vec::new(), only(&[RoomPermission::Microphone]));
    world.join("bob", Vec::new());
    // It sends a camera, and maps the section to a publication that the hub has not taken.
    world.publish_camera("mallory", &["l", "m", "h"]);
    world.receive("bob", 1);
    world.run(2_000);
    assert!(world.person("bob").frames.is_empty() && world.person("bob").slots.is_empty());
}

#[test]
fn data_without_the_permission_is_dropped_and_its_sender_learns_why_once_a_second() {
    let mut world = World::new();
    world.join_with("listener", Vec::new(), only(&[RoomPermission::Subscribe]));
    world.join("bob", Vec::new());
    world.receive("listener", 0);
    world.receive("bob", 0);
    world.run(1_000);
    for _ in 0..20 {
        world.send("listener", Channel::Reliable, "", r#"{"type":"chat","id":1,"text":"hello"}"#);
        world.send("listener", Channel::Lossy, "", "data");
        world.send("listener", Channel::Files, "bob", "file");
    }
    world.send("listener", Channel::Reliable, "bob", r#"{"type":"receipt","id":1}"#);
    world.send("bob", Channel::Reliable, "", "hello");
    world.run(500);
    let faults = &world.person("listener").faults;
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0], "notPermitted: the token does not permit `data`");
    let bob = world.person("bob");
    assert_eq!(
        bob.messages(Channel::Reliable),
        [r#"listener: {"type":"receipt","id":1}"#],
        "only the receipt"
    );
    assert!(bob.messages(Channel::Lossy).is_empty() && bob.messages(Channel::Files).is_empty());
    assert_eq!(world.person("listener").messages(Channel::Reliable), ["bob: hello"]);
}
