//! What must be true: at any time, and at the end.

use std::collections::{BTreeMap, BTreeSet};

use moim::model::{LinkId, Timestamp};
use moim::signaling::{ParticipantInfo, Slot};
use moim::{ParticipantConnectionState, ParticipantId, PublicationId};

use super::client::{Client, Line};
use super::world::World;

/// A receiver without an acknowledgement for this long is treated as unreachable.
const PATIENCE_MS: Timestamp = 30_000;

impl World {
    /// At any time: no frame of a publication is forwarded or received as another one.
    pub(super) fn check_frames(&self) {
        let (sends, _) = self.server.rules.sending();
        let (up, down) = (LinkId::Server(sends), LinkId::Server(self.server.rules.receiving_lane()));
        for (id, known) in &self.server.clients {
            let client = &self.clients[*id];
            for (mid, publication) in known.mids.iter().filter(|_| self.is_current(*id, &up)) {
                let sent = client.peers.get(&up).and_then(|peer| peer.sent_in(mid));
                let is_forwarded = known.names.contains_key(publication);
                assert!(
                    !is_forwarded || sent.is_none_or(|sent| sent == publication),
                    "{sent:?} of client {id} is forwarded as {publication}"
                );
            }
            for (owner, publication, mid) in
                client.session.live_tracks().filter(|_| self.is_current(*id, &down))
            {
                let seen = known.forwarded.get(mid);
                let is_same =
                    |slot: &Slot| (&slot.participant_id, &slot.publication_id) == (owner, publication);
                assert!(seen.is_none_or(is_same), "{seen:?} is received as {publication} of {owner}");
            }
        }
    }

    /// Everyone in the room knows the others, is connected, and receives what they publish and have said. Returns the number of
    /// tracks, and of messages.
    pub(super) fn check(&self) -> (usize, usize) {
        let staying = |(id, client): (usize, &Client)| client.stays().then_some(id);
        let staying: BTreeSet<_> = self.clients.iter().enumerate().filter_map(staying).collect();
        let known: BTreeSet<_> = self.server.clients.keys().copied().collect();
        assert_eq!(staying, known, "nobody is a ghost, and nobody is left out");
        (
            known.iter().map(|id| self.check_views(*id)).sum(),
            known.iter().map(|id| self.check_lines(*id)).sum(),
        )
    }

    fn check_views(&self, id: usize) -> usize {
        let (client, known) = (&self.clients[id], &self.server.clients[&id]);
        assert!(!client.view.is_reconnecting && known.socket == Some(client.socket), "client {id}");
        let others = self.server.clients.values().filter(|other| other.info.id != known.info.id);
        let info = |other: &ParticipantInfo| (other.id.clone(), other.publications.clone());
        let people: BTreeMap<_, _> = others.clone().map(|other| info(&other.info)).collect();
        let seen: BTreeMap<_, _> = client.session.others().map(info).collect();
        assert_eq!(seen, people, "of client {id}");
        let told: BTreeMap<_, _> = client.view.participants.values().map(info).collect();
        assert_eq!(told.len(), people.len(), "{told:?} as told to client {id}");
        assert!(client.session.others().all(|other| !other.reconnecting));

        assert_eq!(client.peers.len(), self.server.rules.lanes.len());
        for (link, peer) in &client.peers {
            assert!(self.is_current(id, link) && !peer.ice.is_down, "{link} of client {id}");
        }
        for other in client.session.others() {
            let state = client.session.connection_state(&other.id);
            assert_eq!(state, ParticipantConnectionState::Connected, "of {} for client {id}", other.id);
        }

        let published: BTreeSet<(ParticipantId, PublicationId)> = others
            .flat_map(|other| {
                let ids = other.info.publications.iter().map(|publication| publication.id.clone());
                ids.map(|publication| (other.info.id.clone(), publication))
            })
            .collect();
        let live: Vec<_> = client.session.live_tracks().collect();
        let tracks = live.iter().map(|(owner, id, _)| ((*owner).clone(), (*id).clone())).collect();
        assert_eq!(published, tracks, "of client {id}");
        assert_eq!(published, client.view.tracks.keys().cloned().collect(), "as told to client {id}");
        let peer = &client.peers[&LinkId::Server(self.server.rules.receiving_lane())];
        for (owner, publication, mid) in &live {
            let slot = &known.slots[*mid];
            assert_eq!((&slot.participant_id, &slot.publication_id), (*owner, *publication));
            assert!(peer.receives(mid).is_some(), "{publication} of {owner} for client {id}");
        }
        live.len()
    }

    /// Chat arrives once and its receipts are true; data arrives once and in order.
    fn check_lines(&self, from: usize) -> usize {
        let sender = &self.clients[from];
        for (to, receiver) in self.clients.iter().enumerate().filter(|(to, _)| *to != from) {
            let heard = heard(receiver, from);
            let once: BTreeSet<_> = heard.iter().collect();
            assert_eq!(once.len(), heard.len(), "{heard:?} from client {from} to client {to}");
            for line in sender.said.iter().filter(|line| self.is_owed(line, sender, receiver)) {
                assert!(
                    heard.contains(&line.text.as_str()),
                    "{line:?} to client {to}: {:?}",
                    sender
                        .view
                        .receipts
                        .iter()
                        .filter(|(_, receipt)| receipt.id == line.id)
                        .collect::<Vec<_>>()
                );
            }
            for waves in receiver.view.waves.values().filter(|waves| is_of(waves, from)) {
                let mut sent = sender.waves.iter();
                assert!(waves.iter().all(|wave| sent.any(|sent| sent == wave)), "{waves:?} to client {to}");
            }
        }
        for line in &sender.said {
            let receipts: Vec<_> =
                sender.view.receipts.iter().filter(|(_, receipt)| receipt.id == line.id).collect();
            let [(told_at, receipt)] = &receipts[..] else { panic!("{receipts:?} of {line:?}") };
            let of = |id: &ParticipantId| self.clients.iter().find(|other| other.has_been(id));
            for id in &receipt.delivered_to {
                assert!(of(id).is_none_or(|receiver| heard(receiver, from).contains(&line.text.as_str())));
            }
            for id in receipt.missed_by.iter().filter(|_| *told_at < line.at + PATIENCE_MS) {
                let is_owed = of(id).is_some_and(|receiver| self.is_owed(line, sender, receiver));
                assert!(!is_owed, "{line:?} of client {from} was not missed by {id}");
            }
        }
        sender.said.len()
    }

    /// Whether nobody has left for the other, or got another id.
    fn is_owed(&self, line: &Line, sender: &Client, receiver: &Client) -> bool {
        let (Some(from), Some(to)) = (sender.session.own_id(), receiver.session.own_id()) else {
            return false;
        };
        let left = [sender.view.left_at.get(to), receiver.view.left_at.get(from)];
        receiver.stays()
            && line.receivers.contains(to)
            && sender.id_since.1 <= line.at
            && left.into_iter().flatten().all(|left| *left < line.at)
    }
}

impl Client {
    fn has_been(&self, id: &ParticipantId) -> bool {
        self.session.own_id() == Some(id)
    }
}

fn heard(receiver: &Client, from: usize) -> Vec<&str> {
    let prefix = format!("{from}: ");
    let all = receiver.view.lines.values().flatten().map(String::as_str);
    all.filter(|line| line.starts_with(&prefix)).collect()
}

fn is_of(waves: &[String], from: usize) -> bool {
    waves.iter().any(|wave| wave.starts_with(&format!("{from}: ")))
}
