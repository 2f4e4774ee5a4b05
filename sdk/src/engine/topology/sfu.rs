//! SFU: one connection, to the server, which forwards what each participant publishes to the others.

use moim_protocol::SFU_ID;

use super::{FarEnd, Plan, Sections};
use crate::engine::negotiation::Role;
use crate::model::{ParticipantId, ParticipantInfo, Publication};

/// The one connection. It can be opened before anything is known of the room, so that its first offer travels with `join`.
pub fn plan(own: Option<&ParticipantId>, publications: &[Publication], roster: &[ParticipantInfo]) -> Plan {
    let others = roster.iter().filter(|participant| Some(&participant.id) != own);
    let of_others = others.flat_map(|participant| &participant.publications);
    let receive = Sections::of(of_others.filter(|publication| own.is_none_or(|own| publication.is_for(own))));
    Plan {
        peer: SFU_ID.into(),
        far_end: FarEnd::Sfu,
        // The SFU makes no offers, so there is nobody to give way to.
        role: Role::Impolite,
        offers: true,
        send: publications.iter().map(|publication| publication.id.clone()).collect(),
        sending: Sections::of(publications),
        receive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{MediaKind, Role, TrackSource};

    fn participant(id: &str, kinds: &[MediaKind]) -> ParticipantInfo {
        let publication = |(place, kind): (usize, &MediaKind)| Publication {
            id: place.to_string().as_str().into(),
            kind: *kind,
            source: TrackSource::Custom,
            muted: false,
            to: None,
        };
        ParticipantInfo {
            id: id.into(),
            join_order: 1,
            name: id.into(),
            metadata: String::new(),
            attributes: Default::default(),
            role: Role::Participant,
            publications: kinds.iter().enumerate().map(publication).collect(),
        }
    }

    #[test]
    fn there_is_a_section_for_each_publication_of_the_others() {
        let roster = [
            participant("a", &[MediaKind::Audio, MediaKind::Video]),
            participant("b", &[MediaKind::Video, MediaKind::Video]),
        ];
        let plan = plan(Some(&"a".into()), &roster[0].publications, &roster);
        assert_eq!(plan.receive, Sections { audio: 0, video: 2 });
        assert_eq!(plan.send.len(), 2);
    }

    #[test]
    fn before_the_room_is_known_there_is_what_is_published() {
        let own = participant("a", &[MediaKind::Audio]);
        assert_eq!(plan(None, &own.publications, &[]).send.len(), 1);
    }
}
