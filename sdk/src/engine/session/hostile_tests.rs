//! A participant at the remote end of a link that means harm.

use super::*;
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
}
