//! MCU: one connection of each participant to the mixer, which is a participant too.

use super::{FarEnd, Plan, mesh};
use crate::model::{ParticipantId, ParticipantInfo, Publication, Role};

/// The mixer's connections to everyone, or everyone's to the mixer. Of several mixers the first one serves; the others
/// stand by.
pub fn plan(own: &ParticipantId, publications: &[Publication], roster: &[ParticipantInfo]) -> Vec<Plan> {
    let Some(mixer) = roster.iter().find(|participant| participant.role == Role::Mixer) else {
        return Vec::new();
    };
    let is_listener =
        |id: &ParticipantId| roster.iter().any(|other| other.id == *id && other.role != Role::Mixer);
    let plans = mesh::plan(own, publications, roster).into_iter();
    if mixer.id == *own {
        let listeners = plans.filter(|plan| is_listener(&plan.peer));
        listeners.map(|plan| Plan { far_end: FarEnd::Listener, ..plan }).collect()
    } else if is_listener(own) {
        let to_mixer = plans.filter(|plan| plan.peer == mixer.id);
        to_mixer.map(|plan| Plan { far_end: FarEnd::Mixer, ..plan }).collect()
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{MediaKind, TrackSource};

    fn participant(id: &str, join_order: u32, role: Role) -> ParticipantInfo {
        ParticipantInfo {
            id: id.into(),
            join_order,
            name: id.into(),
            metadata: String::new(),
            attributes: Default::default(),
            role,
            publications: Vec::new(),
        }
    }

    fn peers(own: &str, roster: &[ParticipantInfo]) -> Vec<(String, FarEnd)> {
        let plans = plan(&own.into(), &[], roster);
        plans.into_iter().map(|plan| (plan.peer.0, plan.far_end)).collect()
    }

    #[test]
    fn everyone_is_connected_to_the_first_mixer_and_to_nobody_else() {
        let roster = [
            participant("m", 1, Role::Mixer),
            participant("a", 2, Role::Participant),
            participant("b", 3, Role::Participant),
            participant("n", 4, Role::Mixer),
        ];
        assert_eq!(peers("a", &roster), [("m".to_owned(), FarEnd::Mixer)]);
        let listeners = [("a".to_owned(), FarEnd::Listener), ("b".to_owned(), FarEnd::Listener)];
        assert_eq!(peers("m", &roster), listeners);
        assert_eq!(peers("n", &roster), []);
        assert_eq!(peers("a", &roster[1..]), [("n".to_owned(), FarEnd::Mixer)], "the other one steps in");
        assert_eq!(peers("a", &roster[1..3]), []);
    }

    #[test]
    fn what_is_for_one_goes_to_that_one() {
        let roster = [
            participant("m", 1, Role::Mixer),
            participant("a", 2, Role::Participant),
            participant("b", 3, Role::Participant),
        ];
        let publication = |id: &str, to: Option<&str>| Publication {
            id: id.into(),
            kind: MediaKind::Audio,
            source: TrackSource::Custom,
            muted: false,
            to: to.map(Into::into),
        };
        let publications = [publication("all", None), publication("for a", Some("a"))];
        let plans = plan(&"m".into(), &publications, &roster);
        assert_eq!(plans[0].send.len(), 2);
        assert_eq!(plans[1].send, ["all".into()].into());
    }
}
