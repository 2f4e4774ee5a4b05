//! MCU: one connection of each participant to the mixer, which is a participant too.

use super::{FarEnd, Plan, mesh};
use crate::model::{LinkId, LinkProfile, ParticipantId, ParticipantInfo, Publication, Role};

/// The most bytes that wait to be forwarded to one participant. More are dropped, as by an SFU. The sender of a file is only
/// a little ahead of its receiver, but there may be many senders.
const MAX_FORWARDED_WAITING: usize = 32 * 1024 * 1024;

/// The mixer's connections to everyone, or everyone's to the mixer. Of several mixers the first one is used; the others
/// stand by.
pub fn plan(own: &ParticipantId, publications: &[Publication], roster: &[ParticipantInfo]) -> Vec<Plan> {
    let Some(mixer) = roster.iter().find(|participant| participant.role == Role::Mixer) else {
        return Vec::new();
    };
    let is_listener =
        |id: &ParticipantId| roster.iter().any(|other| other.id == *id && other.role != Role::Mixer);
    let to_mixer = LinkId::from(mixer.id.clone());
    let plans = mesh::plan(own, publications, roster).into_iter();
    if mixer.id == *own {
        let listeners = plans.filter(|plan| plan.link.participant().is_some_and(is_listener));
        let profile = || LinkProfile { max_waiting: MAX_FORWARDED_WAITING, ..LinkProfile::participant() };
        listeners.map(|plan| Plan { far_end: FarEnd::Listener, profile: profile(), ..plan }).collect()
    } else if is_listener(own) {
        let to_mixer = plans.filter(|plan| plan.link == to_mixer);
        to_mixer.map(|plan| Plan { far_end: FarEnd::Mixer, ..plan }).collect()
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{MediaKind, Offerer, TrackSource, participant};

    fn peers(own: &str, roster: &[ParticipantInfo]) -> Vec<(String, FarEnd)> {
        let plans = plan(&own.into(), &[], roster);
        plans.into_iter().map(|plan| (plan.link.to_string(), plan.far_end)).collect()
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
        assert_eq!(peers("a", &roster[1..]), [("n".to_owned(), FarEnd::Mixer)], "the other one takes over");
        assert_eq!(peers("a", &roster[1..3]), []);
    }

    fn publication(id: &str, to: Option<&str>) -> Publication {
        let (kind, source) = (MediaKind::Audio, TrackSource::Custom);
        Publication { id: id.into(), kind, source, muted: false, to: to.map(Into::into) }
    }

    #[test]
    fn without_a_mixer_nobody_is_connected() {
        let roster = [participant("a", 1, Role::Host), participant("b", 2, Role::Participant)];
        assert_eq!(peers("a", &roster), []);
        assert_eq!(peers("b", &roster), []);
    }

    #[test]
    fn a_host_is_a_listener() {
        let roster = [participant("a", 1, Role::Host), participant("m", 2, Role::Mixer)];
        assert_eq!(peers("m", &roster), [("a".to_owned(), FarEnd::Listener)]);
        assert_eq!(peers("a", &roster), [("m".to_owned(), FarEnd::Mixer)]);
    }

    #[test]
    fn exactly_one_end_offers_whether_the_mixer_came_first_or_not() {
        for (mixer_order, listener_order) in [(1, 2), (2, 1)] {
            let roster = [
                participant("m", mixer_order, Role::Mixer),
                participant("a", listener_order, Role::Participant),
            ];
            let mixer = plan(&"m".into(), &[], &roster).remove(0);
            let listener = plan(&"a".into(), &[], &roster).remove(0);
            assert_ne!(mixer.offerer, listener.offerer);
            assert_eq!(mixer.offerer == Offerer::Us, mixer_order > listener_order, "the later one");
        }
    }

    #[test]
    fn a_listener_sends_the_mixer_what_is_for_everyone_and_has_sections_for_its_own_mix() {
        let mut roster = [
            participant("m", 1, Role::Mixer),
            participant("a", 2, Role::Participant),
            participant("b", 3, Role::Participant),
        ];
        roster[0].publications = vec![
            publication("for all", None),
            publication("for a", Some("a")),
            publication("for b", Some("b")),
        ];
        let own = [publication("mic", None), publication("whisper", Some("b"))];
        let plan = plan(&"a".into(), &own, &roster).remove(0);
        assert_eq!(plan.send, ["mic".into()].into());
        assert_eq!(plan.receive.audio, 2);
    }

    #[test]
    fn what_is_for_one_goes_to_that_one() {
        let roster = [
            participant("m", 1, Role::Mixer),
            participant("a", 2, Role::Participant),
            participant("b", 3, Role::Participant),
        ];
        let publications = [publication("all", None), publication("for a", Some("a"))];
        let plans = plan(&"m".into(), &publications, &roster);
        assert_eq!(plans[0].send.len(), 2);
        assert_eq!(plans[1].send, ["all".into()].into());
    }
}
