//! Mesh: one connection to every other participant, and every publication over each.

use super::{FarEnd, Plan, Sections};
use crate::engine::negotiation::Role;
use crate::model::{ParticipantId, ParticipantInfo, Publication};

/// The connections of `own` to everyone else.
///
/// Of two participants the one that joined later makes every offer, because it knows of the other from the start. So two
/// offers never meet: Chromium cannot take its own back and apply one of Firefox, whose header extensions have other
/// numbers. Both ends come to the same result by themselves.
pub fn plan(own: &ParticipantId, publications: &[Publication], roster: &[ParticipantInfo]) -> Vec<Plan> {
    let Some(own) = roster.iter().find(|participant| participant.id == *own) else { return Vec::new() };
    let others = roster.iter().filter(|participant| participant.id != own.id);
    others
        .map(|other| {
            let is_newcomer = own.join_order > other.join_order;
            Plan {
                peer: other.id.clone(),
                far_end: FarEnd::Participant,
                role: if is_newcomer { Role::Polite } else { Role::Impolite },
                offers: is_newcomer,
                send: super::publications_for(&other.id, publications),
                sending: Sections::of(
                    publications.iter().filter(|publication| publication.is_for(&other.id)),
                ),
                receive: match is_newcomer {
                    true => Sections::of(
                        other.publications.iter().filter(|publication| publication.is_for(&own.id)),
                    ),
                    false => Sections::default(),
                },
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{MediaKind, Role, TrackSource};

    fn participant(id: &str, join_order: u32) -> ParticipantInfo {
        ParticipantInfo {
            id: id.into(),
            join_order,
            name: id.into(),
            metadata: String::new(),
            attributes: Default::default(),
            role: Role::Participant,
            publications: Vec::new(),
        }
    }

    #[test]
    fn exactly_one_end_of_each_pair_offers() {
        let roster = [participant("a", 1), participant("b", 2), participant("c", 5)];
        for one in &roster {
            let plans = plan(&one.id, &[], &roster);
            assert_eq!(plans.len(), 2);
            for there in plans {
                let back = plan(&there.peer, &[], &roster);
                let back = back.iter().find(|plan| plan.peer == one.id).unwrap();
                assert_ne!(there.offers, back.offers);
                assert_ne!(there.role, back.role);
            }
        }
    }

    #[test]
    fn every_publication_goes_to_everyone() {
        let roster = [participant("a", 1), participant("b", 2), participant("c", 3)];
        let camera = Publication {
            id: "camera".into(),
            kind: MediaKind::Video,
            source: TrackSource::Camera,
            muted: false,
            to: None,
        };
        let plans = plan(&"b".into(), &[camera], &roster);
        assert!(plans.iter().all(|plan| plan.send.contains(&"camera".into())));
    }

    #[test]
    fn someone_who_is_not_in_the_roster_is_connected_to_nobody() {
        assert_eq!(plan(&"x".into(), &[], &[participant("a", 1)]), []);
    }
}
