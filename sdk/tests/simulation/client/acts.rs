//! The actions of a person in a room.

use std::collections::{BTreeMap, BTreeSet};

use moim::engine::data::DataMessage;
use moim::model::{
    Channel, JoinRequest, MediaKind, Order, ParticipantId, Profile, Publication, Role, Timestamp,
    TrackSource, Wish,
};

use super::super::queue::ClientId;
use super::super::random::Random;
use super::super::script::{Action, Decision};
use super::{Client, MIXER_TOKEN, ROOM};

const JOIN_TIMEOUT_MS: u32 = 20_000;

/// A chat message, as its sender knows it.
#[derive(Debug)]
pub(crate) struct Line {
    /// The number in its receipt.
    pub(crate) id: u32,
    pub(crate) said_at: Timestamp,
    pub(crate) text: String,
    /// The only possible receiver.
    pub(crate) to: Option<ParticipantId>,
    /// The participants who were known when it was sent.
    pub(crate) receivers: BTreeSet<ParticipantId>,
    /// Those of them who must receive it, if nobody leaves.
    pub(crate) owed: BTreeSet<ParticipantId>,
    /// Who had to forward it.
    pub(crate) mixer: Option<ClientId>,
}

/// Data that was sent.
#[derive(Debug)]
pub(crate) struct Wave {
    pub(crate) payload: String,
    pub(crate) to: Option<ParticipantId>,
    pub(crate) reliable: bool,
    /// Who must receive it as long as nothing is replaced.
    pub(crate) owed: BTreeSet<ParticipantId>,
}

impl Client {
    pub(crate) fn act(&mut self, action: Action, now: Timestamp, random: &mut Random) {
        let local = now - self.lag;
        match action {
            Action::Join(role) => self.join(role, local),
            Action::Publish(publication) => {
                if !self.session.publications().iter().any(|known| known.id == publication.id) {
                    self.session.publish(publication, local);
                }
            }
            Action::PublishToOne => self.publish_to_one(local, random),
            Action::Unpublish(id) => self.session.unpublish(&id, local),
            Action::Mute => {
                if let Some(mut publication) = random.pick(self.session.publications().iter().cloned()) {
                    publication.muted = !publication.muted;
                    self.session.publish(publication, local);
                }
            }
            Action::Update => self.update(random),
            Action::Say { to_one } => self.say(to_one, now, random),
            Action::Wave { to_one, reliable } => self.wave(to_one, reliable, local, random),
            Action::Wish => self.wish(random),
            Action::SendFile => self.send_file(now, random),
            Action::CancelFile => self.cancel_file(random),
            Action::File(with, id, action) => self.file(with, id, action),
            Action::OpenStream => self.open_stream(now, random),
            Action::EndStream => self.end_stream(random),
            Action::Stream(with, id) => self.stream(with, id, random),
            Action::Decide(decision) => self.decide(decision, random),
            Action::Mix => self.mix(local),
            Action::Leave => self.session.leave(),
            Action::NetworkChange => self.session.handle_network_change(local),
            Action::CutPath { .. } | Action::Sleep { .. } | Action::Crash | Action::Freeze => {}
            Action::Cut | Action::CutAtClient | Action::CutAtServer => {}
        }
        self.run(now, random);
    }

    fn join(&mut self, role: Role, now: Timestamp) {
        self.asked_to_be_host = role == Role::Host;
        if role == Role::Mixer {
            self.publish_picture(now);
        }
        let profile = Profile { name: self.first_name(), ..Profile::default() };
        let token = (role == Role::Mixer).then(|| MIXER_TOKEN.to_owned());
        let request = JoinRequest { role, token, ..JoinRequest::new(ROOM, profile, self.topology) };
        self.session.join(request, JOIN_TIMEOUT_MS, now);
    }

    /// The name with which it joins.
    pub(crate) fn first_name(&self) -> String {
        format!("client {}", self.id)
    }

    fn publish_to_one(&mut self, now: Timestamp, random: &mut Random) {
        let Some(to) = self.pick_other(random) else { return };
        let (id, kind) = random.pick([("whisper", MediaKind::Audio), ("gift", MediaKind::Video)]).unwrap();
        let source = TrackSource::Custom;
        self.session.publish(Publication { id: id.into(), kind, source, muted: false, to: Some(to) }, now);
    }

    fn update(&mut self, random: &mut Random) {
        let name = format!("{}, version {}", self.first_name(), random.number(0..3));
        let keys = ["mood", "hand"].into_iter().filter(|_| random.happens(50));
        let attributes: BTreeMap<_, _> =
            keys.collect::<Vec<_>>().into_iter().map(|key| (key.to_owned(), name.clone())).collect();
        let metadata = format!("{}", random.number(0..3));
        self.session.update(Profile { name, metadata, attributes });
    }

    fn say(&mut self, to_one: bool, now: Timestamp, random: &mut Random) {
        let to = self.pick_other(random).filter(|_| to_one);
        let text = format!("{}: line {}", self.id, self.said.len() + 1);
        let receivers: BTreeSet<_> =
            self.people().filter(|id| to.as_ref().is_none_or(|to| to == id)).collect();
        let id = self.session.send_chat(&text, to.as_ref(), now - self.lag).unwrap();
        let owed = receivers.clone();
        self.said.push(Line { id, said_at: now, text, to, receivers, owed, mixer: None });
    }

    /// Sends data, different each time.
    fn wave(&mut self, to_one: bool, reliable: bool, now: Timestamp, random: &mut Random) {
        let to = self.pick_other(random).filter(|_| to_one);
        let payload = format!("{}: wave {}", self.id, self.waves.len());
        let message = DataMessage::Data { topic: "wave".to_owned(), payload: payload.clone().into_bytes() };
        let channel = if reliable { Channel::Reliable } else { Channel::Lossy };
        let is_owed = |id: &ParticipantId| reliable && to.as_ref().is_none_or(|to| to == id);
        let mut owed: BTreeSet<_> = self.people().filter(is_owed).collect();
        if self.session.send_data(&message, channel, to.as_ref(), now).is_err() {
            // Some of the queues were full.
            assert!(reliable);
            owed.clear();
        }
        self.waves.push(Wave { payload, to, reliable, owed });
    }

    fn wish(&mut self, random: &mut Random) {
        let published = self.session.others().flat_map(|other| {
            other.publications.iter().map(|publication| (other.id.clone(), publication.id.clone()))
        });
        let Some((participant_id, publication_id)) = random.pick(published) else { return };
        let wanted = random.happens(70);
        let max_height = random.pick([None, None, Some(0), Some(180)]).unwrap().filter(|_| wanted);
        self.wishes.insert((participant_id.clone(), publication_id.clone()), (wanted, max_height));
        self.session.subscribe(Wish { participant_id, publication_id, wanted, max_height });
    }

    fn decide(&mut self, decision: Decision, random: &mut Random) {
        // Others try, too, now and then.
        if self.session.own_role() != Some(Role::Host) && !random.happens(2) {
            return;
        }
        let waiting: Vec<_> = self.session.lobby().waiting.iter().map(|other| other.id.clone()).collect();
        let others: Vec<_> = self.session.others().cloned().collect();
        let order = match decision {
            Decision::Lock => Some(Order::Lock(true)),
            Decision::Unlock => Some(Order::Lock(false)),
            Decision::Admit => random.pick(waiting).map(Order::Admit),
            Decision::Remove => {
                let inside = others.into_iter().map(|other| other.id);
                random.pick(inside.chain(waiting)).map(Order::Remove)
            }
            Decision::Mute => {
                let published = others.into_iter().flat_map(|other| {
                    other.publications.into_iter().map(move |known| Order::Mute(other.id.clone(), known.id))
                });
                random.pick(published)
            }
        };
        if let Some(order) = order {
            self.orders.push(order.clone());
            self.session.order(order);
        }
    }

    /// The others, without mixers.
    fn people(&self) -> impl Iterator<Item = ParticipantId> {
        self.session.others().filter(|other| other.role != Role::Mixer).map(|other| other.id.clone())
    }

    pub(super) fn pick_other(&self, random: &mut Random) -> Option<ParticipantId> {
        random.pick(self.people())
    }
}
