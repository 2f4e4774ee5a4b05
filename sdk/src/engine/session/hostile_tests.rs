//! A participant at the remote end of a link that means harm.

use super::*;
use crate::engine::data::DataMessage;
use crate::engine::exchange;
use crate::model::{
    IceCandidate, LinkSignal, MediaKind, SdpType, SessionDescription, SignalEvent, Slot, Slots, TrackSource,
    participant,
};

/// In a mesh with `b`, which makes the offers and publishes a camera.
fn joined() -> Session {
    let mut session = Session::new(Capabilities::default(), Vec::new(), true);
    session.join(JoinRequest::new("tea", Profile::default(), Topology::Mesh), 1_000, 0);
    let (id, kind, source) = ("camera".into(), MediaKind::Video, TrackSource::Camera);
    let publications = vec![Publication { id, kind, source, muted: false, to: None }];
    let other = ParticipantInfo { publications, ..participant("b", 2, Role::Participant) };
    let participants = vec![participant("a", 1, Role::Participant), other];
    let (participant_id, lobby, ice_servers) = ("a".into(), Lobby::default(), Vec::new());
    session.handle_signal(SignalEvent::Joined { participant_id, participants, lobby, ice_servers }, 0);
    drain(&mut session);
    session
}

fn drain(session: &mut Session) -> Vec<Output> {
    std::iter::from_fn(|| session.poll_output()).collect()
}

fn signal(session: &mut Session, signal: LinkSignal<Slot>) -> Vec<Output> {
    session.handle_signal(SignalEvent::Signal { link: "b".into(), signal }, 0);
    drain(session)
}

fn offer(sdp: &str, mids: &[(&str, &str)]) -> LinkSignal<Slot> {
    let description = SessionDescription { sdp_type: SdpType::Offer, sdp: sdp.to_owned() };
    let slot = |id: &str| Slot { participant_id: "b".into(), publication_id: id.into() };
    let carries = mids.iter().map(|(mid, id)| ((*mid).to_owned(), slot(id))).collect::<Slots>();
    LinkSignal::Description { description, carries: Some(carries) }
}

/// The browser applies the offer and answers it.
fn applied(session: &mut Session) -> Vec<Output> {
    session.handle_connection(&"b".into(), ConnectionInput::RemoteDescriptionSet, 0);
    let description = SessionDescription { sdp_type: SdpType::Answer, sdp: "v=0\r\n".into() };
    let answered = ConnectionInput::LocalDescriptionSet { description, mids: Default::default() };
    session.handle_connection(&"b".into(), answered, 0);
    drain(session)
}

fn added(outputs: &[Output]) -> usize {
    outputs.iter().filter(|output| matches!(output, Output::Event(Event::TrackAdded { .. }))).count()
}

fn blamed(outputs: &[Output]) -> Vec<&str> {
    let who = |output| match output {
        &Output::Event(Event::Warning { participant_id: Some(ref id), .. }) => Some(id.as_str()),
        _ => None,
    };
    outputs.iter().filter_map(who).collect()
}

#[test]
fn a_publication_in_several_sections_is_one_track() {
    let mut session = joined();
    signal(&mut session, offer("v=0\r\n", &[("0", "camera"), ("1", "camera"), ("2", "forged")]));
    assert_eq!(added(&applied(&mut session)), 1);
    for _ in 0..3 {
        session.handle_connection(&"b".into(), ConnectionInput::NegotiationNeeded, 0);
        assert_eq!(added(&drain(&mut session)), 0, "nothing is new");
    }
}

#[test]
fn candidates_without_end_stay_away_from_the_browser_and_their_sender_is_named() {
    let mut session = joined();
    signal(&mut session, offer("v=0\r\na=ice-ufrag:x\r\n", &[]));
    applied(&mut session);
    let mut outputs = Vec::new();
    for number in 0..2_000 {
        let candidate = IceCandidate {
            candidate: format!("candidate:{number} 1 udp 1 192.0.2.1 9 typ host"),
            sdp_mid: None,
            sdp_m_line_index: Some(0),
            username_fragment: None,
        };
        outputs.extend(signal(&mut session, LinkSignal::Candidate(candidate)));
    }
    let is_added = |output: &&Output| {
        let add = |command: &ConnectionCommand| {
            matches!(command, ConnectionCommand::Exchange(exchange::Command::AddIceCandidate(_)))
        };
        matches!(output, Output::Connection { command, .. } if add(command))
    };
    assert_eq!(outputs.iter().filter(is_added).count(), 256);
    assert_eq!(blamed(&outputs), ["b"]);
}

#[test]
fn a_description_with_thousands_of_sections_is_rejected() {
    let mut session = joined();
    let outputs = signal(&mut session, offer(&"m=video 9 X 96\r\n".repeat(2_000), &[]));
    assert_eq!(blamed(&outputs), ["b"]);
    let is_rejected = |output: &Output| {
        matches!(output, Output::Signal(SignalCommand::Signal { signal: LinkSignal::Rejected { .. }, .. }))
    };
    assert!(outputs.iter().any(is_rejected), "{outputs:?}");
    assert!(!outputs.iter().any(|output| matches!(output, Output::Connection { .. })), "{outputs:?}");
}

#[test]
fn thousands_of_publications_get_a_bounded_number_of_sections() {
    let mut session = joined();
    let publication = |number: usize| Publication {
        id: number.to_string().as_str().into(),
        kind: MediaKind::Video,
        source: TrackSource::Custom,
        muted: false,
        to: None,
    };
    // This end came later, so that it makes the offers.
    let publications = (0..3_000).map(publication).collect();
    let other = ParticipantInfo { publications, ..participant("c", 0, Role::Participant) };
    session.handle_signal(SignalEvent::Participant(other), 0);
    let outputs = drain(&mut session);
    let received = outputs.iter().find_map(|output| match output {
        Output::Connection { command: ConnectionCommand::Receive(sections), .. } => Some(sections.video),
        _ => None,
    });
    assert_eq!(received, Some(64));
    assert_eq!(blamed(&outputs), ["c"]);
}

#[test]
fn data_channels_of_the_remote_end_are_its_fault() {
    let mut session = joined();
    let mut outputs = Vec::new();
    for _ in 0..1_000 {
        session.handle_connection(&"b".into(), ConnectionInput::ForeignChannel, 0);
        outputs.extend(drain(&mut session));
    }
    assert_eq!((blamed(&outputs), outputs.len()), (vec!["b"], 1));
}

#[test]
fn a_flood_of_chat_is_limited_and_the_chat_of_others_is_not_late() {
    let mut session = joined();
    session.handle_signal(SignalEvent::Participant(participant("c", 3, Role::Participant)), 0);
    let chat = |id| {
        let text = "buy ".repeat(50);
        DataMessage::Chat { id, text, private: false, again: false }.encode().unwrap()
    };
    let message = |id| ConnectionInput::ChannelMessage(Channel::Reliable, chat(id));
    let mut outputs = drain(&mut session);
    for id in 1..=25_000 {
        session.handle_connection(&"b".into(), message(id), 0);
        outputs.extend(drain(&mut session));
    }
    let heard = |outputs: &[Output], who: &str| {
        let is_it = |output: &&Output| matches!(output, Output::Event(Event::Message(from, _)) if from.as_str() == who);
        outputs.iter().filter(is_it).count()
    };
    assert_eq!((heard(&outputs, "b"), blamed(&outputs)), (8_000, vec!["b"]));
    session.handle_connection(&"c".into(), message(1), 0);
    assert_eq!(heard(&drain(&mut session), "c"), 1);

    let mut later = Vec::new();
    while let Some(now) = session.poll_timeout().filter(|now| *now <= 1_000) {
        session.handle_timeout(now);
        later.extend(drain(&mut session));
    }
    let heard = heard(&later, "b");
    assert!((1_900..=2_000).contains(&heard), "{heard} in a second");
}

#[test]
fn a_mixer_that_lies_makes_nobody_speak_for_this_participant() {
    let mut session = Session::new(Capabilities::default(), Vec::new(), true);
    session.join(JoinRequest::new("tea", Profile::default(), Topology::Mcu), 1_000, 0);
    let participants = vec![participant("a", 2, Role::Participant), participant("m", 1, Role::Mixer)];
    let (participant_id, lobby, ice_servers) = ("a".into(), Lobby::default(), Vec::new());
    session.handle_signal(SignalEvent::Joined { participant_id, participants, lobby, ice_servers }, 0);
    drain(&mut session);
    let chat =
        DataMessage::Chat { id: 1, text: "I agree".into(), private: false, again: false }.encode().unwrap();
    for from in ["a", "nobody", "m"] {
        let frame = chat.routed(Some(&from.into())).unwrap();
        session.handle_connection(&"m".into(), ConnectionInput::ChannelMessage(Channel::Reliable, frame), 0);
    }
    let heard = drain(&mut session).into_iter().filter_map(|output| match output {
        Output::Event(Event::Message(from, _)) => Some(from),
        _ => None,
    });
    assert_eq!(heard.collect::<Vec<_>>(), ["m".into()]);

    // Of these, nothing is in the roster or in a section.
    let slot =
        |id: &str, publication: &str| Slot { participant_id: id.into(), publication_id: publication.into() };
    let slots = [("0", slot("nobody", "camera")), ("9", slot("a", "camera")), ("", slot("m", "x"))];
    let slots = slots.map(|(mid, slot)| (mid.to_owned(), slot)).into_iter().collect::<Slots>();
    session.handle_signal(SignalEvent::Signal { link: "m".into(), signal: LinkSignal::Slots(slots) }, 0);
    assert_eq!(added(&drain(&mut session)), 0);
}
