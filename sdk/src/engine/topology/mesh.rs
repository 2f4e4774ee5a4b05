//! Mesh: one connection to every other participant, and every publication over each.

use super::{FarEnd, Plan, publications_for};
use crate::model::{LinkProfile, Offerer, ParticipantId, ParticipantInfo, Publication, Sections};

/// The connections of `own` to everyone else.
///
/// Of two participants the one that joined later makes every offer, because it knows the other from the start. So two
/// offers never collide: Chromium cannot roll its own back and apply one of Firefox, which assigns other ids to header
/// extensions. Both ends derive the same result independently.
pub fn plan(own: &ParticipantId, publications: &[Publication], roster: &[ParticipantInfo]) -> Vec<Plan> {
    let Some(own) = roster.iter().find(|participant| participant.id == *own) else { return Vec::new() };
    let others = roster.iter().filter(|participant| participant.id != own.id);
    others
        .map(|other| {
            let is_newcomer = own.join_order > other.join_order;
            Plan {
                link: other.id.clone().into(),
                far_end: FarEnd::Participant,
                offerer: if is_newcomer { Offerer::Us } else { Offerer::ThemOnRequest },
                send: publications_for(other, publications)
                    .map(|publication| publication.id.clone())
                    .collect(),
                sending: Sections::of(publications_for(other, publications)),
                receive: Sections::of(publications_for(own, &other.publications)),
                profile: LinkProfile::participant(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{MediaKind, Role, RoomPermission, RoomPermissions, TrackSource};

    fn participant(id: &str, join_order: u32) -> ParticipantInfo {
        crate::model::participant(id, join_order, Role::Participant)
    }

    #[test]
    fn nothing_is_sent_to_who_may_not_subscribe() {
        let mut roster = [participant("a", 1), participant("b", 2), participant("c", 3)];
        roster[1].permissions = RoomPermissions::from_iter([RoomPermission::Camera]);
        roster[0].publications = vec![publication("cam", MediaKind::Video, None)];
        let sent: Vec<_> = plan(&"a".into(), &roster[0].publications, &roster)
            .into_iter()
            .map(|plan| (plan.send.len(), plan.sending.video))
            .collect();
        assert_eq!(sent, [(0, 0), (1, 1)]);
        assert_eq!(plan(&"b".into(), &[], &roster)[0].receive, Sections::default());
    }

    #[test]
    fn exactly_one_end_of_each_pair_offers() {
        let roster = [participant("a", 1), participant("b", 2), participant("c", 5)];
        for one in &roster {
            let plans = plan(&one.id, &[], &roster);
            assert_eq!(plans.len(), 2);
            for there in plans {
                let back = plan(there.link.participant().unwrap(), &[], &roster);
                let back = back.iter().find(|plan| plan.link == one.id.clone().into()).unwrap();
                assert_ne!(there.offerer, back.offerer);
            }
        }
    }

    fn publication(id: &str, kind: MediaKind, to: Option<&str>) -> Publication {
        Publication { id: id.into(), kind, source: TrackSource::Camera, muted: false, to: to.map(Into::into) }
    }

    #[test]
    fn every_publication_goes_to_everyone() {
        let roster = [participant("a", 1), participant("b", 2), participant("c", 3)];
        let plans = plan(&"b".into(), &[publication("camera", MediaKind::Video, None)], &roster);
        assert_eq!(plans.len(), 2);
        for plan in plans {
            assert_eq!(plan.send, ["camera".into()].into());
            assert_eq!(plan.sending, Sections { audio: 0, video: 1 });
            assert_eq!(plan.far_end, FarEnd::Participant);
        }
    }

    #[test]
    fn a_publication_for_one_goes_to_that_one_alone() {
        let roster = [participant("a", 1), participant("b", 2), participant("c", 3)];
        let plans = plan(&"b".into(), &[publication("whisper", MediaKind::Audio, Some("c"))], &roster);
        let sent: Vec<_> = plans.iter().map(|plan| (plan.link.to_string(), plan.send.len())).collect();
        assert_eq!(sent, [("a".to_owned(), 0), ("c".to_owned(), 1)]);
        assert_eq!(plans[0].sending, Sections::default());
    }

    #[test]
    fn who_offers_has_a_section_for_each_publication_that_it_gets() {
        let mut roster = [participant("a", 1), participant("b", 2), participant("c", 3)];
        roster[0].publications = vec![
            publication("mic", MediaKind::Audio, None),
            publication("camera", MediaKind::Video, None),
            publication("for b", MediaKind::Video, Some("b")),
        ];
        let receive = |own: &str| plan(&own.into(), &[], &roster)[0].receive;
        assert_eq!(receive("b"), Sections { audio: 1, video: 2 });
        assert_eq!(receive("c"), Sections { audio: 1, video: 1 }, "nothing that is for another participant");
    }

    #[test]
    fn a_host_is_connected_like_everyone_else() {
        let mut roster = [participant("a", 1), participant("b", 2)];
        let before = plan(&"b".into(), &[], &roster);
        roster[0].role = Role::Host;
        assert_eq!(plan(&"b".into(), &[], &roster), before);
    }

    #[test]
    fn someone_who_is_not_in_the_roster_is_connected_to_nobody() {
        assert_eq!(plan(&"x".into(), &[], &[participant("a", 1)]), []);
    }
}
