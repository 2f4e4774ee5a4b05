//! Joins a room that does not exist. A browser compiles each function of the module when it is first called; this is called
//! while the socket is being opened, so that the calls that others wait for find the code compiled.

use std::collections::BTreeMap;

use crate::engine::connection::{ConnectionCommand, ConnectionInput};
use crate::engine::data::{DataMessage, Frame};
use crate::engine::exchange::Command;
use crate::engine::session::{Event, Output, Session};
use crate::model::{
    Channel, ConnectionState, IceCandidate, JoinRequest, LinkId, MediaKind, Profile, Publication, SdpType,
    SessionDescription, Topology, TrackSource,
};
use crate::signaling::{self, NativeBackend, SignalingBackend, SocketEvent};

/// What the server says to `b`, which offers to `a` and answers `c`.
const MESSAGES: [&str; 6] = [
    r#"{"type":"welcome","version":1,"participantId":"b","roster":{"revision":1,"participants":[{"id":"a","joinOrder":1,"name":"a","publications":[{"id":"v","kind":"video","source":"camera","muted":false}]},{"id":"b","joinOrder":2,"name":"b","publications":[]}]},"heartbeatMs":5000}"#,
    r#"{"type":"relay","from":"a","payload":{"seq":1,"ack":1,"signal":{"kind":"description","description":{"type":"answer","sdp":"v=0\r\n"},"mids":{"0":"v"}}}}"#,
    r#"{"type":"relay","from":"a","payload":{"seq":2,"ack":1,"signal":{"kind":"candidate","candidate":{"candidate":"","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"u"}}}}"#,
    r#"{"type":"participant","revision":2,"participant":{"id":"c","joinOrder":3,"name":"c","publications":[{"id":"w","kind":"video","source":"camera","muted":false}]}}"#,
    r#"{"type":"relay","from":"c","payload":{"seq":1,"ack":0,"signal":{"kind":"description","description":{"type":"offer","sdp":"v=0\r\n"},"mids":{"0":"w"}}}}"#,
    r#"{"type":"participantLeft","revision":3,"participantId":"c","reason":"left"}"#,
];

/// Returns what happened.
pub(crate) fn rehearse() -> Vec<Event> {
    let mut backend = NativeBackend::new("ws://rehearsal");
    let mut session = Session::new(backend.capabilities(), Vec::new(), true);
    let (id, kind, source) = ("x".into(), MediaKind::Video, TrackSource::Camera);
    session.publish(Publication { id, kind, source, muted: false, to: None }, 0);
    session.join(JoinRequest::new("r", Profile::default(), Topology::Mesh), 1, 0);
    let mut events = perform(&mut session, &mut backend);
    backend.handle_socket(SocketEvent::Opened, 0);
    for message in MESSAGES {
        events.extend(perform(&mut session, &mut backend));
        backend.handle_socket(SocketEvent::Text(message.to_owned()), 0);
    }
    let link = LinkId::Participant("a".into());
    let frame = || Frame::Binary(vec![1, 0]);
    for input in [
        ConnectionInput::StateChange(ConnectionState::Connecting),
        ConnectionInput::StateChange(ConnectionState::Connected),
        ConnectionInput::ChannelOpen(Channel::Reliable),
        ConnectionInput::ChannelMessage(Channel::Reliable, frame()),
    ] {
        session.handle_connection(&link, input, 0);
    }
    let data = DataMessage::Data { topic: String::new(), payload: Vec::new() };
    // Nothing depends on it.
    let _ = session.send_data(&data, Channel::Reliable, None, 0);
    session.leave();
    events.extend(perform(&mut session, &mut backend));
    events
}

/// As the room's driver does, with a browser that does everything at once.
fn perform(session: &mut Session, backend: &mut NativeBackend) -> Vec<Event> {
    let mut events = Vec::new();
    loop {
        if let Some(output) = session.poll_output() {
            match output {
                Output::Prepare => {}
                Output::Signal(command) => backend.handle_command(command, 0),
                Output::Event(event) => events.push(event),
                Output::Connection { link, command: ConnectionCommand::Exchange(command) } => {
                    for input in done(command, &events) {
                        session.handle_connection(&link, input, 0);
                    }
                }
                Output::Connection { .. } => {}
            }
        } else if let Some(output) = backend.poll_output() {
            if let signaling::Output::Event(event) = output {
                session.handle_signal(event, 0);
            }
        } else {
            return events;
        }
    }
}

fn done(command: Command, events: &[Event]) -> Vec<ConnectionInput> {
    match command {
        Command::SetLocalDescription => {
            let is_answer = events
                .iter()
                .any(|event| matches!(event, Event::ParticipantJoined(it) if it.id.as_str() == "c"));
            let sdp_type = if is_answer { SdpType::Answer } else { SdpType::Offer };
            let description = SessionDescription { sdp_type, sdp: "v=0\r\n".to_owned() };
            let candidate = IceCandidate {
                candidate: String::new(),
                sdp_mid: None,
                sdp_m_line_index: None,
                username_fragment: None,
            };
            let mids = BTreeMap::from([("0".to_owned(), "x".into())]);
            vec![
                ConnectionInput::LocalCandidate(candidate),
                ConnectionInput::LocalDescriptionSet { description, mids },
            ]
        }
        Command::SetRemoteDescription(_) => vec![ConnectionInput::RemoteDescriptionSet],
        Command::AddIceCandidate(_) | Command::RestartIce => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rehearsal_plays_every_part_of_joining() {
        let events = rehearse();
        let count = |is: fn(&Event) -> bool| events.iter().filter(|event| is(event)).count();
        assert!(count(|it| matches!(it, Event::Joined)) == 1, "{events:?}");
        // One by an offer of its own, one by an answer.
        assert!(count(|it| matches!(it, Event::TrackAdded { .. })) == 2, "{events:?}");
        assert!(count(|it| matches!(it, Event::Message(..))) == 1, "{events:?}");
        assert!(count(|it| matches!(it, Event::Warning { .. })) == 0, "{events:?}");
        assert!(matches!(events.last(), Some(Event::Ended(None))), "{events:?}");
    }
}
