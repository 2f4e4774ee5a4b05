//! A client of the SFU, in place of a browser and the SDK.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use moim_protocol::{Channel, PeerSignal, RelayPayload, Reliable, Routed, SdpType, SessionDescription, Slot};
use str0m::{
    Candidate, Event, Input, Output, Rtc,
    change::{SdpAnswer, SdpPendingOffer},
    channel::{ChannelConfig, ChannelId, Reliability},
    config::CryptoProvider,
    media::{
        Direction, KeyframeRequest, KeyframeRequestKind, MediaKind, MediaTime, Mid, Rid, Simulcast,
        SimulcastLayer,
    },
    net::{Protocol, Receive, Transmit},
};

const FRAME_INTERVAL: Duration = Duration::from_millis(40);

/// A received frame.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) height: u32,
    pub(crate) is_key_frame: bool,
    pub(crate) seconds: f64,
}

/// A layer of a camera: its RID, height, and bytes per frame.
#[derive(Debug)]
struct Version {
    rid: Rid,
    height: u32,
    bytes: usize,
    needs_key_frame: bool,
}

#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) rtc: Rtc,
    pub(crate) address: SocketAddr,
    pub(crate) slots: BTreeMap<String, Slot>,
    /// The number of received slot assignments.
    pub(crate) slot_signals: usize,
    pub(crate) frames: Vec<Frame>,
    /// The SFU's replies to each offer.
    pub(crate) answers: Vec<String>,
    pub(crate) ignores_answers: bool,
    /// The number of requested key frames, of any layer.
    pub(crate) key_frames_asked: usize,
    /// Whether the camera films something that moves.
    pub(crate) is_moving: bool,
    pub(crate) messages: Vec<(Channel, String)>,
    pub(crate) faults: Vec<String>,
    /// Why the SFU could not use an offer.
    pub(crate) refusals: Vec<String>,
    pub(crate) sections: usize,
    reliable: Reliable,
    pending: Option<SdpPendingOffer>,
    pub(crate) channels: [(Channel, ChannelId); 3],
    camera: Option<(Mid, Vec<Version>)>,
    next_frame: Instant,
    frame: u64,
    timeout: Instant,
    transmits: Vec<Transmit>,
    started: Instant,
}

impl Person {
    pub(crate) fn new(address: SocketAddr, now: Instant) -> Self {
        Self::with_crypto(address, now, str0m::crypto::from_feature_flags())
    }

    pub(crate) fn with_crypto(address: SocketAddr, now: Instant, crypto: CryptoProvider) -> Self {
        let mut rtc = Rtc::builder()
            .set_crypto_provider(std::sync::Arc::new(crypto))
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .build(now);
        rtc.add_local_candidate(Candidate::host(address, "udp").unwrap());
        let channels = Channel::ALL.map(|kind| {
            let reliability = match kind.is_reliable() {
                true => Reliability::Reliable,
                false => Reliability::MaxRetransmits { retransmits: 0 },
            };
            let (ordered, negotiated) = (kind.is_reliable(), Some(kind.id()));
            let config = ChannelConfig { ordered, negotiated, reliability, ..ChannelConfig::default() };
            (kind, rtc.direct_api().create_data_channel(config))
        });
        Self {
            rtc,
            address,
            slots: BTreeMap::new(),
            slot_signals: 0,
            frames: Vec::new(),
            answers: Vec::new(),
            ignores_answers: false,
            key_frames_asked: 0,
            is_moving: true,
            messages: Vec::new(),
            faults: Vec::new(),
            refusals: Vec::new(),
            sections: 0,
            reliable: Reliable::default(),
            pending: None,
            channels,
            camera: None,
            next_frame: now,
            frame: 0,
            timeout: now,
            transmits: Vec::new(),
            started: now,
        }
    }

    pub(crate) fn last_height(&self) -> u32 {
        self.frames.last().expect("a frame").height
    }

    /// Offers to send a camera in these layers, the smallest first.
    pub(crate) fn publish_camera(&mut self, rids: &[&str], now: Instant) {
        let mut simulcast = Simulcast::new();
        for rid in rids {
            simulcast.add_send_layer(SimulcastLayer::new(rid));
        }
        let mut changes = self.rtc.sdp_api();
        let mid = changes.add_media(MediaKind::Video, Direction::SendOnly, None, None, Some(simulcast));
        changes.add_channel("any".into());
        let (offer, pending) = changes.apply().unwrap();
        self.pending = Some(pending);
        let sizes = [(180, 400), (360, 1_500), (720, 5_000)];
        let skipped = sizes.len() - rids.len();
        let version = |(rid, (height, bytes)): (&&str, (u32, usize))| Version {
            rid: Rid::from(*rid),
            height,
            bytes,
            needs_key_frame: true,
        };
        let sizes =
            sizes.into_iter().enumerate().filter(|(at, _)| *at == 0 || *at > skipped).map(|(_, size)| size);
        self.camera = Some((mid, rids.iter().zip(sizes).map(version).collect()));
        self.offer(offer.to_sdp_string(), [(mid.to_string(), "cam".into())].into(), now);
    }

    /// Offers sections to receive in.
    pub(crate) fn receive(&mut self, sections: usize, now: Instant) {
        let mut changes = self.rtc.sdp_api();
        for _ in 0..sections {
            changes.add_media(MediaKind::Video, Direction::RecvOnly, None, None, None);
        }
        changes.add_channel("any".into());
        let (offer, pending) = changes.apply().unwrap();
        self.pending = Some(pending);
        self.sections += sections;
        self.offer(offer.to_sdp_string(), BTreeMap::new(), now);
    }

    /// Offers an ICE restart.
    pub(crate) fn restart_ice(&mut self, now: Instant) {
        let mut changes = self.rtc.sdp_api();
        changes.ice_restart(true);
        let (offer, pending) = changes.apply().unwrap();
        self.pending = Some(pending);
        let camera = self.camera.iter().map(|(mid, _)| (mid.to_string(), "cam".into()));
        self.offer(offer.to_sdp_string(), camera.collect(), now);
    }

    fn offer(&mut self, sdp: String, mids: BTreeMap<String, moim_protocol::PublicationId>, now: Instant) {
        let description = SessionDescription { sdp_type: SdpType::Offer, sdp };
        self.signal(PeerSignal::Description { description, mids }, now);
    }

    pub(crate) fn signal(&mut self, signal: PeerSignal, now: Instant) {
        self.reliable.send(signal, millis(now - self.started));
    }

    pub(crate) fn ask_for_key_frame(&mut self) {
        let mid = self.slots.keys().next().expect("a section").as_str().into();
        self.rtc.writer(mid).unwrap().request_keyframe(None, KeyframeRequestKind::Pli).unwrap();
    }

    /// Sends a message to one participant, or to all. Returns whether there was room for it.
    pub(crate) fn send(&mut self, channel: Channel, to: &str, text: &str) -> bool {
        let bytes = Routed { peer: to, is_binary: false, message: text.as_bytes() }.encode().unwrap();
        let (_, id) = *self.channels.iter().find(|(kind, _)| *kind == channel).unwrap();
        self.rtc.channel(id).expect("an open channel").write(true, &bytes).unwrap()
    }

    /// The messages received on one channel, each with its sender.
    pub(crate) fn messages(&self, channel: Channel) -> Vec<&str> {
        let on_it = self.messages.iter().filter(|(kind, _)| *kind == channel);
        on_it.map(|(_, text)| text.as_str()).collect()
    }

    pub(crate) fn handle_payload(&mut self, payload: RelayPayload, now: Instant) {
        for signal in self.reliable.handle_payload(payload, millis(now - self.started)) {
            match signal {
                PeerSignal::Description { description, .. } => {
                    self.answers.push(description.sdp.clone());
                    if self.ignores_answers {
                        continue;
                    }
                    let answer = SdpAnswer::from_sdp_string(&description.sdp).unwrap();
                    self.rtc.sdp_api().accept_answer(self.pending.take().unwrap(), answer).unwrap();
                    self.timeout = now;
                }
                PeerSignal::Slots { slots } => {
                    self.slots = slots;
                    self.slot_signals += 1;
                }
                PeerSignal::Refusal { sdp_type: SdpType::Offer, reason } => self.refusals.push(reason),
                other => panic!("{other:?}"),
            }
        }
    }

    pub(crate) fn handle_datagram(&mut self, source: SocketAddr, bytes: &[u8], now: Instant) {
        let Ok(contents) = bytes.try_into() else { return };
        let receive = Receive { proto: Protocol::Udp, source, destination: self.address, contents };
        self.rtc.handle_input(Input::Receive(now, receive)).unwrap();
        self.poll();
    }

    /// Films, advances time, and returns what must be sent.
    pub(crate) fn run(&mut self, now: Instant) -> (Vec<Transmit>, Vec<RelayPayload>) {
        if self.next_frame <= now {
            self.next_frame = now + FRAME_INTERVAL;
            self.film(now);
        }
        self.reliable.handle_timeout(millis(now - self.started));
        if self.timeout <= now {
            self.rtc.handle_input(Input::Timeout(now)).unwrap();
        }
        self.poll();
        (std::mem::take(&mut self.transmits), std::iter::from_fn(|| self.reliable.poll_transmit()).collect())
    }

    fn poll(&mut self) {
        loop {
            match self.rtc.poll_output().unwrap() {
                Output::Transmit(transmit) => self.transmits.push(transmit),
                Output::Event(event) => self.handle_event(event),
                Output::Timeout(at) => {
                    self.timeout = at;
                    return;
                }
            }
        }
    }

    fn film(&mut self, now: Instant) {
        let Some((mid, versions)) = &mut self.camera else { return };
        if !self.rtc.is_connected() {
            return;
        }
        // An encoder sends nothing of a still picture, unless a key frame is requested.
        if !self.is_moving && versions.iter().all(|version| !version.needs_key_frame) {
            return;
        }
        self.frame += 1;
        for (place, version) in versions.iter_mut().enumerate() {
            let is_key_frame = std::mem::take(&mut version.needs_key_frame);
            // Each layer has its own timestamp offset, as in browsers.
            let time = MediaTime::from_90khz(self.frame * 3_600 + 1_000_000 * place as u64);
            let [low, high] = (version.height as u16).to_le_bytes();
            let mut frame = vec![0x10, 0, 0, 0x9d, 0x01, 0x2a, 0, 1, low, high];
            if !is_key_frame {
                frame[0] |= 1;
            }
            frame.resize(if is_key_frame { version.bytes * 3 } else { version.bytes }, 7);
            let writer = self.rtc.writer(*mid).unwrap().rid(version.rid);
            let pt = writer.payload_params().next().unwrap().pt();
            writer.write(pt, now, time, frame).unwrap();
        }
    }

    fn handle_event(&mut self, event: Event) {
        match event {
            Event::MediaData(data) => {
                let height = u32::from(u16::from_le_bytes([data.data[8], data.data[9]]));
                let is_key_frame = data.is_keyframe();
                self.frames.push(Frame { height, is_key_frame, seconds: data.time.as_seconds() });
            }
            Event::KeyframeRequest(KeyframeRequest { rid, .. }) => {
                self.key_frames_asked += 1;
                let versions = self.camera.iter_mut().flat_map(|(_, versions)| versions);
                versions.filter(|version| rid.is_none_or(|rid| rid == version.rid)).for_each(|version| {
                    version.needs_key_frame = true;
                });
            }
            Event::ChannelData(data) => {
                let routed = Routed::decode(&data.data).unwrap();
                let text = String::from_utf8_lossy(routed.message);
                let (kind, _) = *self.channels.iter().find(|(_, id)| *id == data.id).unwrap();
                self.messages.push((kind, format!("{}: {text}", routed.peer)));
            }
            _ => {}
        }
    }
}

fn millis(duration: Duration) -> u64 {
    duration.as_millis() as u64
}
