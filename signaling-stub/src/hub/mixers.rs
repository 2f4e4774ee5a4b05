//! Mixers of rooms with the topology `mcu`: when one is needed, and which clients wait for it.

use std::{collections::BTreeSet, net::IpAddr};

use moim_protocol::{ErrorCode, Join, Role, Topology};

use super::{ConnectionId, Hub, Identity, Output, WaitReason, Waiting, room::Room, shorten};

/// How often one connection can have a mixer started.
const MIXER_INTERVAL_MS: u64 = 10_000;

impl Hub {
    /// A mixer could not be started for a room. Clients that wait for it get an error.
    pub fn handle_mixer_fault(&mut self, room: &str, fault: &str) {
        for (id, _) in self.take_waiting_for_mixer(room) {
            self.error(id, ErrorCode::NoMixer, shorten(fault.to_owned()));
        }
    }

    /// The mixer that was started for a room has ended. If it had joined, its leave was handled already; if it
    /// never did, it is started again if it is still needed.
    pub fn handle_mixer_ended(&mut self, room: &str) {
        let has_mixer = self.rooms.get(room).is_some_and(Room::has_mixer);
        let has_people = self.rooms.get(room).is_some_and(Room::has_people);
        if !has_mixer && (has_people || self.is_mixer_awaited(room)) {
            self.outputs.push_back(Output::StartMixer(room.to_owned()));
        }
    }

    /// Keeps a `join` until the room has a mixer.
    pub(super) fn wait_for_mixer(&mut self, id: ConnectionId, join: Join, admitted: Option<Identity>) {
        let (room, now) = (join.room.clone(), self.now);
        let is_first = !self.is_mixer_awaited(&room);
        let Some(connection) = self.connections.get(&id) else { return };
        if is_first && self.mixed_rooms_from(connection.address, &room) >= self.limits.max_mixers_per_address
        {
            let message = format!(
                "mixers of {} rooms were started from this address, which is the limit",
                self.limits.max_mixers_per_address
            );
            return self.error(id, ErrorCode::NoMixer, message);
        }
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if is_first {
            let before = connection.started_mixer_at.replace(now);
            if let Some(at) = before.filter(|at| now.saturating_sub(*at) < MIXER_INTERVAL_MS) {
                connection.started_mixer_at = Some(at);
                let message =
                    "a mixer was started for this connection very recently; try again in ten seconds";
                return self.error(id, ErrorCode::NoMixer, message);
            }
        }
        connection.waiting = Some(Box::new(Waiting { join, reason: WaitReason::Mixer(admitted) }));
        if is_first {
            self.outputs.push_back(Output::StartMixer(room));
        }
    }

    /// The other rooms for which an address has, or waits for, a mixer.
    fn mixed_rooms_from(&self, address: Option<IpAddr>, except: &str) -> usize {
        if address.is_none() {
            return 0;
        }
        let is_mixed = |room: &Room| room.topology() == Topology::Mcu && room.opened_from() == address;
        let open = self.rooms.iter().filter(|(_, room)| is_mixed(room)).map(|(name, _)| name.as_str());
        let waiting = self.connections.values().filter(|connection| connection.address == address);
        let awaited = waiting.filter_map(|connection| match connection.waiting.as_deref()? {
            Waiting { join, reason: WaitReason::Mixer(_) } => Some(join.room.as_str()),
            Waiting { .. } => None,
        });
        let rooms: BTreeSet<_> = open.chain(awaited).filter(|name| *name != except).collect();
        rooms.len()
    }

    /// A connection no longer waits for a mixer. If none does, the mixer is stopped.
    pub(super) fn stop_waiting_for_mixer(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let Some(Waiting { join, reason: WaitReason::Mixer(_) }) = connection.waiting.as_deref() else {
            return;
        };
        let room = join.room.clone();
        connection.waiting = None;
        if !self.is_mixer_awaited(&room) && !self.rooms.get(&room).is_some_and(Room::has_people) {
            self.outputs.push_back(Output::StopMixer(room));
        }
    }

    /// Whether a client waits for a room's mixer.
    pub(super) fn is_mixer_awaited(&self, room: &str) -> bool {
        self.connections.values().any(|connection| connection.waits_for_mixer(room).is_some())
    }

    /// Whether one of those who wait for a room's mixer will be the host.
    pub(super) fn does_host_await_mixer(&self, room: &str) -> bool {
        let waiting =
            self.connections.values().filter(|connection| connection.waits_for_mixer(room).is_some());
        waiting.filter_map(|connection| connection.waiting.as_deref()).any(|it| it.join.role == Role::Host)
    }

    /// Removes and returns every `join` that waits for a room's mixer.
    pub(super) fn take_waiting_for_mixer(&mut self, room: &str) -> Vec<(ConnectionId, Waiting)> {
        let waiting =
            self.connections.iter_mut().filter(|(_, connection)| connection.waits_for_mixer(room).is_some());
        waiting.filter_map(|(id, connection)| Some((*id, *connection.waiting.take()?))).collect()
    }

    /// Starts or stops a mixer after a participant with this role has left.
    pub(super) fn left_mixed_room(&mut self, name: &str, role: Role) {
        let Some(room) = self.rooms.get(name) else { return };
        if !self.starts_mixers || room.topology() != Topology::Mcu {
            return;
        }
        if !room.has_people() {
            self.outputs.push_back(Output::StopMixer(name.to_owned()));
        } else if role == Role::Mixer && !room.has_mixer() {
            self.outputs.push_back(Output::StartMixer(name.to_owned()));
        }
    }
}
