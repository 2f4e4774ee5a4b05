//! Messages through the SFU, and what is not SCTP inside DTLS.

use std::{
    thread,
    time::{Duration, Instant},
};

use moim_protocol::Channel;
use str0m::{config::CryptoProvider, crypto::from_feature_flags};
use tokio::{net::TcpStream, runtime};

use crate::{
    attack::{Attack, address, join},
    line::{Line, corrupting},
    media::joining,
    person::Person,
};

/// Joins and connects. Returns the client's id as well.
async fn connect(
    from: [u8; 4],
    attack: &Attack,
    room: &str,
    crypto: CryptoProvider,
) -> Option<(Line<TcpStream>, String)> {
    let (signaling, welcome) = join(from, attack.server, &joining(room)).await?;
    let mut line = Line::offer(signaling, crypto).await;
    line.connect().await?;
    Some((line, welcome.participant_id.0))
}

/// An honest pair in a thread of its own exchanges messages through the SFU; everybody else in its room floods it with
/// messages of twenty bytes, and four receivers have vanished.
pub(crate) fn floods(attack: &Attack) {
    let honest = attack.clone();
    thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(pair(honest))
    });
    for number in 0..4 {
        let vanished = attack.clone();
        attack.spawn(async move {
            let line = connect(address(50 + number), &vanished, "film", from_feature_flags()).await;
            line.expect("a connection").0.vanish().await;
        });
        let mallory = attack.clone();
        attack.repeat(move || {
            let mallory = mallory.clone();
            async move {
                let line = connect(address(number), &mallory, "film", from_feature_flags()).await;
                let Some((mut line, _)) = line else { return };
                let spam = |person: &mut Person| {
                    for _ in 0..200 {
                        person.send(Channel::Reliable, "", "twenty bytes of spam");
                    }
                    true
                };
                line.drive(spam).await;
            }
        });
    }
}

async fn pair(attack: Attack) {
    let alice = connect([127, 9, 2, 1], &attack, "film", from_feature_flags()).await;
    let bob = connect([127, 9, 2, 2], &attack, "film", from_feature_flags()).await;
    let ((mut alice, from), (mut bob, to)) = (alice.expect("a place"), bob.expect("a place"));
    let (start, from) = (Instant::now(), format!("{from}: "));
    let mut next = start;
    let saying = alice.drive(|person| {
        if Instant::now() >= next {
            next += Duration::from_millis(20);
            person.send(Channel::Reliable, &to, &start.elapsed().as_micros().to_string());
        }
        true
    });
    let hears = attack.clone();
    let hearing = bob.drive(|person| {
        for (_, message) in person.messages.drain(..) {
            if let Some(said) = message.strip_prefix(&from) {
                let said = Duration::from_micros(said.parse().unwrap());
                hears.delay(start.elapsed().saturating_sub(said));
            }
        }
        true
    });
    let end = tokio::join!(saying, hearing);
    // The server is killed at the end of the row.
    attack.fault(format!("the pair was cut off: {end:?}"));
}

/// Clients whose DTLS carries chunks that are wrong.
pub(crate) fn bad_chunks(attack: &Attack) {
    for number in 0..8 {
        let mallory = attack.clone();
        attack.repeat(move || {
            let mallory = mallory.clone();
            async move {
                let room = format!("film {number}");
                let Some((mut line, _)) = connect(address(number), &mallory, &room, corrupting()).await
                else {
                    return;
                };
                let speak = |person: &mut Person| {
                    for _ in 0..20 {
                        person.send(Channel::Reliable, "", "one good chunk");
                    }
                    true
                };
                line.drive(speak).await;
            }
        });
    }
}
