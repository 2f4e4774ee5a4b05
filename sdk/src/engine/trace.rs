//! Logs the steps of a call through the [`log`] facade, for troubleshooting.
//!
//! The targets are `moim::signaling`, `moim::room` and `moim::connection`. A record names the event and the
//! participant, but no content: it never contains tokens, credentials, queries of URLs, descriptions or messages.

use std::fmt::Display;

use super::connection::{ConnectionCommand, ConnectionInput};
use super::exchange::{Command, Input};
use super::session::Event;
use crate::error::{Error, SignalingError};
use crate::model::{IceCandidate, SdpType, SignalCommand, SignalEvent};

const SIGNALING: &str = "moim::signaling";
const ROOM: &str = "moim::room";
const CONNECTION: &str = "moim::connection";

/// A WebSocket is being opened.
pub(crate) fn socket_opening(url: &str) {
    log::debug!(target: SIGNALING, "opening {}", url.split(['?', '#']).next().unwrap_or_default());
}

/// A WebSocket was opened, or closed with this code.
pub(crate) fn socket(closed: Option<u16>) {
    match closed {
        None => log::debug!(target: SIGNALING, "open"),
        Some(code) => log::debug!(target: SIGNALING, "closed with code {code}"),
    }
}

/// The session sends a command to the server.
pub(crate) fn signal_command(command: &SignalCommand) {
    let name = match command {
        SignalCommand::Join(_) => "join",
        SignalCommand::Open(_) | SignalCommand::Close(_) => return,
        SignalCommand::Signal { link, .. } => {
            return log::trace!(target: SIGNALING, "sending a signal to {link}");
        }
        SignalCommand::Publish(..) => "publish",
        SignalCommand::Update(..) => "update",
        SignalCommand::Order(..) => "order",
        SignalCommand::Reconnect => "join over a new connection",
        SignalCommand::Probe { .. } => "ping",
        SignalCommand::Leave => "leave",
    };
    log::debug!(target: SIGNALING, "send {name}");
}

/// The server sent an event.
pub(crate) fn signal_event(event: &SignalEvent) {
    match event {
        SignalEvent::Joined { participant_id, .. } => {
            log::info!(target: SIGNALING, "joined as {participant_id}");
        }
        SignalEvent::Resumed { .. } => log::info!(target: SIGNALING, "resumed"),
        SignalEvent::Rejoined { participant_id, .. } => {
            log::info!(target: SIGNALING, "joined again as {participant_id}");
        }
        SignalEvent::Refused(refusal) | SignalEvent::Ended(refusal) => {
            log::warn!(target: SIGNALING, "refused: {}", refusal.code.as_str());
        }
        SignalEvent::Undecodable { .. } => log::warn!(target: SIGNALING, "a message could not be decoded"),
        SignalEvent::Unreachable { .. } => log::warn!(target: SIGNALING, "the server cannot be reached"),
        SignalEvent::Lost { .. } => log::warn!(target: SIGNALING, "the connection to the server was lost"),
        SignalEvent::Signal { link, .. } => log::trace!(target: SIGNALING, "received a signal from {link}"),
        _ => log::trace!(target: SIGNALING, "received a roster change"),
    }
}

/// The room emits an event.
pub(crate) fn room_event(event: &Event) {
    match event {
        Event::ParticipantJoined(info) => log::debug!(target: ROOM, "{} joined", info.id),
        Event::ParticipantLeft(id, _) => log::debug!(target: ROOM, "{id} left"),
        Event::TrackAdded { participant_id, publication, .. } => {
            log::debug!(target: ROOM, "{participant_id}: track {} added", publication.id);
        }
        Event::TrackRemoved(participant_id, publication_id) => {
            log::debug!(target: ROOM, "{participant_id}: track {publication_id} removed");
        }
        Event::Ended(None) => log::info!(target: ROOM, "left"),
        Event::Ended(Some(error)) => log::error!(target: ROOM, "left: {}", words(error)),
        _ => {}
    }
}

/// A failure that does not end the call.
pub(crate) fn warning(error: &Error) {
    log::warn!(target: ROOM, "{}", words(error));
}

/// A command to a connection.
pub(crate) fn connection_command(peer: &dyn Display, command: &ConnectionCommand) {
    match command {
        ConnectionCommand::Open { .. } => log::debug!(target: CONNECTION, "{peer}: open"),
        ConnectionCommand::Close => log::debug!(target: CONNECTION, "{peer}: close"),
        ConnectionCommand::Attach(id, _) => log::debug!(target: CONNECTION, "{peer}: send {id}"),
        ConnectionCommand::Detach(id) => log::debug!(target: CONNECTION, "{peer}: stop sending {id}"),
        ConnectionCommand::Exchange(command) => exchange_command(peer, command),
        _ => {}
    }
}

/// An event of a connection.
pub(crate) fn connection_input(peer: &dyn Display, input: &ConnectionInput) {
    match input {
        ConnectionInput::NegotiationNeeded => negotiation_needed(peer),
        ConnectionInput::LocalDescriptionSet { description, .. } => {
            local_description(peer, description.sdp_type);
        }
        ConnectionInput::RemoteDescriptionSet => remote_description(peer),
        ConnectionInput::OperationFailed { error, .. } => failed(peer, error),
        ConnectionInput::LocalCandidate(found) => candidate(peer, "local", found),
        ConnectionInput::StateChange(state) => log::info!(target: CONNECTION, "{peer}: {state:?}"),
        ConnectionInput::IceConnected(is_connected) => ice(peer, *is_connected),
        ConnectionInput::ChannelOpen(channel) => {
            log::debug!(target: CONNECTION, "{peer}: data channel {} open", channel.label());
        }
        ConnectionInput::ChannelClosed(channel) => {
            log::debug!(target: CONNECTION, "{peer}: data channel {} closed", channel.label());
        }
        ConnectionInput::ChannelFull(channel) => {
            log::warn!(target: CONNECTION, "{peer}: data channel {} full", channel.label());
        }
        ConnectionInput::ChannelCapacity(channel) => {
            log::debug!(target: CONNECTION, "{peer}: data channel {} accepts messages again", channel.label());
        }
        ConnectionInput::ChannelMessage(..) | ConnectionInput::ForeignChannel => {}
    }
}

/// A command to a peer connection.
pub(crate) fn exchange_command(peer: &dyn Display, command: &Command) {
    match command {
        Command::SetLocalDescription => log::debug!(target: CONNECTION, "{peer}: set the local description"),
        Command::SetRemoteDescription(description) => {
            log::debug!(target: CONNECTION, "{peer}: set the remote {}", sdp_type(description.sdp_type));
        }
        Command::AddIceCandidate(found) => candidate(peer, "remote", found),
        Command::RestartIce => log::info!(target: CONNECTION, "{peer}: restart ICE"),
    }
}

/// An event of a peer connection.
pub(crate) fn exchange_input(peer: &dyn Display, input: &Input) {
    match input {
        Input::NegotiationNeeded => negotiation_needed(peer),
        Input::LocalDescriptionSet(description) => local_description(peer, description.sdp_type),
        Input::RemoteDescriptionSet => remote_description(peer),
        Input::OperationFailed { error, .. } => failed(peer, error),
        Input::LocalCandidate(found) => candidate(peer, "local", found),
        Input::StateChange(state) => log::info!(target: CONNECTION, "{peer}: {state:?}"),
        Input::IceConnected(is_connected) => ice(peer, *is_connected),
    }
}

fn ice(peer: &dyn Display, is_connected: bool) {
    let state = if is_connected { "connected" } else { "not connected" };
    log::debug!(target: CONNECTION, "{peer}: ICE is {state}");
}

/// A connection is replaced by a new one.
pub(crate) fn replacing(peer: &dyn Display) {
    log::warn!(target: CONNECTION, "{peer}: no ICE restart restores the connection; it is replaced");
}

/// A lost connection is being restored.
pub(crate) fn recovering(attempt: u32) {
    log::warn!(target: CONNECTION, "connection lost: restore attempt {attempt}");
}

fn negotiation_needed(peer: &dyn Display) {
    log::debug!(target: CONNECTION, "{peer}: negotiation needed");
}

fn local_description(peer: &dyn Display, kind: SdpType) {
    log::debug!(target: CONNECTION, "{peer}: local {} set", sdp_type(kind));
}

fn remote_description(peer: &dyn Display) {
    log::debug!(target: CONNECTION, "{peer}: remote description set");
}

fn failed(peer: &dyn Display, error: &Error) {
    log::warn!(target: CONNECTION, "{peer}: {}", words(error));
}

fn candidate(peer: &dyn Display, whose: &str, candidate: &IceCandidate) {
    log::debug!(target: CONNECTION, "{peer}: {whose} candidate: {}", candidate_type(candidate));
}

fn sdp_type(kind: SdpType) -> &'static str {
    match kind {
        SdpType::Offer => "offer",
        SdpType::Answer => "answer",
    }
}

/// The candidate type `host`, `srflx`, `prflx` or `relay` (RFC 8839), without addresses.
fn candidate_type(candidate: &IceCandidate) -> &str {
    let mut words = candidate.candidate.split(' ').skip_while(|word| *word != "typ");
    words.nth(1).unwrap_or("end of candidates")
}

/// The part of an error that is safe to log. Messages of a browser, a server or a caller may quote anything.
fn words(error: &Error) -> String {
    let code = error.code().as_str();
    match error {
        Error::Negotiation { step, .. } => format!("{code} while {step}"),
        Error::Browser { name, .. } => format!("{code} {name}"),
        Error::InvalidOptions { .. }
        | Error::Signaling(SignalingError::Undecodable { .. } | SignalingError::Refused { .. }) => {
            code.to_owned()
        }
        error => format!("{code} {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candidate_is_named_by_its_type_alone() {
        let of = |text: &str| IceCandidate {
            candidate: text.into(),
            sdp_mid: None,
            sdp_m_line_index: None,
            username_fragment: None,
        };
        let host = of("candidate:1 1 udp 2113937151 192.168.1.5 51234 typ host generation 0 ufrag abcd");
        assert_eq!(candidate_type(&host), "host");
        assert_eq!(
            candidate_type(&of("candidate:1 1 udp 1 1.2.3.4 5 typ relay raddr 0.0.0.0 rport 0")),
            "relay"
        );
        assert_eq!(candidate_type(&of("")), "end of candidates");
    }

    #[test]
    fn words_that_may_quote_a_secret_are_left_out() {
        let secret = || "hunter2".to_owned();
        for error in [
            Error::Negotiation { step: "applying", detail: secret() },
            Error::Browser { name: "OperationError".into(), detail: secret() },
            Error::InvalidOptions { detail: secret() },
            SignalingError::Undecodable { detail: secret() }.into(),
        ] {
            assert!(words(&error).starts_with(error.code().as_str()) && !words(&error).contains("hunter2"));
        }
        let timeout = Error::Timeout { action: "joining the room", after_ms: 5 };
        assert!(words(&timeout).contains("joining the room"));
    }
}
