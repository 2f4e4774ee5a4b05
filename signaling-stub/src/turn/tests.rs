//! A client and its server, without a network.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use proptest::{collection::vec, prelude::any, proptest};

use self::messages::{Answer, Signer, answer, binding, channel_data, send_indication};
use super::*;

#[path = "../../tests/support/turn_messages.rs"]
mod messages;

const RELAY: &str = "192.168.7.1:50000";
const PEER: &str = "1.1.1.1:7000";
/// When the tests begin, in seconds since 1970.
const BEGIN: u64 = 1_700_000_000;

/// Ports without sockets.
#[derive(Debug, Default)]
struct Ports {
    opened: Vec<String>,
    refusal: Option<u16>,
}

impl Host for Ports {
    fn open(&mut self, user: &str) -> Result<SocketAddr, u16> {
        self.opened.push(user.to_owned());
        self.refusal.map_or_else(|| Ok(RELAY.parse().unwrap()), Err)
    }

    fn has_media_at(&self, address: IpAddr) -> bool {
        address == IpAddr::from([127, 0, 0, 1])
    }

    fn is_media(&self, address: SocketAddr) -> bool {
        address == "127.0.0.1:50001".parse().unwrap()
    }
}

struct World {
    client: Client,
    ports: Ports,
    signer: Signer,
    start: Instant,
    passed: Duration,
}

impl World {
    fn new(is_stream: bool, limits: TurnLimits) -> Self {
        let secret = TurnSecret::from("tea".to_owned());
        let signer = Signer::new(secret.credentials(BEGIN + 100, "ana"));
        let authority = Authority::new(secret, TurnSecret::random().unwrap(), Vec::new(), limits);
        let client =
            Client::new("192.0.2.7:4000".parse().unwrap(), [192, 168, 7, 1].into(), is_stream, authority);
        Self { client, ports: Ports::default(), signer, start: Instant::now(), passed: Duration::ZERO }
    }

    /// One with an allocation.
    fn allocated() -> Self {
        let mut world = Self::new(false, TurnLimits::default());
        world.learn_nonce();
        assert_eq!(world.ask(world.signer.allocate()).code, 0);
        world
    }

    fn learn_nonce(&mut self) {
        self.signer.nonce = None;
        let challenge = self.ask(self.signer.allocate());
        assert_eq!((challenge.code, challenge.is_signed), (401, false));
        self.signer.nonce = challenge.nonce;
    }

    fn now(&self) -> Now {
        Now { instant: self.start + self.passed, unix: BEGIN + self.passed.as_secs() }
    }

    fn wait(&mut self, seconds: u64) {
        self.passed += Duration::from_secs(seconds);
        let now = self.now().instant;
        self.client.handle_timeout(now);
    }

    fn send(&mut self, bytes: &[u8]) -> Action {
        let now = self.now();
        self.client.handle_packet(bytes, now, &mut self.ports)
    }

    fn ask(&mut self, request: Vec<u8>) -> Answer {
        match self.send(&request) {
            Action::Reply(reply) => answer(&reply),
            other => panic!("no reply: {other:?}"),
        }
    }

    fn hears(&self, peer: &str, packet: &[u8]) -> Option<Answer> {
        let bytes = self.client.handle_peer(peer.parse().unwrap(), packet, self.now().instant);
        bytes.map(|bytes| answer(&bytes))
    }
}

fn peer(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn relayed(to: &str, packet: &[u8]) -> Action {
    Action::Relay { to: peer(to), packet: packet.to_vec() }
}

#[test]
fn whoever_asks_learns_his_address() {
    let mut world = World::new(false, TurnLimits::default());
    assert_eq!(world.ask(binding()).mapped, Some(peer("192.0.2.7:4000")));
}

#[test]
fn an_allocation_relays_in_both_directions() {
    let mut world = World::allocated();
    assert_eq!(world.ports.opened, ["ana"]);
    assert_eq!(world.send(&send_indication(peer(PEER), b"hello")), Action::Nothing, "without a permission");
    assert_eq!(world.hears(PEER, b"hi"), None);

    let permitted = world.ask(world.signer.permit(&[peer(PEER), peer("1.0.0.1:1")]));
    assert_eq!((permitted.code, permitted.is_signed), (0, true));
    assert_eq!(world.send(&send_indication(peer(PEER), b"hello")), relayed(PEER, b"hello"));
    assert_eq!(world.hears(PEER, b"hi").unwrap().data, Some((peer(PEER), b"hi".to_vec())));
    assert!(world.hears("1.0.0.1:9", b"hi").is_some(), "any port of an address");
    assert_eq!(world.hears("8.8.8.8:7000", b"hi"), None);

    assert_eq!(world.ask(world.signer.bind(0x4000, peer(PEER))).code, 0);
    assert_eq!(world.send(&channel_data(0x4000, b"hello")), relayed(PEER, b"hello"));
    assert_eq!(world.hears(PEER, b"hi").unwrap().channel, Some((0x4000, b"hi".to_vec())));
}

#[test]
fn a_stream_gets_its_channel_data_padded() {
    let mut world = World::new(true, TurnLimits::default());
    world.learn_nonce();
    world.ask(world.signer.allocate());
    world.ask(world.signer.bind(0x4000, peer(PEER)));
    let bytes = world.client.handle_peer(peer(PEER), b"hello", world.now().instant).unwrap();
    assert_eq!(bytes, [0x40, 0, 0, 5, b'h', b'e', b'l', b'l', b'o', 0, 0, 0]);
}

#[test]
fn an_answer_that_was_lost_is_given_again() {
    let mut world = World::new(false, TurnLimits::default());
    world.learn_nonce();
    let request = world.signer.allocate();
    let first = world.send(&request);
    assert_eq!(world.send(&request), first);
    assert_eq!(world.ports.opened.len(), 1);
    assert_eq!(world.ask(world.signer.allocate()).code, 437, "another request");
}

#[test]
fn forged_and_foreign_credentials_are_refused() {
    let mut world = World::new(false, TurnLimits::default());
    world.learn_nonce();
    let honest = world.signer.clone();
    for (username, credential) in [
        (honest.username.clone(), "wrong".to_owned()),
        // An expiry that the server did not sign, and a name without one.
        (format!("{}:ana", BEGIN + 999_999), honest.credential.clone()),
        ("ana".to_owned(), honest.credential.clone()),
        TurnSecret::from("coffee".to_owned()).credentials(BEGIN + 100, "ana"),
    ] {
        world.signer.username = username;
        world.signer.credential = credential;
        let refused = world.ask(world.signer.allocate());
        assert_eq!((refused.code, refused.is_signed), (401, false), "{:?}", world.signer);
    }
    world.signer = Signer { nonce: Some("00000000ffffffff0123".to_owned()), ..honest.clone() };
    assert_eq!(world.ask(world.signer.allocate()).code, 438);
    assert!(world.ports.opened.is_empty());
    world.signer = honest;
    assert_eq!(world.ask(world.signer.allocate()).code, 0);
}

#[test]
fn another_user_does_not_take_an_allocation_over() {
    let mut world = World::allocated();
    let (username, credential) = TurnSecret::from("tea".to_owned()).credentials(BEGIN + 100, "ben");
    world.signer.username = username;
    world.signer.credential = credential;
    assert_eq!(world.ask(world.signer.refresh(0)).code, 441);
    assert!(world.client.expires_at().is_some());
}

#[test]
fn expired_credentials_go_on_and_begin_nothing() {
    let mut world = World::allocated();
    world.wait(101);
    assert_eq!(world.ask(world.signer.refresh(600)).lifetime, Some(600));
    assert_eq!(world.ask(world.signer.permit(&[peer(PEER)])).code, 0);
    assert_eq!(world.ask(world.signer.refresh(0)).lifetime, Some(0));
    assert_eq!(world.client.expires_at(), None);
    assert_eq!(world.ask(world.signer.allocate()).code, 401);
}

#[test]
fn what_is_not_refreshed_ends() {
    let mut world = World::allocated();
    world.ask(world.signer.bind(0x4000, peer(PEER)));
    world.wait(301);
    assert_eq!(world.hears(PEER, b"hi"), None, "the permission is over");
    assert_eq!(world.send(&channel_data(0x4000, b"hello")), Action::Nothing);
    world.ask(world.signer.permit(&[peer(PEER)]));
    assert_eq!(world.send(&channel_data(0x4000, b"hello")), relayed(PEER, b"hello"));
    world.wait(300);
    assert_eq!(world.client.expires_at(), None);
    world.learn_nonce();
    assert_eq!(
        world.ask(world.signer.permit(&[peer(PEER)])).code,
        401,
        "expired credentials without an allocation"
    );
}

#[test]
fn an_allocation_lasts_so_long_however_often_it_is_refreshed() {
    let mut world =
        World::new(false, TurnLimits { lifetime: Duration::from_secs(1_000), ..TurnLimits::default() });
    world.learn_nonce();
    assert_eq!(world.ask(world.signer.allocate()).lifetime, Some(600));
    world.wait(500);
    assert_eq!(world.ask(world.signer.refresh(1_000_000)).lifetime, Some(500));
    world.wait(500);
    assert_eq!(world.client.expires_at(), None);
}

#[test]
fn a_nonce_that_is_too_old_is_replaced() {
    let mut world = World::allocated();
    world.ask(world.signer.refresh(3600));
    world.wait(601);
    let stale = world.ask(world.signer.permit(&[peer(PEER)]));
    assert_eq!(stale.code, 438);
    world.signer.nonce = stale.nonce;
    assert_eq!(world.ask(world.signer.permit(&[peer(PEER)])).code, 0);
}

#[test]
fn what_is_behind_the_relay_is_forbidden() {
    let mut world = World::allocated();
    for target in ["10.0.0.1:53", "169.254.169.254:80", "192.168.7.1:22", "224.0.0.1:1", "0.0.0.0:1"] {
        assert_eq!(world.ask(world.signer.permit(&[peer(PEER), peer(target)])).code, 403, "{target}");
        assert_eq!(world.ask(world.signer.bind(0x4001, peer(target))).code, 403, "{target}");
    }
    assert_eq!(world.send(&send_indication(peer(PEER), b"hello")), Action::Nothing, "all of them, or none");
    assert_eq!(world.ask(world.signer.permit(&[peer("[2606:4700::1]:1")])).code, 443);
}

#[test]
fn of_this_machine_only_other_relays_are_reached() {
    let mut world = World::allocated();
    assert_eq!(world.ask(world.signer.permit(&[peer("127.0.0.1:1")])).code, 0);
    assert_eq!(
        world.send(&send_indication(peer("127.0.0.1:50001"), b"hello")),
        relayed("127.0.0.1:50001", b"hello")
    );
    assert_eq!(world.send(&send_indication(peer("127.0.0.1:22"), b"hello")), Action::Nothing);
    assert_eq!(world.ask(world.signer.bind(0x4000, peer("127.0.0.1:22"))).code, 0);
    assert_eq!(world.send(&channel_data(0x4000, b"hello")), Action::Nothing);
    assert_eq!(world.ask(world.signer.permit(&[peer("127.0.0.2:1")])).code, 403, "no relay is there");
}

#[test]
fn permissions_and_channels_are_limited() {
    let mut world = World::new(false, TurnLimits { permissions: 2, ..TurnLimits::default() });
    world.learn_nonce();
    world.ask(world.signer.allocate());
    assert_eq!(world.ask(world.signer.permit(&[peer("1.0.0.1:1"), peer("1.0.0.2:1")])).code, 0);
    assert_eq!(world.ask(world.signer.permit(&[peer("1.0.0.3:1")])).code, 508);
    for number in 0..8 {
        let target = SocketAddr::from(([1, 0, 0, 1], 1_000 + number));
        assert_eq!(world.ask(world.signer.bind(0x4000 + number, target)).code, 0);
    }
    assert_eq!(world.ask(world.signer.bind(0x4008, peer("1.0.0.1:1"))).code, 508);
    assert_eq!(world.ask(world.signer.bind(0x4000, peer("1.0.0.1:1000"))).code, 0, "again");
    assert_eq!(world.ask(world.signer.bind(0x4000, peer("1.0.0.1:1001"))).code, 400, "another peer");
    assert_eq!(world.ask(world.signer.bind(0x3fff, peer("1.0.0.1:1"))).code, 400, "no channel");
}

#[test]
fn refusals_of_the_sockets_and_of_other_transports_are_told() {
    let mut world = World::new(false, TurnLimits::default());
    world.learn_nonce();
    assert_eq!(world.ask(world.signer.allocate_tcp()).code, 442);
    world.ports.refusal = Some(486);
    assert_eq!(world.ask(world.signer.allocate()).code, 486);
    assert_eq!(world.client.expires_at(), None);
}

proptest! {
    #[test]
    fn any_bytes_are_taken(bytes in vec(any::<u8>(), 0..200), cut in 0_usize..400, flip in 0_usize..400) {
        let mut world = World::allocated();
        world.send(&bytes);
        let mut request = world.signer.permit(&[peer(PEER), peer("1.0.0.1:1")]);
        let length = request.len();
        request[flip % length] ^= 0x55;
        world.send(&request[..cut % length]);
        world.send(&request);
        assert_eq!(world.hears(PEER, b"hi"), None, "what was changed is not signed");
    }
}
