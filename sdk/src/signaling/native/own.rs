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
