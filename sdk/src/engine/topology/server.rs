//! A server that forwards what each participant publishes to the others: one connection to it, or one for each direction.

use super::{FarEnd, Plan};
use crate::model::{
    LinkId, Offerer, ParticipantId, ParticipantInfo, Publication, RoomPermission, Sections, ServerLane,
};

/// The connections. They can be opened before anything is known of the room, so that a first offer travels with the
/// request to join.
pub fn plan(
    lanes: &[ServerLane],
    own: Option<&ParticipantId>,
    publications: &[Publication],
    roster: &[ParticipantInfo],
) -> Vec<Plan> {
    let others = roster.iter().filter(|participant| Some(&participant.id) != own);
    let of_others = others.flat_map(|participant| &participant.publications);
    let info = roster.iter().find(|participant| Some(&participant.id) == own);
    let may_receive = info.is_none_or(|own| own.permissions.allows(RoomPermission::Subscribe));
    let is_received =
        |publication: &&Publication| may_receive && own.is_none_or(|own| publication.is_for(own));
    let received = Sections::of(of_others.filter(is_received));
    let plan = |ServerLane { lane, offerer, profile }: &ServerLane| {
        let link = LinkId::Server(*lane);
        let sent = if link.sends() { publications } else { &[] };
        // Who answers gets the sections that the offer has.
        let offers_to_receive = link.receives() && *offerer == Offerer::Us;
        Plan {
            link,
            far_end: FarEnd::Server,
            offerer: *offerer,
            send: sent.iter().map(|publication| publication.id.clone()).collect(),
            sending: Sections::of(sent),
            receive: if offers_to_receive { received } else { Sections::default() },
            profile: profile.clone(),
        }
    };
    lanes.iter().map(plan).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Lane, LinkProfile, MediaKind, Role, TrackSource};

    fn lane(lane: Lane, offerer: Offerer) -> ServerLane {
        ServerLane { lane, offerer, profile: LinkProfile::server() }
    }

    /// What is planned with a single connection.
    fn plan(own: Option<&ParticipantId>, publications: &[Publication], roster: &[ParticipantInfo]) -> Plan {
        super::plan(&[lane(Lane::Both, Offerer::Us)], own, publications, roster).remove(0)
    }

    fn participant(id: &str, kinds: &[MediaKind]) -> ParticipantInfo {
        let publication = |(place, kind): (usize, &MediaKind)| Publication {
            id: place.to_string().as_str().into(),
            kind: *kind,
            source: TrackSource::Custom,
            muted: false,
            to: None,
        };
        ParticipantInfo {
            publications: kinds.iter().enumerate().map(publication).collect(),
            ..crate::model::participant(id, 1, Role::Participant)
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
            assert_eq!((&plan.link, plan.far_end), (&LinkId::Server(Lane::Both), FarEnd::Server));
            assert_eq!(plan.offerer, Offerer::Us);
            assert_eq!(plan.sending, Sections { audio: 1, video: 0 });
            assert_eq!(plan.receive, Sections { audio: 2, video: 0 });
        }
    }

    #[test]
    fn of_two_connections_one_sends_and_the_other_one_receives() {
        let roster = [participant("a", &[MediaKind::Audio]), participant("b", &[MediaKind::Video])];
        for offerer in [Offerer::Us, Offerer::Server] {
            let lanes = [lane(Lane::Publish, Offerer::Us), lane(Lane::Subscribe, offerer)];
            let plans = super::plan(&lanes, Some(&"a".into()), &roster[0].publications, &roster);
            let [publish, subscribe] = plans.try_into().unwrap();
            assert_eq!((publish.send.len(), subscribe.send.len()), (1, 0));
            assert_eq!(publish.receive, Sections::default());
            let video = usize::from(offerer == Offerer::Us);
            assert_eq!(subscribe.receive, Sections { audio: 0, video }, "the server's offer has its own");
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
