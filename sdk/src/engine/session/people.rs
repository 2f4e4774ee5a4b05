//! Handles roster changes.

use super::{Event, Session, mix_layout};
use crate::error::{RpcError, SignalingError};
use crate::model::{
    Change, LinkId, ParticipantInfo, Profile, Publication, PublicationId, SignalCommand, Timestamp,
};

impl Session {
    pub(super) fn apply(&mut self, changes: impl IntoIterator<Item = Change>, now: Timestamp) {
        let own_id = self.own_id().cloned();
        for change in changes {
            match change {
                Change::Joined(participant) if Some(&participant.id) != own_id.as_ref() => {
                    self.event(Event::ParticipantJoined(participant));
                }
                Change::Updated { before, after } if Some(&after.id) != own_id.as_ref() => {
                    self.updated(&before, after, now);
                }
                Change::Updated { before, after } => {
                    if before.role != after.role {
                        self.event(Event::RoleChange(after.role));
                    }
                    if before.permissions != after.permissions {
                        self.event(Event::PermissionsChange(after.permissions));
                    }
                }
                Change::Left { participant, .. } if Some(&participant.id) == own_id.as_ref() => {
                    let detail = "the server removed this participant".to_owned();
                    return self.end(Some(SignalingError::Lost { detail }.into()));
                }
                Change::Left { participant, reason } => {
                    self.drop_tracks(|owner, _| *owner == participant.id);
                    self.wishes.forget(&participant.id);
                    self.receipts.left(&participant.id);
                    self.emit_receipts();
                    self.inboxes.left(&participant.id);
                    self.backlog.left(&participant.id);
                    self.paths.left(&participant.id);
                    self.answers.left(&participant.id);
                    self.fail_calls(Some(&participant.id), &RpcError::ParticipantLeft);
                    self.capacity_changed();
                    self.event(Event::ParticipantLeft(participant.id, reason));
                }
                Change::Lobby(lobby) => self.event(Event::LobbyChange(lobby)),
                _ => {}
            }
        }
        let layout = mix_layout::of_room(self.roster.participants());
        if layout != self.layout {
            self.layout.clone_from(&layout);
            self.event(Event::LayoutChange(layout));
        }
        self.receive_early(now);
        self.replan(now);
        self.forward_late();
        // Whoever comes back under the same id begins without a wish.
        self.send_wishes();
    }

    fn updated(&mut self, before: &ParticipantInfo, after: ParticipantInfo, now: Timestamp) {
        self.drop_tracks(|owner, id| {
            *owner == after.id && !after.publications.iter().any(|publication| publication.id == *id)
        });
        if before.reconnecting != after.reconnecting {
            self.event(Event::ParticipantReconnecting(after.clone()));
            if !after.reconnecting {
                self.resend_to(&after.id);
            }
            let is_all = ParticipantInfo { reconnecting: after.reconnecting, ..before.clone() } == after;
            if is_all {
                return;
            }
        }
        self.event(Event::ParticipantUpdated(after.clone()));
        for gone in missing(&before.publications, &after.publications) {
            if let Some(connection) = self.connections.get_mut(&LinkId::from(after.id.clone())) {
                connection.withdraw(gone);
            }
            self.wishes.publication_ended((after.id.clone(), gone.clone()));
        }
        for new in missing(&after.publications, &before.publications) {
            if let Some(connection) = self.connections.get_mut(&LinkId::from(after.id.clone())) {
                connection.expect(new, now);
            }
            self.wishes.published(&(after.id.clone(), new.clone()));
        }
        for Publication { id, muted, .. } in &after.publications {
            let known = before.publications.iter().find(|known| known.id == *id);
            if known.is_some_and(|known| known.muted != *muted) {
                self.event(Event::TrackMuteChanged(after.id.clone(), id.clone(), *muted));
            }
        }
    }

    pub(super) fn publications_changed(&mut self, now: Timestamp) {
        self.signal_if_joined(SignalCommand::Publish(self.publications.clone()));
        if self.own_id().is_some() {
            self.replan(now);
            self.collect();
        }
    }

    /// Reverts to the server's state: it has rejected a change, and would again.
    pub(super) fn corrected(&mut self, publications: Vec<Publication>, profile: Profile, now: Timestamp) {
        self.profile = profile;
        let before = std::mem::replace(&mut self.publications, publications);
        for Publication { id, .. } in before {
            if self.publications.iter().all(|known| known.id != id) {
                self.event(Event::PublicationRefused(id));
            }
        }
        self.replan(now);
        self.refresh();
    }
}

/// The publications of one list that the other one lacks.
fn missing<'a>(one: &'a [Publication], other: &'a [Publication]) -> impl Iterator<Item = &'a PublicationId> {
    one.iter().map(|known| &known.id).filter(|id| other.iter().all(|known| known.id != **id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::Output;
    use crate::model::{
        Capabilities, JoinRequest, MediaKind, Role, RoomPermission, RoomPermissions, SignalEvent, Topology,
        TrackSource,
    };

    fn joined() -> Session {
        let mut session = Session::new(Capabilities::default(), Vec::new(), true);
        let profile = Profile { name: "Ana".into(), ..Profile::default() };
        let request = JoinRequest::new("tea", profile, Topology::Mesh);
        session.join(request, 1_000, 0);
        let joined = SignalEvent::Joined {
            participant_id: "a".into(),
            participants: Vec::new(),
            lobby: Default::default(),
            ice_servers: Vec::new(),
        };
        session.handle_signal(joined, 0);
        session
    }

    #[test]
    fn what_the_server_has_not_taken_is_not_published_any_more() {
        let mut session = joined();
        let camera = Publication {
            id: "camera-1".into(),
            kind: MediaKind::Video,
            source: TrackSource::Camera,
            muted: false,
            to: None,
        };
        let screen = Publication { id: "screen-2".into(), ..camera.clone() };
        session.publish(camera.clone(), 0);
        session.publish(screen.clone(), 0);
        while session.poll_output().is_some() {}

        let (publications, profile) = (vec![camera.clone()], session.profile().clone());
        session.handle_signal(SignalEvent::Corrected { publications, profile }, 10);
        assert_eq!(session.publications(), [camera]);
        let outputs: Vec<_> = std::iter::from_fn(|| session.poll_output()).collect();
        assert_eq!(outputs, [Output::Event(Event::PublicationRefused(screen.id))], "nothing is said again");
    }

    #[test]
    fn a_change_of_the_permissions_is_told() {
        let mut session = joined();
        let own = crate::model::participant("a", 1, Role::Participant);
        assert!(session.permissions().is_everything());
        session.handle_signal(SignalEvent::Participant(own.clone()), 0);
        while session.poll_output().is_some() {}
        let permissions = RoomPermissions::from_iter([RoomPermission::Subscribe]);
        session.handle_signal(SignalEvent::Participant(ParticipantInfo { permissions, ..own }), 10);
        assert_eq!(session.permissions(), permissions);
        let outputs: Vec<_> = std::iter::from_fn(|| session.poll_output()).collect();
        assert_eq!(outputs, [Output::Event(Event::PermissionsChange(permissions))]);
    }

    #[test]
    fn what_changes_while_the_room_is_joined_is_told() {
        let mut session = Session::new(Capabilities::default(), Vec::new(), true);
        session.update(Profile::default());
        assert_eq!(session.poll_output(), None, "nobody listens yet");
        let mut session = joined();
        while session.poll_output().is_some() {}
        let profile = Profile { name: "Anna".into(), ..Profile::default() };
        session.update(profile.clone());
        session.update(profile.clone());
        let outputs: Vec<_> = std::iter::from_fn(|| session.poll_output()).collect();
        assert_eq!(outputs, [Output::Signal(SignalCommand::Update(profile))], "once");
    }
}
