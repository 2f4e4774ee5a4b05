//! Abuse of the relay, while two honest clients use it.

use std::{net::SocketAddr, time::Duration};

use moim_signaling_stub::{TurnLimits, TurnSecret};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    time::{Instant, timeout},
};

use crate::support::{
    turn::{SECRET, Talk, TurnClient, credentials, start_relay},
    turn_messages::channel_data,
};

/// Longer than the server waits for a client to begin.
const PATIENCE: Duration = Duration::from_secs(14);

async fn talk(relay: SocketAddr) -> Talk {
    let (ana, ben) = ([127, 0, 0, 8], [127, 0, 0, 9]);
    let ana = TurnClient::udp_from(ana, relay, credentials("ana")).await;
    let ben = TurnClient::udp_from(ben, relay, credentials("ben")).await;
    Talk::begin(ana, ben).await
}

fn limits(change: impl FnOnce(&mut TurnLimits)) -> TurnLimits {
    let mut limits = TurnLimits::default();
    change(&mut limits);
    limits
}

#[tokio::test]
async fn one_user_and_one_address_have_so_many_allocations_and_leave_the_rest_to_others() {
    let limits = limits(|limits| {
        limits.allocations = 8;
        limits.allocations_per_address = 4;
        limits.allocations_per_user = 2;
    });
    let (_server, relay) = start_relay(|turn| turn.limits = limits).await;
    let mut talk = talk(relay).await;
    let mut mallory = Vec::new();
    let mut codes = Vec::new();
    for (user, address) in
        [("m", 2), ("m", 2), ("m", 2), ("n", 2), ("n", 2), ("o", 2), ("o", 3), ("p", 3), ("q", 4)]
    {
        let mut client = TurnClient::udp_from([127, 0, 0, address], relay, credentials(user)).await;
        codes.push(client.allocate().await);
        mallory.push(client);
    }
    // Of the user m; of the address 2; of all.
    assert_eq!(codes, [0, 0, 486, 0, 0, 486, 0, 0, 486]);
    talk.goes_on(5).await;
    let first = &mut mallory[0];
    assert_eq!(first.ask(first.signer.refresh(0)).await.code, 0);
    assert_eq!(mallory[2].allocate().await, 0, "a place that was given back");
    talk.goes_on(5).await;
}

#[tokio::test]
async fn forged_and_expired_credentials_get_nothing() {
    let (_server, relay) = start_relay(|_| {}).await;
    let mut talk = talk(relay).await;
    let secret = |secret: &str| TurnSecret::from(secret.to_owned());
    for (what, forged) in [
        ("expired", secret(SECRET).credentials(1_700_000_000, "mallory")),
        ("of another secret", secret("coffee").credentials(4_000_000_000, "mallory")),
        (
            "a longer life",
            ("4000000000:mallory".to_owned(), secret(SECRET).credentials(1_700_000_000, "mallory").1),
        ),
        ("somebody else's", ("4000000000:mallory".to_owned(), credentials("ana").1)),
        ("no expiry", ("mallory".to_owned(), credentials("ana").1)),
    ] {
        let mut mallory = TurnClient::udp(relay, forged.clone()).await;
        assert_eq!(mallory.allocate().await, 401, "{what}");
        let mut mallory = TurnClient::tcp(relay, forged).await;
        assert_eq!(mallory.allocate().await, 401, "{what}");
    }
    talk.goes_on(5).await;
}

#[tokio::test]
async fn services_of_the_machine_are_not_reached_through_the_relay() {
    let (server, relay) = start_relay(|_| {}).await;
    let mut talk = talk(relay).await;
    let mut mallory = TurnClient::udp(relay, credentials("mallory")).await.allocated().await;
    let service = UdpSocket::bind((mallory.relayed.ip(), 0)).await.unwrap();
    let target = service.local_addr().unwrap();
    // The address is that of other relays; its other ports are not for clients of the relay.
    assert_eq!(mallory.permit(target).await, 0);
    mallory.tell(target, b"hello").await;
    assert_eq!(mallory.bind(0x4000, target).await, 0);
    mallory.tell_channel(0x4000, b"hello").await;
    mallory.tell(server.local_addr(), b"hello").await;
    mallory.tell(relay, b"hello").await;
    for forbidden in [
        "127.0.0.2:53",
        "10.0.0.1:53",
        "169.254.169.254:80",
        "192.168.0.1:80",
        "0.0.0.0:80",
        "224.0.0.251:5353",
    ] {
        assert_eq!(mallory.permit(forbidden.parse().unwrap()).await, 403, "{forbidden}");
    }
    // Another client of the relay is reached, after everything that was sent before.
    let mut other = TurnClient::udp(relay, credentials("other")).await.allocated().await;
    assert_eq!(other.permit(mallory.relayed).await, 0);
    mallory.tell(other.relayed, b"hello").await;
    assert_eq!(other.receive().await.data, Some((mallory.relayed, b"hello".to_vec())));
    let mut buffer = [0; 16];
    assert!(service.try_recv(&mut buffer).is_err(), "nothing came to the service");
    talk.goes_on(5).await;
}

#[tokio::test]
async fn an_allocation_of_somebody_else_is_not_used_or_ended() {
    let (_server, relay) = start_relay(|_| {}).await;
    let mut talk = talk(relay).await;
    let mut mallory = TurnClient::udp(relay, credentials("mallory")).await;
    mallory.tell(talk.ana.relayed, b"hello").await;
    mallory.tell_channel(0x4000, b"hello").await;
    assert!(talk.ana.hears_nothing().await && talk.ben.hears_nothing().await);
    // What the others signed, from another port.
    let stolen = talk.ana.signer.refresh(0);
    assert_eq!(mallory.ask(stolen).await.code, 438, "its nonce is for somebody else");
    talk.goes_on(5).await;
}

#[tokio::test]
async fn one_user_has_so_many_bytes_and_leaves_the_rest_to_others() {
    const PACKET: usize = 1_000;
    let limits = limits(|limits| limits.bytes_per_second_per_user = 50_000);
    let (_server, relay) = start_relay(|turn| {
        turn.limits = limits;
        turn.allowed_peers = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let mut talk = talk(relay).await;
    let victim = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut mallory = TurnClient::tcp(relay, credentials("mallory")).await.allocated().await;
    mallory.bind(0x4000, victim.local_addr().unwrap()).await;
    let start = Instant::now();
    for _ in 0..1_000 {
        mallory.send(&channel_data(0x4000, &[7; PACKET])).await;
    }
    // Its answer comes behind everything.
    assert_eq!(mallory.ask(mallory.signer.refresh(600)).await.code, 0);
    let seconds = start.elapsed().as_secs_f64();
    let (mut arrived, mut buffer) = (0, [0; 2 * PACKET]);
    while let Ok(Ok(length)) = timeout(Duration::from_millis(200), victim.recv(&mut buffer)).await {
        arrived += length;
    }
    let most = 50_000.0 * (1.0 + seconds);
    assert!(arrived >= 50_000 && (arrived as f64) <= most, "{arrived} bytes in {seconds} s");
    talk.goes_on(20).await;
}

#[tokio::test]
async fn connections_that_ask_for_nothing_are_closed_and_make_room() {
    let limits = limits(|limits| {
        limits.allocations = 4;
        limits.allocations_per_address = 200;
    });
    let (_server, relay) = start_relay(|turn| turn.limits = limits).await;
    let mut talk = talk(relay).await;
    // 4 allocations and 64 to spare.
    let mut silent = Vec::new();
    for _ in 0..80 {
        silent.push(TcpStream::connect(relay).await.unwrap());
    }
    let mut carol = TurnClient::tcp(relay, credentials("carol")).await.allocated().await;
    let mut end = Vec::new();
    let oldest = timeout(Duration::from_secs(2), silent[0].read_to_end(&mut end)).await;
    assert!(oldest.is_ok(), "the oldest went, long before its time");
    let newest = timeout(PATIENCE, silent[79].read_to_end(&mut end)).await;
    assert!(newest.is_ok(), "and the newest in time");
    assert_eq!(carol.ask(carol.signer.refresh(600)).await.code, 0, "one with an allocation stays");
    talk.goes_on(5).await;
}

#[tokio::test]
async fn nonsense_ends_its_connection_alone() {
    let (_server, relay) = start_relay(|_| {}).await;
    let mut talk = talk(relay).await;
    for nonsense in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0x80; 64], &[0x00, 0x01, 0xff, 0xf0], &[0x7f; 64]] {
        let mut stream = TcpStream::connect(relay).await.unwrap();
        stream.write_all(nonsense).await.unwrap();
        let mut end = Vec::new();
        // The end may be a reset, because not everything was read.
        assert!(timeout(Duration::from_secs(2), stream.read_to_end(&mut end)).await.is_ok(), "{nonsense:?}");
    }
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for length in 0..200_usize {
        let bytes: Vec<u8> = (0..length).map(|at| (at * 37 + length) as u8).collect();
        socket.send_to(&bytes, relay).await.unwrap();
    }
    talk.goes_on(5).await;
}
