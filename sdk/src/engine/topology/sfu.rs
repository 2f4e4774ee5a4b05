//! SFU: one connection, to the server, which forwards what each participant publishes to the others.

use moim_protocol::SFU_ID;

use super::{FarEnd, Plan, Sections};
use crate::engine::negotiation::Politeness;
use crate::model::{ParticipantId, ParticipantInfo, Publication};

/// The single connection. It can be created before the room is known, so that its first offer is sent with `join`.
pub fn plan(own: Option<&ParticipantId>, publications: &[Publication], roster: &[ParticipantInfo]) -> Plan {
    let others = roster.iter().filter(|participant| Some(&participant.id) != own);
    let of_others = others.flat_map(|participant| &participant.publications);
    let receive = Sections::of(of_others.filter(|publication| own.is_none_or(|own| publication.is_for(own))));
    Plan {
        peer: SFU_ID.into(),
        far_end: FarEnd::Sfu,
        // The SFU makes no offers, so politeness does not matter.
        politeness: Politeness::Impolite,
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
            reconnecting: false,
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
    fn everything_goes_over_one_connection_and_this_end_makes_every_offer() {
        let roster: Vec<_> = ["a", "b", "c"].map(|id| participant(id, &[MediaKind::Audio])).into();
        for one in &roster {
            let plan = plan(Some(&one.id), &one.publications, &roster);
            assert_eq!((plan.peer.as_str(), plan.far_end), (SFU_ID, FarEnd::Sfu));
            assert!(plan.offers);
            assert_eq!(plan.sending, Sections { audio: 1, video: 0 });
            assert_eq!(plan.receive, Sections { audio: 2, video: 0 });
        }
    }

    #[test]
    fn there_is_no_section_for_what_is_for_another() {
        let mut roster =
            [participant("a", &[]), participant("b", &[]), participant("c", &[MediaKind::Audio])];
        roster[2].publications[0].to = Some("b".into());
        let receive = |own: &str| plan(Some(&own.into()), &[], &roster).receive;
        assert_eq!(receive("a"), Sections::default());
        assert_eq!(receive("b"), Sections { audio: 1, video: 0 });
        let plan = plan(Some(&"c".into()), &roster[2].publications, &roster);
        assert_eq!(plan.send.len(), 1, "the SFU forwards it to that participant");
    }

    #[test]
    fn a_host_is_sent_and_heard_like_everyone_else() {
        let mut roster = [participant("a", &[MediaKind::Audio]), participant("b", &[MediaKind::Video])];
        let before = roster.clone().map(|one| plan(Some(&one.id), &one.publications, &roster));
        roster[0].role = Role::Host;
        let after = roster.clone().map(|one| plan(Some(&one.id), &one.publications, &roster));
        assert_eq!(after, before);
    }

    #[test]
    fn before_the_room_is_known_there_is_what_is_published() {
        let own = participant("a", &[MediaKind::Audio]);
        assert_eq!(plan(None, &own.publications, &[]).send.len(), 1);
    }
}
