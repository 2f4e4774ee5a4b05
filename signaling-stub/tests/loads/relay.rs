//! Requests to the TURN server.

use std::sync::Arc;

use tokio::net::UdpSocket;

use crate::{
    attack::{Attack, address, join},
    support::{
        turn::{Talk, TurnClient, address_of},
        turn_messages::Signer,
    },
};

/// Allocations with right and forged credentials as fast as possible, while two talk over their relays.
pub(crate) fn requests(attack: &Attack) {
    let honest = attack.clone();
    attack.spawn(async move {
        let room = serde_json::json!({ "type": "join", "version": 1, "room": "relay", "name": "Ana" });
        let (_socket, welcome) = join([127, 9, 2, 1], honest.server, &room).await.expect("a place");
        let server = &welcome.ice_servers[0];
        let relay = address_of(&server.urls[0]);
        let credentials = (server.username.clone().unwrap(), server.credential.clone().unwrap());
        let ana = TurnClient::udp_from([127, 9, 2, 2], relay, credentials.clone()).await;
        let ben = TurnClient::udp_from([127, 9, 2, 3], relay, credentials.clone()).await;
        let mut talk = Talk::begin(ana, ben).await;
        for number in 0..4 {
            let mut signer = Signer::new(credentials.clone());
            signer.nonce = (number % 2 == 0).then(|| "0".repeat(40));
            let signer = Arc::new(signer);
            honest.repeat(move || {
                let signer = Arc::clone(&signer);
                async move {
                    let socket = UdpSocket::bind((std::net::IpAddr::from(address(number)), 0)).await.unwrap();
                    for _ in 0..10_000 {
                        let _ = socket.send_to(&signer.allocate(), relay).await;
                    }
                }
            });
        }
        loop {
            let start = std::time::Instant::now();
            talk.goes_on(1).await;
            honest.delay(start.elapsed());
        }
    });
}
