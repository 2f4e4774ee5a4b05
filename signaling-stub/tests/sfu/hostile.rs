//! A malicious client, in a room with two honest ones.

use moim_protocol::{Channel, PeerSignal, SdpType, SessionDescription};
use str0m::{Rtc, media::Direction};

use crate::{alice_and_bob, world::World};

/// An offer of one section with a great many candidates.
fn offer(candidates: usize) -> PeerSignal {
    let mut rtc = Rtc::builder()
        .set_crypto_provider(std::sync::Arc::new(str0m::crypto::from_feature_flags()))
        .build(std::time::Instant::now());
    let mut changes = rtc.sdp_api();
    changes.add_media(str0m::media::MediaKind::Video, Direction::RecvOnly, None, None, None);
    let (offer, _) = changes.apply().unwrap();
    let mut sdp = offer.to_sdp_string();
    for n in 0..candidates {
        let (high, low) = (n / 250, n % 250);
        sdp.push_str(&format!("a=candidate:{n} 1 udp 2113937151 10.9.{high}.{low} 5000 typ host\r\n"));
    }
    let description = SessionDescription { sdp_type: SdpType::Offer, sdp };
    PeerSignal::Description { description, mids: [].into() }
}

fn assert_film_goes_on(world: &mut World) {
    let before = world.person("bob").frames.len();
    world.run(1_000);
    let frames = world.person("bob").frames.len() - before;
    assert!(frames > 10, "{frames} frames in a second");
}

#[test]
fn offers_with_thousands_of_candidates_hold_nobody_up() {
    let mut world = alice_and_bob();
    world.join("mallory", vec![]);
    world.run(1_000);
    world.ignore_answers("mallory");
    for _ in 0..200 {
        world.signal("mallory", offer(2_000));
    }
    assert_film_goes_on(&mut world);
    let answers = world.person("mallory").answers.len();
    assert!((1..=40).contains(&answers), "{answers} answers: what comes too fast replaces what waits");
    assert_film_goes_on(&mut world);
}

#[test]
fn offers_of_too_much_are_refused_and_the_film_goes_on() {
    let mut world = alice_and_bob();
    world.join("mallory", vec![]);
    let PeerSignal::Description { description, mids } = offer(0) else { unreachable!() };
    let sdp = description.sdp + &"a=rid:x send\r\n".repeat(1_000);
    let description = SessionDescription { sdp_type: SdpType::Offer, sdp };
    world.signal("mallory", PeerSignal::Description { description, mids });
    world.run(1_000);
    let refusals = &world.person("mallory").refusals;
    assert!(refusals[0].contains("rids"), "{refusals:?}");
    assert_film_goes_on(&mut world);
}

#[test]
fn a_flood_of_messages_costs_its_sender_and_not_the_others() {
    let mut world = alice_and_bob();
    world.join("mallory", vec![]);
    world.receive("mallory", 1);
    world.run(2_000);
    let mut sent = 0;
    for _ in 0..40 {
        sent += (0..1_000)
            .filter(|_| world.send("mallory", Channel::Reliable, "bob", "twenty bytes of spam"))
            .count();
        world.run(25);
    }
    world.run(2_000);
    let arrived = world.person("bob").messages(Channel::Reliable).len();
    assert!(sent > 12_000, "{sent} were sent");
    assert!(arrived < sent, "{arrived} of {sent} arrived");
    world.send("alice", Channel::Reliable, "bob", "hello");
    world.run(1_000);
    let heard = world.person("bob").messages(Channel::Reliable);
    assert!(heard.contains(&"alice: hello") && heard.len() < sent, "before what mallory has sent");
    assert_film_goes_on(&mut world);
}

/// What the channels of a receiver buffer at most.
const IN_SCTP: usize = 1024 * 1024;

#[test]
fn what_waits_for_a_receiver_that_has_vanished_is_at_most_4_mb_whoever_sends() {
    let mut world = alice_and_bob();
    let senders = ["mallory", "oscar", "trudy", "eve"];
    for name in senders.into_iter().chain(["carol"]) {
        world.join(name, vec![]);
        world.receive(name, 0);
    }
    world.run(2_000);
    world.cut("bob", true);
    let (part, message) = ("x".repeat(60_000), "y".repeat(15_000));
    for _ in 0..200 {
        for name in senders {
            world.send(name, Channel::Files, "bob", &part);
            world.send(name, Channel::Reliable, "bob", &message);
            world.send(name, Channel::Files, "bob", &message[..1_000]);
        }
        world.run(20);
        let waiting = world.stats().waiting_bytes;
        assert!(waiting + IN_SCTP <= 4_000_000, "{waiting}");
    }
    assert!(world.stats().waiting_bytes > 2_500_000, "the senders do fill it");
    assert!(world.stats().dropped_messages > 100);
    world.send("mallory", Channel::Files, "carol", "part");
    world.run(1_000);
    assert_eq!(world.person("carol").messages(Channel::Files), ["mallory: part"]);
    assert_eq!(world.person("carol").faults, [] as [&str; 0]);
}
