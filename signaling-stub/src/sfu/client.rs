//! The connection of one participant.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use moim_protocol::{
    Channel as ChannelKind, MediaKind, ParticipantId, PeerSignal, Publication, PublicationId, RelayPayload,
    Reliable, RoomPermission, RoomPermissions, Routed, SdpType, SessionDescription,
};
use str0m::{
    Candidate, Event, Input, Output, Rtc,
    bwe::{Bitrate, BweKind},
    change::SdpOffer,
    crypto::CryptoProvider,
    format::{Codec, PayloadParams},
    media::{Direction, Frequency, KeyframeRequestKind, MediaData, MediaTime, Mid, Rid},
};
use tracing::{debug, info, warn};

use super::{
    Source,
    budget::Budget,
    channel::{self, Channels},
    client_event::ClientEvent,
    downlink::Verdict,
    inbox::{Dropped, Inbox, Message},
    layers::Layer,
    offer::{self, Pace},
    slots::Feed,
    subscriptions::{FIRST_ESTIMATE_KBPS, Subscriptions},
    uplink::Uplink,
    vp8,
};
use crate::{SeatId, hub::shorten};

#[derive(Debug)]
pub(super) struct Client {
    pub(super) room: String,
    pub(super) participant: ParticipantId,
    pub(super) publications: Vec<Publication>,
    pub(super) permissions: RoomPermissions,
    rtc: Rtc,
    reliable: Reliable,
    channels: Channels,
    /// Maps media sections to the client's publications.
    mids: BTreeMap<String, PublicationId>,
    /// Publications that have ended since its last offer, which still carried them.
    withdrawn: BTreeSet<PublicationId>,
    uplinks: BTreeMap<Mid, Uplink>,
    subscriptions: Subscriptions,
    started: Instant,
    rtc_timeout: Instant,
    pub(super) events: VecDeque<ClientEvent>,
    pace: Pace,
    inbox: Inbox,
    /// When it was last told that it may not do something.
    pub(super) told_at: Option<Instant>,
    /// An offer that came too early, and when it may be processed.
    early_offer: Option<(Instant, Offer)>,
}

/// A description, and the content of its sections.
type Offer = (SessionDescription, BTreeMap<String, PublicationId>);

impl Client {
    pub(super) fn new(
        room: String,
        participant: ParticipantId,
        crypto: Arc<CryptoProvider>,
        candidates: &[Candidate],
        budget: &Budget,
        started: Instant,
        now: Instant,
    ) -> Self {
        // One codec of each kind keeps descriptions small, and everyone can forward to everyone.
        let mut rtc = Rtc::builder()
            .set_crypto_provider(crypto)
            .set_ice_lite(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .enable_bwe(Some(Bitrate::kbps(FIRST_ESTIMATE_KBPS)))
            .set_sctp_max_buffered_amount(channel::MAX_BUFFERED_BYTES)
            .build(now);
        for candidate in candidates {
            rtc.add_local_candidate(candidate.clone());
        }
        let channels = Channels::new(&mut rtc, budget);
        Self {
            room,
            participant,
            publications: Vec::new(),
            permissions: RoomPermissions::default(),
            rtc,
            reliable: Reliable::default(),
            channels,
            mids: BTreeMap::new(),
            withdrawn: BTreeSet::new(),
            uplinks: BTreeMap::new(),
            subscriptions: Subscriptions::new(now),
            started,
            rtc_timeout: now,
            events: VecDeque::new(),
            pace: Pace::new(now),
            inbox: Inbox::new(budget, now),
            told_at: None,
            early_offer: None,
        }
    }

    /// Whether the client has replaced its peer connection, and may do so now. If not, it will repeat the payload.
    pub(super) fn begins_epoch(&mut self, payload: &RelayPayload, now: Instant) -> bool {
        payload.epoch > self.reliable.epoch() && self.pace.take(now).is_ok()
    }

    /// Continues with a fresh connection. The limits of the one before still apply.
    pub(super) fn begin_epoch(&mut self, epoch: u32, fresh: Self, now: Instant) {
        let before = std::mem::replace(self, fresh);
        (self.publications, self.permissions) = (before.publications, before.permissions);
        (self.pace, self.inbox, self.told_at) = (before.pace, before.inbox, before.told_at);
        self.reliable = Reliable::begin(epoch, self.millis(now));
    }

    /// Sets its publications. One that has ended may be published again under the same id: the offers so far do not carry
    /// the new one. The client makes another offer then, if it learnt late that the first has ended.
    pub(super) fn publish(&mut self, publications: Vec<Publication>, now: Instant) {
        let before = std::mem::replace(&mut self.publications, publications);
        let is_published = |id: &PublicationId| self.publications.iter().any(|known| known.id == *id);
        for Publication { id, .. } in before.into_iter().filter(|known| !is_published(&known.id)) {
            let early = self.early_offer.as_mut().map(|(_, (_, mids))| mids);
            for mids in early.into_iter().chain([&mut self.mids]) {
                let sections = mids.len();
                mids.retain(|_, carried| *carried != id);
                if mids.len() < sections {
                    self.withdrawn.insert(id.clone());
                }
            }
        }
        if self.withdrawn.iter().any(is_published) {
            let ask = PeerSignal::Ask { audio: 0, video: 0, restart: false };
            self.reliable.send(ask, self.millis(now));
        }
    }

    /// Handles a payload, and returns its faults.
    pub(super) fn handle_payload(&mut self, payload: RelayPayload, now: Instant) -> Vec<String> {
        let mut faults = Vec::new();
        let millis = self.millis(now);
        let signals = self.reliable.handle_payload(payload, millis);
        if self.subscriptions.acknowledged(self.reliable.acknowledged()) {
            self.events.push_back(ClientEvent::SectionsChanged);
        }
        for signal in signals {
            match signal {
                PeerSignal::Description { description: SessionDescription { sdp_type, .. }, .. }
                    if sdp_type != SdpType::Offer =>
                {
                    faults.push("received an answer without an offer: the SFU makes no offers".to_owned());
                }
                PeerSignal::Description { description, mids } => {
                    self.withdrawn.clear();
                    // A client waits for the answer to its offer; a newer offer replaces a pending one.
                    self.early_offer = Some((now, (description, mids)));
                    self.take_early_offer(now);
                }
                // The client offers again, and until then its previous media continues.
                PeerSignal::Refusal { reason, .. } => {
                    debug!(participant = %self.participant, reason, "the client refused an answer");
                }
                PeerSignal::Wishes { wishes, others } => {
                    if wishes.iter().any(|wish| wish.wanted)
                        && !self.permissions.allows(RoomPermission::Subscribe)
                    {
                        self.refuse(RoomPermission::Subscribe, now);
                    }
                    for (source, rid) in self.subscriptions.wish(wishes, others, now) {
                        self.events.push_back(ClientEvent::KeyFrameWanted { source, rid });
                    }
                    self.events.push_back(ClientEvent::SectionsChanged);
                }
                // Clients connect to the SFU, not the other way round: their candidates are learnt from their checks.
                _ => {}
            }
        }
        faults
    }

    /// Processes the pending offer, if it is time.
    fn take_early_offer(&mut self, now: Instant) {
        let Some((_, offer)) = self.early_offer.take_if(|(at, _)| *at <= now) else { return };
        if let Err(later) = self.pace.take(now) {
            debug!(participant = %self.participant, "an offer has to wait");
            self.early_offer = Some((later, offer));
        } else if let Err(reason) = self.take_offer(offer, now) {
            let reason = shorten(reason);
            info!(participant = %self.participant, reason, "refused an offer");
            let millis = self.millis(now);
            self.reliable.send(PeerSignal::Refusal { sdp_type: SdpType::Offer, reason }, millis);
        }
    }

    fn take_offer(&mut self, (description, mids): Offer, now: Instant) -> Result<(), String> {
        let offer = SdpOffer::from_sdp_string(&offer::read(&description.sdp)?)
            .map_err(|error| format!("the offer is not valid SDP: {error}"))?;
        let answer = self.rtc.sdp_api().accept_offer(offer);
        let answer = answer.map_err(|error| format!("the SFU cannot accept the offer: {error}"))?;
        self.mids = mids;
        self.mids.retain(|mid, _| self.rtc.media(Mid::from(mid.as_str())).is_some());
        let description = SessionDescription { sdp_type: SdpType::Answer, sdp: answer.to_sdp_string() };
        let answer = PeerSignal::Description { description, mids: BTreeMap::new() };
        let millis = self.millis(now);
        self.reliable.send(answer, millis);
        self.rtc_timeout = now;
        self.events.push_back(ClientEvent::SectionsChanged);
        Ok(())
    }

    /// The connection that carries signals to the client is a new one: what was under way is lost.
    pub(super) fn repeat_signals(&mut self) {
        self.reliable.repeat();
    }

    pub(super) fn accepts(&self, input: &Input<'_>) -> bool {
        self.rtc.accepts(input)
    }

    pub(super) fn handle_input(&mut self, input: Input<'_>) {
        if let Err(error) = self.rtc.handle_input(input) {
            info!(participant = %self.participant, %error, "the media connection was closed");
            self.rtc.disconnect();
        }
    }

    pub(super) fn timeout(&self) -> Instant {
        let reliable = self.reliable.poll_timeout().map(|ms| self.started + Duration::from_millis(ms));
        let media = self.rtc.is_alive().then(|| {
            let key_frame = self.uplinks.values().filter_map(Uplink::poll_timeout).min();
            key_frame.map_or(self.rtc_timeout, |at| at.min(self.rtc_timeout))
        });
        let never = self.started + Duration::from_secs(u32::MAX.into());
        let offer = self.early_offer.as_ref().map(|(at, _)| *at);
        let messages = self.inbox.poll_timeout();
        reliable.into_iter().chain(media).chain(offer).chain(messages).min().unwrap_or(never)
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        let millis = self.millis(now);
        self.reliable.handle_timeout(millis);
        self.take_early_offer(now);
        if self.rtc.is_alive() {
            self.handle_input(Input::Timeout(now));
            self.ask_for_key_frames(now);
        }
    }

    /// The next event.
    pub(super) fn poll(&mut self, now: Instant) -> Option<ClientEvent> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            if let Some(message) = self.inbox.poll(now) {
                return Some(ClientEvent::Message(message));
            }
            if let Some(payload) = self.reliable.poll_transmit() {
                return Some(ClientEvent::Relay(payload));
            }
            if !self.rtc.is_alive() {
                return None;
            }
            match self.rtc.poll_output() {
                Ok(Output::Transmit(transmit)) => return Some(ClientEvent::Transmit(transmit)),
                Ok(Output::Timeout(at)) => {
                    self.rtc_timeout = at;
                    return None;
                }
                Ok(Output::Event(event)) => self.handle_event(event, now),
                Err(error) => {
                    warn!(participant = %self.participant, %error, "the media connection failed");
                    self.rtc.disconnect();
                }
            }
        }
    }

    fn handle_event(&mut self, event: Event, now: Instant) {
        match event {
            Event::Connected => debug!(participant = %self.participant, "media connected"),
            Event::MediaAdded(media) => self.section_added(media.mid, media.direction),
            Event::MediaChanged(media) => self.section_added(media.mid, media.direction),
            Event::MediaData(data) => {
                let uplink = self.uplinks.entry(data.mid).or_default();
                uplink.measure(data.rid, &data.data, data.is_keyframe(), now);
                self.events.push_back(ClientEvent::Media(Box::new(data)));
            }
            Event::KeyframeRequest(request) => {
                let Some(source) = self.subscriptions.source(request.mid) else { return };
                if let Some(rid) = self.subscriptions.version(request.mid) {
                    self.events.push_back(ClientEvent::KeyFrameWanted { source, rid });
                }
            }
            Event::EgressBitrateEstimate(BweKind::Twcc { estimate, .. }) => {
                self.subscriptions.estimated(estimate.as_f64(), now);
                self.update_desired_bitrate();
            }
            Event::ChannelOpen(id, _) => self.channels.opened(&mut self.rtc, id),
            Event::ChannelBufferedAmountLow(id) => self.channels.flush(&mut self.rtc, id),
            Event::ChannelData(data) => {
                if let (Some(channel), Some(routed)) =
                    (self.channels.kind(data.id), Routed::decode(&data.data))
                {
                    let (to, is_binary) = (routed.peer.to_owned(), routed.is_binary);
                    let content = routed.message.to_vec();
                    if let Err(Dropped { aloud }) =
                        self.inbox.push(Message { channel, to, is_binary, content }, now)
                    {
                        let fault = "too many messages; they are dropped until the rate falls";
                        self.events.push_back(ClientEvent::Dropped { fault: aloud.then_some(fault) });
                    }
                }
            }
            _ => {}
        }
    }

    fn section_added(&mut self, mid: Mid, direction: Direction) {
        let Some(kind) = self.rtc.media(mid).map(|media| kind_of(media.kind())) else { return };
        if direction == Direction::SendOnly {
            self.subscriptions.add_section(mid, kind);
        }
        self.events.push_back(ClientEvent::SectionsChanged);
    }

    /// The publications of this client that have a section.
    pub(super) fn feeds(&self, id: SeatId) -> impl Iterator<Item = Feed> + '_ {
        self.publications.iter().filter_map(move |publication| {
            let (mid, _) = self.mids.iter().find(|(_, carried)| **carried == publication.id)?;
            let mid = Mid::from(mid.as_str());
            // What is published as audio is not forwarded as video.
            self.rtc.media(mid).filter(|media| kind_of(media.kind()) == publication.kind)?;
            let slot = moim_protocol::Slot {
                participant_id: self.participant.clone(),
                publication_id: publication.id.clone(),
            };
            Some(Feed { source: (id, mid), kind: publication.kind, slot, to: publication.to.clone() })
        })
    }

    /// Assigns the others' publications to this client's sections. Returns whether anything changed.
    pub(super) fn assign(&mut self, feeds: Vec<Feed>, now: Instant) -> bool {
        let changed = self.subscriptions.assign(feeds);
        if changed.is_empty() {
            return false;
        }
        let signal = PeerSignal::Slots { slots: self.subscriptions.to_signal() };
        let millis = self.millis(now);
        let number = self.reliable.send(signal, millis);
        self.subscriptions.told(number);
        for mid in changed {
            // The publisher can be asked for a key frame before its first frame arrives.
            match self.subscriptions.source(mid) {
                Some(source) => self.events.push_back(ClientEvent::KeyFrameWanted { source, rid: None }),
                None => self.show_black(mid, now),
            }
        }
        true
    }

    /// The number of publications that it receives.
    pub(super) fn streams(&self) -> usize {
        self.subscriptions.sources()
    }

    /// The layers that this client sends in a section.
    pub(super) fn layers(&self, mid: Mid, now: Instant) -> Vec<Layer> {
        self.uplinks.get(&mid).map(|uplink| uplink.layers(now)).unwrap_or_default()
    }

    /// Forwards a frame of another client, if this one receives it, and returns what was done with it.
    pub(super) fn forward(
        &mut self,
        source: Source,
        data: &MediaData,
        layers: &[Layer],
        now: Instant,
    ) -> Option<Verdict> {
        let judged = self.subscriptions.judge(source, data, layers, now);
        self.update_desired_bitrate();
        let (mid, verdict) = judged?;
        match verdict {
            Verdict::Forward => {
                let time = self.subscriptions.time(mid, data);
                self.write(mid, data, MediaTime::new(time, data.time.frequency()));
            }
            Verdict::Ask(rid) => self.events.push_back(ClientEvent::KeyFrameWanted { source, rid }),
            Verdict::Drop => {}
        }
        Some(verdict)
    }

    fn update_desired_bitrate(&mut self) {
        if let Some(bitrate) = self.subscriptions.take_desired_bitrate() {
            self.rtc.bwe().set_desired_bitrate(Bitrate::bps(bitrate));
        }
    }

    fn write(&mut self, mid: Mid, data: &MediaData, time: MediaTime) {
        let Some(mut writer) = self.rtc.writer(mid) else { return };
        let Some(pt) = writer.match_params(data.params) else { return };
        if let (Some(level), Some(voice)) = (data.ext_vals.audio_level, data.ext_vals.voice_activity) {
            writer = writer.audio_level(level, voice);
        }
        if let Some(orientation) = data.ext_vals.video_orientation {
            writer = writer.video_orientation(orientation);
        }
        if let Err(error) = writer.write(pt, data.network_time, time, Arc::clone(&data.data)) {
            debug!(participant = %self.participant, %mid, %error, "a frame was not sent");
        }
    }

    /// A browser may keep a section's last frame, and show it for the participant who uses the section next.
    fn show_black(&mut self, mid: Mid, now: Instant) {
        let Some(writer) = self.rtc.writer(mid) else { return };
        let vp8 = writer.payload_params().find(|params| params.spec().codec == Codec::Vp8);
        let Some(pt) = vp8.map(PayloadParams::pt) else { return };
        let rate = Frequency::NINETY_KHZ;
        let time = MediaTime::new(self.subscriptions.time_of_none(mid, rate.get(), now), rate);
        if let Err(error) = writer.write(pt, now, time, vp8::BLACK.as_slice()) {
            debug!(participant = %self.participant, %mid, %error, "a black picture was not sent");
        }
    }

    /// Requests a key frame from the client; of all layers, if there are several and none is named.
    pub(super) fn request_key_frame(&mut self, mid: Mid, rid: Option<Rid>, now: Instant) {
        if let Some(uplink) = self.uplinks.get_mut(&mid) {
            uplink.want_key_frame(rid, now);
        }
        self.ask_for_key_frames(now);
    }

    fn ask_for_key_frames(&mut self, now: Instant) {
        for (mid, uplink) in &mut self.uplinks {
            for rid in uplink.take_due(now) {
                // Nothing has arrived yet: the first frame will be a key frame.
                let _ = self
                    .rtc
                    .writer(*mid)
                    .map(|mut writer| writer.request_keyframe(rid, KeyframeRequestKind::Pli));
            }
        }
    }

    /// Sends a message of `from`.
    pub(super) fn send_message(
        &mut self,
        channel: ChannelKind,
        from: &str,
        is_binary: bool,
        message: &[u8],
    ) -> channel::Dropped {
        match self.rtc.is_alive() {
            true => self.channels.send(&mut self.rtc, channel, from, is_binary, message),
            false => channel::Dropped::default(),
        }
    }

    /// Whether it gets an error for a message of its own that was dropped.
    pub(super) fn is_told(&mut self, now: Instant) -> bool {
        self.inbox.is_told(now)
    }

    fn millis(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.started).as_millis()).unwrap_or(u64::MAX)
    }
}

fn kind_of(kind: str0m::media::MediaKind) -> MediaKind {
    match kind {
        str0m::media::MediaKind::Audio => MediaKind::Audio,
        str0m::media::MediaKind::Video => MediaKind::Video,
    }
}
