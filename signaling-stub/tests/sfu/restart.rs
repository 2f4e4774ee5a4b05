//! Paths that are cut and return: an ICE restart finds them, and nothing reliable is lost.

use moim_protocol::Channel::Reliable;

use super::{alice_and_bob, world::World};

fn ufrag(answer: &str) -> &str {
    answer.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).expect("a ufrag")
}

fn assert_flows(world: &mut World, within: u64) {
    let frames = world.person("bob").frames.len();
    world.run(within);
    let more = world.person("bob").frames.len() - frames;
    assert!(more > 10, "{more} frames in {within} ms");
}

#[test]
fn a_restart_by_either_of_two_clients_finds_the_path_again() {
    for name in ["alice", "bob"] {
        let mut world = alice_and_bob();
        world.run(2_000);
        world.cut(name, true);
        world.run(40_000);
        world.cut(name, false);
        world.restart_ice(name);
        assert_flows(&mut world, 4_000);
        let answers = &world.person(name).answers;
        let [.., before, after] = &**answers else { panic!("{} answers", answers.len()) };
        assert_ne!(ufrag(before), ufrag(after), "the SFU restarts too");
    }
}

#[test]
fn restarts_while_the_path_is_cut_and_while_it_is_not_harm_nothing() {
    let mut world = alice_and_bob();
    world.run(2_000);
    world.restart_ice("bob");
    assert_flows(&mut world, 1_000);
    world.cut("bob", true);
    for _ in 0..5 {
        world.run(3_000);
        world.restart_ice("bob");
    }
    world.run(500);
    world.cut("bob", false);
    world.run(500);
    world.restart_ice("bob");
    assert_flows(&mut world, 2_000);
}

#[test]
fn what_was_sent_while_the_path_was_cut_arrives_once_and_in_order() {
    let mut world = alice_and_bob();
    world.run(2_000);
    world.cut("bob", true);
    for line in 0..20 {
        assert!(world.send("alice", Reliable, "bob", &line.to_string()));
        world.run(500);
    }
    world.cut("bob", false);
    world.restart_ice("bob");
    world.run(30_000);
    let wanted: Vec<_> = (0..20).map(|line| format!("alice: {line}")).collect();
    assert_eq!(world.person("bob").messages(Reliable), wanted);
}
