//! This participant's publications and profile, repeated until the server's roster confirms them.

use moim_protocol::ClientMessage;

use super::REPEAT_MS;
use super::requests::{RequestId, Requests};
use crate::model::{ParticipantInfo, Profile, Publication, Timestamp};

/// The wanted state of this participant in the roster.
#[derive(Debug, Default)]
pub(super) struct Own {
    pub(super) publications: Vec<Publication>,
    pub(super) profile: Profile,
    /// When to send it again, while the roster differs.
    repeat_at: Option<Timestamp>,
    /// The latest request of each kind.
    publish: Option<RequestId>,
    update: Option<RequestId>,
}

impl Own {
    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.repeat_at
    }

    /// Repeats what the roster does not contain yet.
    pub(super) fn handle_timeout(
        &mut self,
        known: Option<&ParticipantInfo>,
        requests: &mut Requests,
        now: Timestamp,
    ) {
        if self.repeat_at.is_some_and(|at| at <= now) {
            self.announce(known, requests, now);
        }
    }

    /// The roster changed. A request in flight is not repeated.
    pub(super) fn roster_changed(
        &mut self,
        known: Option<&ParticipantInfo>,
        requests: &mut Requests,
        now: Timestamp,
    ) {
        let is_confirmed = known.is_none_or(|known| self.agrees(known));
        if self.repeat_at.is_none() || is_confirmed {
            self.announce(known, requests, now);
        }
    }

    /// Sends the publications and the profile, unless the roster contains them, and checks the result later.
    pub(super) fn announce(
        &mut self,
        known: Option<&ParticipantInfo>,
        requests: &mut Requests,
        now: Timestamp,
    ) {
        self.repeat_at = None;
        let Some(known) = known.filter(|known| !self.agrees(known)) else { return };
        self.repeat_at = Some(now + REPEAT_MS);
        if known.publications != self.publications {
            let publications = self.publications.clone();
            self.publish = Some(requests.push(ClientMessage::Publish { publications }));
        }
        if known.profile() != self.profile {
            self.update = Some(requests.push(ClientMessage::Update(self.profile.clone())));
        }
    }

    /// Reverts to the server's state: it has rejected a request, and would again. Returns `false` for a request older
    /// than the latest of its kind, which superseded it.
    pub(super) fn take_back(&mut self, request: Option<RequestId>, known: &ParticipantInfo) -> bool {
        let takes_profile_back = match request {
            Some(_) => request == self.update,
            // The server does not report which request. Those that it does not reject are sent once more.
            None => known.profile() != self.profile,
        };
        if takes_profile_back {
            self.profile = known.profile();
        } else if request.is_none() || request == self.publish {
            self.publications.clone_from(&known.publications);
        } else {
            return false;
        }
        true
    }

    fn agrees(&self, known: &ParticipantInfo) -> bool {
        known.publications == self.publications && known.profile() == self.profile
    }
}

#[cfg(test)]
mod tests {
    use moim_protocol::{MediaKind, TrackSource};

    use super::*;
    use crate::model::{Role, participant};

    fn publication(id: &str) -> Publication {
        Publication {
            id: id.into(),
            kind: MediaKind::Video,
            source: TrackSource::Camera,
            muted: false,
            to: None,
        }
    }

    /// A participant who wants another name and a publication than the server has, and both requests.
    fn both_differ() -> (Own, ParticipantInfo, Requests) {
        let known = participant("a", 1, Role::Participant);
        let mut own = Own { publications: vec![publication("camera")], ..Own::default() };
        own.profile = Profile { name: "another".into(), ..known.profile() };
        let mut requests = Requests::default();
        own.announce(Some(&known), &mut requests, 0);
        (own, known, requests)
    }

    #[test]
    fn a_rejected_request_takes_back_what_it_carried_and_nothing_else() {
        let (mut own, known, _) = both_differ();
        assert!(own.take_back(own.publish, &known));
        assert_eq!((own.publications.as_slice(), own.profile.name.as_str()), (&[][..], "another"));

        let (mut own, known, _) = both_differ();
        assert!(own.take_back(own.update, &known));
        assert_eq!((own.publications.len(), own.profile), (1, known.profile()));
    }

    #[test]
    fn a_rejected_request_that_was_superseded_takes_nothing_back() {
        let (mut own, known, mut requests) = both_differ();
        let first = own.publish;
        own.publications.push(publication("screen"));
        own.announce(Some(&known), &mut requests, 0);
        assert!(!own.take_back(first, &known));
        assert_eq!(own.publications.len(), 2);
    }

    #[test]
    fn a_rejection_of_an_unknown_request_takes_back_the_profile_first() {
        let (mut own, known, _) = both_differ();
        assert!(own.take_back(None, &known));
        assert_eq!((own.publications.len(), &own.profile), (1, &known.profile()));
        assert!(own.take_back(None, &known), "what is left are the publications");
        assert!(own.publications.is_empty());
    }
}
