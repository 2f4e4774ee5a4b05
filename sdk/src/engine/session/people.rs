//! Handles roster changes, and the confirmation of this participant's own state.

use super::{Change, Event, Gap, REPEAT_MS, Session, mix_layout};
use crate::error::SignalingError;
use crate::model::{ParticipantInfo, Publication, RequestId, SignalCommand, Timestamp};

impl Session {
    pub(super) fn apply_or_sync(&mut self, change: Result<Option<Change>, Gap>, now: Timestamp) {
        match change {
            Ok(change) => self.apply(change, now),
            Err(Gap) if self.sync_asked_at.is_none_or(|at| at + REPEAT_MS <= now) => {
                self.sync_asked_at = Some(now);
                self.signal(SignalCommand::Sync);
            }
            Err(Gap) => {}
        }
    }

    pub(super) fn apply(&mut self, changes: impl IntoIterator<Item = Change>, now: Timestamp) {
        let own_id = self.own_id().cloned();
        for change in changes {
            match change {
                Change::Joined(participant) if Some(&participant.id) != own_id.as_ref() => {
                    self.event(Event::ParticipantJoined(participant));
                }
                Change::Updated { before, after } if Some(&after.id) != own_id.as_ref() => {
                    self.updated(&before, after);
                }
                Change::Updated { before, after } if before.role != after.role => {
                    self.event(Event::RoleChange(after.role));
                }
                Change::Left { participant, .. } if Some(&participant.id) == own_id.as_ref() => {
                    let detail = "the server removed this participant".to_owned();
                    return self.end(Some(SignalingError::Lost { detail }.into()));
                }
                Change::Left { participant, reason } => {
                    self.drop_tracks(|owner, _| *owner == participant.id);
                    self.wishes.forget(&participant.id);
                    self.receipts.left(&participant.id);
                    self.tell_receipts();
                    self.backlog.left(&participant.id);
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
        self.settle_orders();
        self.receive_early(now);
        self.replan(now);
        self.forward_late();
        if self.publish_at.is_none() || self.is_confirmed() {
            self.announce_publications(now);
        }
        self.refresh();
    }

    pub(super) fn updated(&mut self, before: &ParticipantInfo, after: ParticipantInfo) {
        self.drop_tracks(|owner, id| {
            *owner == after.id && !after.publications.iter().any(|publication| publication.id == *id)
        });
        self.event(Event::ParticipantUpdated(after.clone()));
        for publication in &after.publications {
            let known = before.publications.iter().find(|known| known.id == publication.id);
            if known.is_some_and(|known| known.muted != publication.muted) {
                let Publication { id, muted, .. } = publication.clone();
                self.event(Event::TrackMuteChanged(after.id.clone(), id, muted));
            }
        }
    }

    pub(super) fn publications_changed(&mut self, now: Timestamp) {
        if self.own_id().is_some() {
            self.announce_publications(now);
            self.replan(now);
            self.collect();
        }
    }

    pub(super) fn is_confirmed(&self) -> bool {
        let own = self.own_id().and_then(|id| self.roster.get(id));
        own.is_none_or(|own| own.publications == self.publications && own.profile() == self.profile)
    }

    /// Reverts to the server's state: it has rejected a request, and would again. A request older than the latest of
    /// its kind was superseded already.
    pub(super) fn take_back(&mut self, request: Option<RequestId>, now: Timestamp) {
        let Some(own) = self.own_id().and_then(|id| self.roster.get(id)).cloned() else { return };
        let takes_profile_back = match request {
            Some(_) => request == self.update_request,
            // The server does not report which request. Those that it does not reject are sent once more.
            None => own.profile() != self.profile,
        };
        if takes_profile_back {
            self.profile = own.profile();
        } else if request.is_none() || request == self.publish_request {
            let before = std::mem::replace(&mut self.publications, own.publications);
            for Publication { id, .. } in before {
                if self.publications.iter().all(|known| known.id != id) {
                    self.event(Event::PublicationRefused(id));
                }
            }
        } else {
            return;
        }
        self.publications_changed(now);
    }

    /// Sends the publications and the profile to the server, unless it has them, and checks the result later.
    pub(super) fn announce_publications(&mut self, now: Timestamp) {
        self.publish_at = None;
        if !self.is_confirmed() {
            self.publish_at = Some(now + REPEAT_MS);
            let own = self.own_id().and_then(|id| self.roster.get(id));
            let publications = own.is_none_or(|own| own.publications != self.publications);
            let profile = own.is_none_or(|own| own.profile() != self.profile);
            if publications {
                let request = self.next_request();
                self.publish_request = Some(request);
                self.signal(SignalCommand::Publish(request, self.publications.clone()));
            }
            if profile {
                let request = self.next_request();
                self.update_request = Some(request);
                self.signal(SignalCommand::Update(request, self.profile.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::Output;
    use crate::model::{
        JoinRequest, ParticipantInfo, Profile, Role, Roster, ServerError, ServerErrorCode, SignalEvent,
        Topology,
    };

    fn profile(name: &str) -> Profile {
        Profile { name: name.into(), ..Profile::default() }
    }

    fn joined() -> Session {
        let mut session = Session::new(Vec::new());
        let request = JoinRequest {
            room: "tea".into(),
            profile: profile("Ana"),
            topology: Topology::Mesh,
            role: Role::Participant,
            token: None,
            publications: Vec::new(),
            relay: None,
        };
        session.join(request, 1_000, 0);
        let own = ParticipantInfo {
            id: "a".into(),
            join_order: 1,
            name: "Ana".into(),
            metadata: String::new(),
            attributes: Default::default(),
            role: Role::Participant,
            publications: Vec::new(),
            reconnecting: false,
        };
        let roster = Roster { revision: 1, participants: vec![own], lobby: Default::default() };
        session.handle_signal(
            SignalEvent::Joined { participant_id: "a".into(), roster, ice_servers: Vec::new() },
            0,
        );
        session
    }

    fn updates(session: &mut Session) -> Vec<String> {
        let update = |output| match output {
            Output::Signal(SignalCommand::Update(_, profile)) => Some(profile.name),
            _ => None,
        };
        std::iter::from_fn(|| session.poll_output()).filter_map(update).collect()
    }

    #[test]
    fn what_the_server_refuses_is_taken_back_and_stands_in_the_way_of_nothing() {
        let mut session = joined();
        session.update(profile("too long"), 0);
        assert_eq!(updates(&mut session), ["too long"]);
        let refused = ServerError {
            code: ServerErrorCode::InvalidValue,
            message: "`name` has 200 characters, the limit is 128".into(),
            fatal: false,
            request: None,
        };
        session.handle_signal(SignalEvent::Refused(refused), 10);
        session.handle_timeout(REPEAT_MS + 10);
        assert_eq!(updates(&mut session), Vec::<String>::new(), "it is not requested again");
        assert_eq!(session.profile().name, "Ana");
        session.update(profile("Anna"), 5_000);
        assert_eq!(updates(&mut session), ["Anna"]);
    }

    #[test]
    fn a_refusal_takes_back_what_it_is_about_and_nothing_else() {
        let mut session = joined();
        let publication = Publication {
            id: "camera-1".into(),
            kind: crate::model::MediaKind::Video,
            source: crate::model::TrackSource::Camera,
            muted: false,
            to: None,
        };
        session.update(profile("Anna"), 0);
        session.publish(publication.clone(), 0);
        let outputs: Vec<_> = std::iter::from_fn(|| session.poll_output()).collect();
        let published = |output: &Output| match output {
            Output::Signal(SignalCommand::Publish(request, _)) => Some(*request),
            _ => None,
        };
        let request = outputs.iter().rev().find_map(published).unwrap();
        let refused = |request| {
            SignalEvent::Refused(ServerError {
                code: ServerErrorCode::InvalidValue,
                message: "`publications` has 65 entries, the limit is 64".into(),
                fatal: false,
                request: Some(request),
            })
        };
        session.handle_signal(refused(request + 100), 10);
        assert_eq!(session.publications(), std::slice::from_ref(&publication), "it is about another request");
        assert_eq!(session.profile().name, "Anna");

        session.handle_signal(refused(request), 10);
        assert_eq!(session.publications(), []);
        assert_eq!(session.profile().name, "Anna", "which was not refused");
        let events: Vec<_> = std::iter::from_fn(|| session.poll_output()).collect();
        assert!(events.contains(&Output::Event(Event::PublicationRefused(publication.id))), "{events:?}");
    }
}
