//! The network between the clients and the SFU.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    time::{Duration, Instant},
};

use moim_protocol::{Channel, PeerSignal, Publication, RoomPermissions};
use moim_signaling_stub::{
    MediaCommand, SeatId,
    sfu::{Sfu, SfuOutput, SfuStats},
};

use str0m::net::Protocol;

use super::person::Person;

const DELAY: Duration = Duration::from_millis(15);
const STEP: Duration = Duration::from_millis(5);
/// How much a bottleneck queues before it drops packets.
const QUEUE: Duration = Duration::from_millis(300);

#[derive(Debug)]
struct Path {
    /// Downlink bandwidth in bit/s; `None` for unlimited.
    bitrate: Option<u32>,
    /// One of this many datagrams on the downlink is lost.
    loses_one_in: Option<u32>,
    carried: u32,
    /// It carries nothing, in both directions.
    is_cut: bool,
    free_at: Instant,
}

#[derive(Debug)]
pub(crate) struct World {
    now: Instant,
    sfu: Sfu,
    sfu_address: SocketAddr,
    people: BTreeMap<SeatId, (&'static str, Person, Path)>,
    to_sfu: VecDeque<(Instant, SocketAddr, Vec<u8>)>,
    to_people: Vec<(Instant, SocketAddr, Vec<u8>)>,
    next_id: u64,
}

impl World {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        let sfu_address: SocketAddr = "10.0.0.1:7000".parse().unwrap();
        Self {
            now,
            sfu: Sfu::new([(Protocol::Udp, sfu_address)], now),
            sfu_address,
            people: BTreeMap::new(),
            to_sfu: VecDeque::new(),
            to_people: Vec::new(),
            next_id: 1,
        }
    }

    pub(crate) fn join(&mut self, name: &'static str, publications: Vec<Publication>) {
        self.join_with(name, publications, RoomPermissions::default());
    }

    pub(crate) fn join_with(
        &mut self,
        name: &'static str,
        publications: Vec<Publication>,
        permissions: RoomPermissions,
    ) {
        let id = SeatId(self.next_id);
        self.next_id += 1;
        let address = SocketAddr::from(([10, 0, 1, id.0 as u8], 5000));
        let path = Path { bitrate: None, loses_one_in: None, carried: 0, is_cut: false, free_at: self.now };
        self.people.insert(id, (name, Person::new(address, self.now), path));
        let participant = name.into();
        self.sfu.handle_command(
            MediaCommand::Joined { id, room: "kitchen".into(), participant, publications, permissions },
            self.now,
        );
    }

    /// Changes what a client may do.
    pub(crate) fn permit(&mut self, name: &str, permissions: RoomPermissions) {
        let id = self.id(name);
        self.sfu.handle_command(MediaCommand::Permitted { id, permissions }, self.now);
    }

    pub(crate) fn leave(&mut self, name: &str) {
        let id = self.id(name);
        self.people.remove(&id);
        self.sfu.handle_command(MediaCommand::Left { id }, self.now);
    }

    pub(crate) fn publish_camera(&mut self, name: &str, rids: &[&str]) {
        let now = self.now;
        self.person_mut(name).publish_camera(rids, now);
    }

    pub(crate) fn receive(&mut self, name: &str, sections: usize) {
        let now = self.now;
        self.person_mut(name).receive(sections, now);
    }

    pub(crate) fn signal(&mut self, name: &str, signal: PeerSignal) {
        let now = self.now;
        self.person_mut(name).signal(signal, now);
    }

    /// Returns whether there was room for it.
    pub(crate) fn send(&mut self, name: &str, channel: Channel, to: &str, text: &str) -> bool {
        self.person_mut(name).send(channel, to, text)
    }

    /// Makes a client count the SFU's answers and ignore them.
    pub(crate) fn ignore_answers(&mut self, name: &str) {
        self.person_mut(name).ignores_answers = true;
    }

    /// Limits a client's downlink to this many bits per second, or removes the limit.
    pub(crate) fn throttle(&mut self, name: &str, bitrate: impl Into<Option<u32>>) {
        let id = self.id(name);
        self.people.get_mut(&id).unwrap().2.bitrate = bitrate.into();
    }

    /// Requests a key frame of what a client receives, like a decoder that has lost its reference.
    pub(crate) fn ask_for_key_frame(&mut self, name: &str) {
        self.person_mut(name).ask_for_key_frame();
    }

    /// Loses one of this many datagrams to a client.
    pub(crate) fn lose_one_in(&mut self, name: &str, datagrams: u32) {
        let id = self.id(name);
        self.people.get_mut(&id).unwrap().2.loses_one_in = Some(datagrams);
    }

    /// Cuts the path between a client and the SFU, or mends it.
    pub(crate) fn cut(&mut self, name: &str, is_cut: bool) {
        let id = self.id(name);
        self.people.get_mut(&id).unwrap().2.is_cut = is_cut;
    }

    pub(crate) fn restart_ice(&mut self, name: &str) {
        let now = self.now;
        self.person_mut(name).restart_ice(now);
    }

    /// Whether a client's camera films something that moves.
    pub(crate) fn film(&mut self, name: &str, is_moving: bool) {
        self.person_mut(name).is_moving = is_moving;
    }

    pub(crate) fn stats(&self) -> SfuStats {
        self.sfu.stats()
    }

    pub(crate) fn person(&self, name: &str) -> &Person {
        &self.people[&self.id(name)].1
    }

    fn person_mut(&mut self, name: &str) -> &mut Person {
        let id = self.id(name);
        &mut self.people.get_mut(&id).unwrap().1
    }

    fn id(&self, name: &str) -> SeatId {
        *self.people.iter().find(|(_, (known, ..))| *known == name).expect("someone").0
    }

    /// Advances time by this many milliseconds.
    pub(crate) fn run(&mut self, millis: u64) {
        let end = self.now + Duration::from_millis(millis);
        while self.now < end {
            self.now += STEP;
            self.step();
        }
    }

    fn step(&mut self) {
        let now = self.now;
        for (id, (_, person, path)) in &mut self.people {
            let (transmits, payloads) = person.run(now);
            let transmits = transmits.iter().filter(|_| !path.is_cut);
            self.to_sfu.extend(transmits.map(|t| (now + DELAY, person.address, t.contents.to_vec())));
            for payload in payloads {
                self.sfu.handle_command(MediaCommand::Relay { id: *id, payload }, now);
            }
        }
        while self.to_sfu.front().is_some_and(|(at, ..)| *at <= now) {
            let Some((_, source, bytes)) = self.to_sfu.pop_front() else { break };
            self.sfu.handle_packet(Protocol::Udp, source, self.sfu_address, &bytes, now);
        }
        if self.sfu.poll_timeout().is_some_and(|at| at <= now) {
            self.sfu.handle_timeout(now);
        }
        while let Some(output) = self.sfu.poll_output() {
            match output {
                SfuOutput::Transmit(transmit) => self.carry(transmit.destination, transmit.contents.to_vec()),
                SfuOutput::Relay(id, payload) => {
                    if let Some((_, person, _)) = self.people.get_mut(&id) {
                        person.handle_payload(payload, now);
                    }
                }
                SfuOutput::Refuse(id, code, fault) => {
                    self.people.get_mut(&id).unwrap().1.faults.push(format!("{}: {fault}", code.as_str()));
                }
            }
        }
        let (due, later) = std::mem::take(&mut self.to_people).into_iter().partition(|(at, ..)| *at <= now);
        self.to_people = later;
        let due: Vec<(Instant, SocketAddr, Vec<u8>)> = due;
        for (_, destination, bytes) in due {
            let found = self.people.values_mut().find(|(_, person, _)| person.address == destination);
            if let Some((_, person, _)) = found {
                person.handle_datagram(self.sfu_address, &bytes, now);
            }
        }
    }

    /// Sends a datagram down, through the bottleneck if there is one.
    fn carry(&mut self, destination: SocketAddr, bytes: Vec<u8>) {
        let Some((.., path)) = self.people.values_mut().find(|(_, person, _)| person.address == destination)
        else {
            return;
        };
        path.carried += 1;
        if path.is_cut {
            return;
        }
        if path.loses_one_in.is_some_and(|datagrams| path.carried.is_multiple_of(datagrams)) {
            return;
        }
        let mut at = self.now;
        if let Some(bitrate) = path.bitrate {
            let starts = path.free_at.max(at);
            if starts > at + QUEUE {
                return;
            }
            at = starts + Duration::from_secs_f64(bytes.len() as f64 * 8.0 / f64::from(bitrate));
            path.free_at = at;
        }
        self.to_people.push((at + DELAY, destination, bytes));
    }
}
