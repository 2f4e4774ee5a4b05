//! `RTCPeerConnection`: <https://www.w3.org/TR/webrtc/#rtcpeerconnection-interface>, driven by the engine.

mod certificate;
mod codec;
mod configuration;
mod data_section;
mod dtmf;
mod encoding;
mod event;
mod exceptions;
mod link;
mod receiver;
mod sender;
mod senders;
mod signals;
mod spare;
mod state;
mod stopping;
mod streams;
mod transceiver;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use js_sys::Reflect;
use web_sys::{RtcConfiguration, RtcPeerConnection, RtcRtpTransceiver, RtcRtpTransceiverDirection};

pub use certificate::{Certificate, CertificateAlgorithm, CertificateOptions, Fingerprint};
pub use codec::{HeaderExtension, RtpCapabilities};
pub use configuration::{BundlePolicy, PeerConnectionOptions};
pub use dtmf::{DtmfOptions, DtmfSender, Tones};
pub use encoding::{DegradationPreference, Encoding, Priority, SendParameters};
pub use event::{PeerConnectionEvent, PeerConnectionEvents};
pub(crate) use link::Link;
pub use receiver::{Receiver, RtpSource};
pub(crate) use receiver::{audio_level, last_played};
pub use sender::Sender;
pub(crate) use senders::SenderState;
pub use signals::Signals;
pub(crate) use spare::Spare;
pub use state::{IceConnectionState, IceGatheringState, SignalingState};
pub(crate) use streams::{Attached, LocalStreams, added, detach, reuse};
pub(crate) use transceiver::set_codec_preferences;
pub use transceiver::{TrackOrKind, Transceiver, TransceiverDirection, TransceiverOptions};

use crate::engine::exchange::{Command, Input};
use crate::engine::peer::{Output, Peer, Signal};
use crate::engine::trace;
use crate::error::{Error, Result};
use crate::event_stream::Broadcaster;
use crate::model::{ConnectionState, IceServer, SessionDescription};
use crate::options::DataChannelOptions;
use crate::platform::bindings::capture::require;
use crate::platform::bindings::peer_connection as bindings;
use crate::platform::task::spawn_local;
use crate::platform::{DataChannel, ListenerGuard, LocalTrack, clock};
use exceptions::refusal;

/// One peer of a connection for audio, video and data.
///
/// The application sends the [`signals`](Self::signals) to the other peer and passes those from there to
/// [`handle_signal`](Self::handle_signal). Everything else is automatic: offers, answers, candidates, who gives way
/// when both peers negotiate at once, and the ICE restart when the connection is lost.
///
/// Clones are handles to the same connection. Dropping the last one closes it.
#[derive(Clone, Debug)]
pub struct PeerConnection(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    this: Weak<Inner>,
    link: Link,
    peer: RefCell<Peer>,
    events: Broadcaster<PeerConnectionEvent>,
    signals: Signals,
    streams: LocalStreams,
    listeners: RefCell<Vec<ListenerGuard>>,
    timer: RefCell<Option<Timeout>>,
    running: Cell<bool>,
    closed: Cell<bool>,
}

/// The number that decides politeness, unless the application did: the larger one is impolite. Zero is excluded, so
/// that it is not mistaken for "none".
fn random_number() -> u32 {
    const LARGE: u32 = 1 << 31;
    let number = 1 + (js_sys::Math::random() * f64::from(LARGE - 2)) as u32;
    if loses_rollbacks() { number | LARGE } else { number }
}

/// Chromium keeps the ids of header extensions when it rolls an offer back, and then cannot apply one of Firefox,
/// which assigns other ids. It can be detected only by the browser's name.
fn loses_rollbacks() -> bool {
    let agent = web_sys::window().and_then(|window| window.navigator().user_agent().ok());
    agent.is_some_and(|agent| agent.contains("Chrome/"))
}

/// Every offer has a media section for data channels. Without it, Chromium loses a data channel when it rolls back the
/// first offer of the channel for one without: <https://w3c.github.io/webrtc-extensions/>.
/// Other browsers ignore the option and lose nothing.
fn always_negotiate_data_channels(configuration: &RtcConfiguration) {
    // Setting a property of a new object cannot fail.
    let _ = Reflect::set(configuration, &"alwaysNegotiateDataChannels".into(), &true.into());
}

impl PeerConnection {
    /// Creates a connection. Nothing is sent before a track, a transceiver or a data channel is added by either peer.
    ///
    /// # Errors
    /// `InvalidOptions` for options that a browser would reject, or accept and never use; `Negotiation` if the browser
    /// cannot create a connection, for example because there are too many.
    pub fn new(options: &PeerConnectionOptions) -> Result<Self> {
        require(&js_sys::global(), "RTCPeerConnection")?;
        let configuration = options.to_raw()?;
        always_negotiate_data_channels(&configuration);
        let streams = LocalStreams::new()?;
        let peer = Peer::new(random_number(), options.polite, options.restart_ice_on_failure);
        let slot = Rc::new(RefCell::new(Weak::<Inner>::new()));
        let told = slot.clone();
        let on_input = move |input| {
            let inner = told.borrow().upgrade();
            if let Some(inner) = inner {
                inner.handle_input(input);
            }
        };
        let link = Link::open(&configuration, &Spare::default(), Rc::new(on_input))?;
        let inner = Rc::new_cyclic(|this| Inner {
            this: this.clone(),
            listeners: RefCell::new(event::listen(link.as_raw(), this)),
            link,
            peer: RefCell::new(peer),
            events: Broadcaster::default(),
            signals: Signals::new(),
            streams,
            timer: RefCell::default(),
            running: Cell::default(),
            closed: Cell::default(),
        });
        *slot.borrow_mut() = Rc::downgrade(&inner);
        Ok(Self(inner))
    }

    /// A stream of signals for the remote peer, in order. The transport may repeat and delay them, but should not lose
    /// any; after it was reopened, call [`resend_signals`](Self::resend_signals).
    pub fn signals(&self) -> Signals {
        self.0.signals.clone()
    }

    /// Handles a signal from the remote peer. Resulting actions are automatic; their failures are emitted as
    /// [`NegotiationFailed`](PeerConnectionEvent::NegotiationFailed) and do not close the connection.
    ///
    /// # Errors
    /// `InvalidOptions` for a signal of another connection, and if both peers have the same `polite`;
    /// `InvalidState` if this one is closed.
    pub fn handle_signal(&self, signal: Signal) -> Result<()> {
        self.0.require_open("handle a signal")?;
        let handled = self.0.peer.borrow_mut().handle_signal(signal, clock::now());
        self.0.run();
        handled
    }

    /// Emits again all signals that are not acknowledged. The remote peer ignores duplicates.
    pub fn resend_signals(&self) {
        self.0.peer.borrow_mut().resend();
        self.0.run();
    }

    /// A stream of the events from now on.
    pub fn events(&self) -> PeerConnectionEvents {
        self.0.events.subscribe()
    }

    /// Sends a track over a free or a new transceiver. The connection keeps the track running. A transceiver
    /// that was used for another track sends this one with its original encodings.
    ///
    /// # Errors
    /// `InvalidOptions` if the track is already being sent; `InvalidState` if the connection is closed.
    pub fn add_track(&self, track: &LocalTrack) -> Result<Transceiver> {
        self.0.require_open("add a track")?;
        let Inner { link, streams, .. } = &*self.0;
        let sent =
            |raw: &RtcRtpTransceiver| link.senders().track(&raw.sender()).as_ref() == Some(track.as_raw());
        if link.transceivers().any(|transceiver| sent(&transceiver)) {
            return Err(Error::InvalidOptions { detail: "the track is already being sent".to_owned() });
        }
        let Attached { transceiver, sender, is_used } =
            streams.attach(link, track.as_raw(), track.source())?;
        sender.keep(track);
        if is_used {
            let state = sender.clone();
            drop(sender.change(move |parameters, _| state.restore(parameters)));
        }
        Ok(self.0.transceiver(transceiver))
    }

    /// Stops sending the track of a sender. Its transceiver is free for another track.
    ///
    /// # Errors
    /// `InvalidOptions` for a sender of another connection; `InvalidState` if this one is closed.
    pub fn remove_track(&self, sender: &Sender) -> Result<()> {
        self.0.require_open("remove the track")?;
        let link = &self.0.link;
        let of_sender = |transceiver: &RtcRtpTransceiver| {
            transceiver.sender() == *sender.as_raw()
                && transceiver.direction() != RtcRtpTransceiverDirection::Stopped
        };
        match link.transceivers().find(of_sender) {
            Some(transceiver) => detach(link, &transceiver),
            // Fails only if the transceiver is stopped, and then there is nothing to remove.
            None => {
                bindings::remove_track(link.as_raw(), sender.as_raw()).map_err(refusal("remove the track"))?
            }
        }
        Ok(())
    }

    /// Adds a transceiver for a track or a kind of media.
    ///
    /// # Errors
    /// `InvalidOptions` for invalid encodings, and for the direction `Stopped`; `Unsupported`, with the member's
    /// name, for what the browser ignores, and if it supports none of the codecs; `InvalidState` if the connection is
    /// closed.
    pub fn add_transceiver<'a>(
        &self,
        track_or_kind: impl Into<TrackOrKind<'a>>,
        options: &TransceiverOptions,
    ) -> Result<Transceiver> {
        let (track_or_kind, init) = (track_or_kind.into(), options.to_raw()?);
        self.0.require_open("add a transceiver")?;
        if let TrackOrKind::Track(track) = track_or_kind {
            init.set_streams(&self.0.streams.array_of(track.source()));
        }
        let codecs = options.preferred_codecs(track_or_kind.kind())?;
        let transceiver = self.0.transceiver(self.0.link.add_transceiver(&track_or_kind.to_raw(), &init)?);
        if let TrackOrKind::Track(track) = track_or_kind {
            self.0.link.senders().of(transceiver.sender().as_raw()).keep(track);
        }
        let taken = codecs.map_or(Ok(()), |codecs| transceiver.set_codec_preferences(&codecs));
        if let Err(error) = taken.and_then(|()| transceiver.sender().check_taken(&options.send_encodings)) {
            transceiver.stop()?;
            return Err(error);
        }
        Ok(transceiver)
    }

    /// All transceivers, including those that the remote peer added, in the order of their media sections.
    pub fn transceivers(&self) -> Vec<Transceiver> {
        self.0.link.transceivers().map(|raw| self.0.transceiver(raw)).collect()
    }

    /// Creates a data channel. The remote peer gets it with
    /// [`DataChannelAdded`](PeerConnectionEvent::DataChannelAdded), unless it is negotiated.
    ///
    /// # Errors
    /// `InvalidOptions` for invalid or conflicting options; `InvalidState` if the connection is closed.
    pub fn create_data_channel(&self, label: &str, options: &DataChannelOptions) -> Result<DataChannel> {
        let channel = DataChannel::create(self.0.link.as_raw(), label, options)?;
        self.0.link.data_channel_created();
        Ok(channel)
    }

    /// Restarts ICE, for example after a change of networks. Media continues meanwhile, if possible.
    ///
    /// # Errors
    /// `InvalidState` if the connection is closed.
    pub fn restart_ice(&self) -> Result<()> {
        self.0.require_open("restart ICE")?;
        bindings::restart_ice(self.0.link.as_raw());
        Ok(())
    }

    /// Sets other ICE servers, used from the next gathering on, for example when TURN credentials expire.
    ///
    /// # Errors
    /// `InvalidOptions` for invalid servers; `InvalidState` if the connection is closed.
    pub fn set_ice_servers(&self, servers: &[IceServer]) -> Result<()> {
        servers.iter().try_for_each(crate::engine::ice_server::check)?;
        self.0.require_open("set the ICE servers")?;
        self.0.link.set_ice_servers(servers)
    }

    /// The connection state.
    pub fn connection_state(&self) -> ConnectionState {
        link::connection_state(self.0.link.as_raw())
    }

    /// The ICE connection state.
    pub fn ice_connection_state(&self) -> IceConnectionState {
        state::ice_connection(self.0.link.as_raw())
    }

    /// The ICE gathering state.
    pub fn ice_gathering_state(&self) -> IceGatheringState {
        state::ice_gathering(self.0.link.as_raw())
    }

    /// The signaling state.
    pub fn signaling_state(&self) -> SignalingState {
        state::signaling(self.0.link.as_raw())
    }

    /// The local description; a pending one if there is one.
    pub fn local_description(&self) -> Option<SessionDescription> {
        self.0.link.as_raw().local_description().as_ref().map(link::from_raw)
    }

    /// The remote description; a pending one if there is one.
    pub fn remote_description(&self) -> Option<SessionDescription> {
        self.0.link.as_raw().remote_description().as_ref().map(link::from_raw)
    }

    /// Closes the connection, ends the streams and releases the tracks. Idempotent.
    ///
    /// The remote peer is not notified: it sees a lost connection after some seconds, unless the application notifies
    /// it.
    pub fn close(&self) {
        self.0.close();
    }

    /// The browser's object. Reading from it, such as with `getStats`, is safe; do not use it to set descriptions or
    /// candidates.
    pub fn as_raw(&self) -> &RtcPeerConnection {
        self.0.link.as_raw()
    }
}

impl PartialEq for PeerConnection {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for PeerConnection {}

impl Inner {
    fn transceiver(&self, raw: RtcRtpTransceiver) -> Transceiver {
        Transceiver::new(raw, self.link.senders().clone(), self.link.stopping().clone())
    }

    fn require_open(&self, action: &'static str) -> Result<()> {
        match self.closed.get() {
            true => Err(Error::InvalidState { action, state: "the connection is closed" }),
            false => Ok(()),
        }
    }

    fn handle_input(&self, input: Input) {
        trace::exchange_input(&"peer connection", &input);
        if let Input::StateChange(state) = input {
            self.events.send(PeerConnectionEvent::ConnectionStateChange { state });
        }
        self.peer.borrow_mut().handle_input(input, clock::now());
        self.run();
    }

    /// Performs outputs until there are none. A nested call does nothing: the outer one continues.
    fn run(&self) {
        if self.running.replace(true) {
            return;
        }
        loop {
            let output = self.peer.borrow_mut().poll_output();
            match output {
                Some(_) if self.closed.get() => {}
                Some(output) => self.act(output),
                None => break,
            }
        }
        self.running.set(false);
        self.arm_timer();
    }

    fn act(&self, output: Output) {
        match output {
            Output::Command(command) => self.perform(command),
            Output::Signal(signal) => self.signals.send(signal),
            Output::Recovering(attempt) => self.events.send(PeerConnectionEvent::Recovering { attempt }),
            Output::Warning(error) => self.events.send(PeerConnectionEvent::NegotiationFailed { error }),
        }
    }

    fn perform(&self, command: Command) {
        trace::exchange_command(&"peer connection", &command);
        let Some(this) = self.this.upgrade() else { return };
        spawn_local(async move {
            let done = this.link.perform(command).await;
            match done {
                _ if this.closed.get() => {}
                Ok(Some(input)) => this.handle_input(input),
                Ok(None) => {}
                Err(error) => this.events.send(PeerConnectionEvent::NegotiationFailed { error }),
            }
        });
    }

    fn arm_timer(&self) {
        let due = self.peer.borrow().poll_timeout().filter(|_| !self.closed.get());
        let timer = due.map(|at| {
            let this = self.this.clone();
            clock::timer_at(at, move || {
                if let Some(inner) = this.upgrade() {
                    inner.peer.borrow_mut().handle_timeout(clock::now());
                    inner.run();
                }
            })
        });
        drop(self.timer.replace(timer));
    }

    fn close(&self) {
        if self.closed.replace(true) {
            return;
        }
        drop(self.listeners.take());
        drop(self.timer.take());
        self.link.close();
        self.signals.end();
        self.events.send(PeerConnectionEvent::ConnectionStateChange { state: ConnectionState::Closed });
        self.events.end();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}
