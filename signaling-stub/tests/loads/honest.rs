//! The honest ones: a pair that talks, and newcomers who join a room of the SFU.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures::{SinkExt, StreamExt};
use moim_protocol::{SFU_ID, ServerMessage};
use serde_json::json;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    attack::{Socket, connect},
    media::offer,
};

/// What takes longer than this is lost.
const PATIENCE: Duration = Duration::from_secs(10);
/// The room of the pair, which attackers may join.
pub(crate) const ROOM: &str = "parlour";

#[derive(Debug, Default)]
pub(crate) struct Report {
    delays: Vec<f64>,
    pub(crate) said: usize,
    pub(crate) lost: usize,
    /// Milliseconds until the SFU answered each.
    pub(crate) newcomers: Vec<f64>,
    pub(crate) faults: Vec<String>,
}

impl Report {
    /// This percentile of the delays of the pair, in milliseconds.
    pub(crate) fn delay(&mut self, percentile: usize) -> f64 {
        self.delays.sort_by(f64::total_cmp);
        let last = self.delays.len().saturating_sub(1);
        self.delays.get(last * percentile / 100).copied().unwrap_or(f64::INFINITY)
    }
}

struct Person {
    socket: Socket,
    id: String,
    /// Bits per second.
    reads: Option<f64>,
}

impl Person {
    async fn join(server: SocketAddr, from: [u8; 4], room: &str, topology: &str) -> Option<Self> {
        let mut person = Self { socket: connect(from, server).await?, id: String::new(), reads: None };
        let join = json!({ "type": "join", "version": 1, "room": room, "name": "Ana", "topology": topology });
        person.socket.send(Message::text(join.to_string())).await.ok()?;
        loop {
            match person.message().await? {
                ServerMessage::Welcome(welcome) => {
                    person.id = welcome.participant_id.0;
                    return Some(person);
                }
                ServerMessage::Error(_) => return None,
                _ => {}
            }
        }
    }

    async fn tell(&mut self, to: &str, seq: u32, signal: serde_json::Value) -> Option<()> {
        let payload = json!({ "seq": seq, "ack": 0, "signal": signal });
        let relay = json!({ "type": "relay", "to": to, "payload": payload });
        self.socket.send(Message::text(relay.to_string())).await.ok()
    }

    async fn message(&mut self) -> Option<ServerMessage> {
        loop {
            match self.socket.next().await?.ok()? {
                Message::Text(text) => {
                    if let Some(bits) = self.reads {
                        sleep(Duration::from_secs_f64(text.len() as f64 * 8.0 / bits)).await;
                    }
                    return Some(ServerMessage::decode(&text).unwrap());
                }
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// Waits for the payload of this number. Returns `None` if the connection ends.
    async fn hear(&mut self, from: &str, seq: u32) -> Option<()> {
        loop {
            if let ServerMessage::Relay { from: sender, payload } = self.message().await?
                && sender.as_str() == from
                && payload.seq == seq
            {
                return Some(());
            }
        }
    }
}

pub(crate) async fn measure(server: SocketAddr, duration: Duration, bob_reads: Option<f64>) -> Report {
    let end = Instant::now() + Duration::from_secs(1) + duration;
    let (mut report, (newcomers, missed)) =
        tokio::join!(pair(server, end, bob_reads), newcomers(server, end));
    report.newcomers = newcomers;
    if missed > 0 {
        report.faults.push(format!("{missed} newcomers refused"));
    }
    report
}

async fn pair(server: SocketAddr, end: Instant, bob_reads: Option<f64>) -> Report {
    let mut report = Report::default();
    let mut alice = Person::join(server, [127, 9, 0, 1], ROOM, "mesh").await.expect("a place");
    let mut bob = Person::join(server, [127, 9, 0, 2], ROOM, "mesh").await.expect("a place");
    bob.reads = bob_reads;
    while Instant::now() < end {
        let seq = u32::try_from(report.said).unwrap() + 1;
        for (from, to) in [(&mut alice, 0), (&mut bob, 1)].map(|(_, at)| (at, 1 - at)) {
            let people = if from == 0 { (&mut alice, &mut bob) } else { (&mut bob, &mut alice) };
            let start = Instant::now();
            report.said += 1;
            match timeout(PATIENCE, say(people.0, people.1, seq)).await {
                Ok(Some(())) => report.delays.push(start.elapsed().as_secs_f64() * 1_000.0),
                Ok(None) => {
                    report.lost += 1;
                    report.faults.push(format!("the pair was cut off ({from} to {to})"));
                    return report;
                }
                Err(_) => report.lost += 1,
            }
        }
        sleep(Duration::from_millis(5)).await;
    }
    report
}

/// Both read, because others send to both.
async fn say(from: &mut Person, to: &mut Person, seq: u32) -> Option<()> {
    from.tell(&to.id.clone(), seq, serde_json::Value::Null).await?;
    let sender = from.id.clone();
    let heard = to.hear(&sender, seq);
    tokio::pin!(heard);
    loop {
        tokio::select! {
            heard = &mut heard => return heard,
            other = from.message() => drop(other?),
        }
    }
}

/// Somebody joins four times a second, from an address of their own, and offers to the SFU. Returns how long each
/// waited for the answer, and how many were refused.
async fn newcomers(server: SocketAddr, end: Instant) -> (Vec<f64>, usize) {
    let (mut delays, mut refused) = (Vec::new(), 0);
    let mut number = 0_u8;
    while Instant::now() < end {
        number = number % 200 + 1;
        let start = Instant::now();
        match timeout(PATIENCE, newcomer(server, number)).await {
            Ok(Some(())) => delays.push(start.elapsed().as_secs_f64() * 1_000.0),
            _ => refused += 1,
        }
        sleep(Duration::from_millis(250)).await;
    }
    (delays, refused)
}

async fn newcomer(server: SocketAddr, number: u8) -> Option<()> {
    let mut carol = Person::join(server, [127, 9, 1, number], &format!("attic {number}"), "sfu").await?;
    carol.tell(SFU_ID, 1, offer(0)).await?;
    loop {
        if let ServerMessage::Relay { payload, .. } = carol.message().await?
            && payload.signal.is_some()
        {
            break;
        }
    }
    let leave = json!({ "type": "leave" }).to_string();
    carol.socket.send(Message::text(leave)).await.ok()
}
