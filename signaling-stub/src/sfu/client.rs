//! One participant's connection.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use moim_protocol::{
    MediaKind, ParticipantId, PeerSignal, Publication, PublicationId, RelayPayload, Reliable, Routed,
    SdpType, SessionDescription, Wish,
};
use str0m::{
    Candidate, Event, Input, Output, Rtc,
    bwe::{Bitrate, BweKind},
    change::SdpOffer,
    crypto::CryptoProvider,
    media::{Direction, KeyframeRequestKind, MediaData, MediaTime, Mid, Rid},
    net::Transmit,
};
use tracing::{debug, info, trace, warn};

use super::{
    Source,
    channel::Channel,
    downlink::{Downlink, Verdict},
    layers::{self, Demand, Layer},
    slots::{Offer, Slots},
    uplink::Uplink,
};
use crate::ConnectionId;

/// What a path is thought to carry before anything is known of it.
const FIRST_ESTIMATE_KBPS: u64 = 1_500;
/// How often versions are chosen anew.
const CHOICE_INTERVAL: Duration = Duration::from_millis(300);
/// The part of the estimate that is left to sound, data and repetitions.
const VIDEO_SHARE: f64 = 0.85;

/// What happened at a client.
#[derive(Debug)]
pub(super) enum Happening {
    Transmit(Transmit),
    Relay(RelayPayload),
    /// Media sections came or changed.
    SectionsChanged,
    Media(Box<MediaData>),
    KeyFrameWanted {
        source: Source,
        rid: Option<Rid>,
    },
    Message {
        to: String,
        is_binary: bool,
        message: Vec<u8>,
    },
}

#[derive(Debug)]
pub(super) struct Client {
    pub(super) room: String,
    pub(super) participant: ParticipantId,
    pub(super) publications: Vec<Publication>,
    rtc: Rtc,
    reliable: Reliable,
    channel: Channel,
    /// Which section carries which publication of the client.
    mids: BTreeMap<String, PublicationId>,
    uplinks: BTreeMap<Mid, Uplink>,
    slots: Slots,
    downlinks: BTreeMap<Mid, Downlink>,
    /// The versions of what is forwarded, as last seen.
    seen_layers: BTreeMap<Source, Vec<Layer>>,
    wishes: Vec<Wish>,
    /// Whether what no wish names is wanted.
    wants_others: bool,
    estimate: f64,
    chosen_at: Instant,
    started: Instant,
    rtc_timeout: Instant,
    happenings: VecDeque<Happening>,
}

impl Client {
    pub(super) fn new(
        room: String,
        participant: ParticipantId,
        crypto: Arc<CryptoProvider>,
        candidates: &[Candidate],
        started: Instant,
        now: Instant,
    ) -> Self {
        // One codec of each kind keeps descriptions small, and lets everyone forward to everyone.
        let mut rtc = Rtc::builder()
            .set_crypto_provider(crypto)
            .set_ice_lite(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .enable_bwe(Some(Bitrate::kbps(FIRST_ESTIMATE_KBPS)))
            .build(now);
        for candidate in candidates {
            rtc.add_local_candidate(candidate.clone());
        }
        let channel = Channel::new(&mut rtc);
        Self {
            room,
            participant,
            publications: Vec::new(),
            rtc,
            reliable: Reliable::default(),
            channel,
            mids: BTreeMap::new(),
            uplinks: BTreeMap::new(),
            slots: Slots::default(),
            downlinks: BTreeMap::new(),
            seen_layers: BTreeMap::new(),
            wishes: Vec::new(),
            wants_others: true,
            estimate: FIRST_ESTIMATE_KBPS as f64 * 1_000.0,
            chosen_at: now,
            started,
            rtc_timeout: now,
            happenings: VecDeque::new(),
        }
    }

    /// Takes a payload, and returns what was wrong with it.
    pub(super) fn handle_payload(&mut self, payload: RelayPayload, now: Instant) -> Vec<String> {
        let mut faults = Vec::new();
        let millis = self.millis(now);
        for signal in self.reliable.handle_payload(payload, millis) {
            match signal {
                PeerSignal::Description { description, mids } => {
                    faults.extend(self.take_offer(description, mids, now).err());
                }
                PeerSignal::Wishes { wishes, others } => {
                    (self.wishes, self.wants_others) = (wishes, others);
                    self.happenings.push_back(Happening::SectionsChanged);
                }
                // Clients reach the SFU, not the other way round: their candidates are learnt from their checks.
                _ => {}
            }
        }
        faults
    }

    fn take_offer(
        &mut self,
        description: SessionDescription,
        mids: BTreeMap<String, PublicationId>,
        now: Instant,
    ) -> Result<(), String> {
        if description.sdp_type != SdpType::Offer {
            return Err("the SFU makes no offers: an answer came for none".to_owned());
        }
        let offer = SdpOffer::from_sdp_string(&description.sdp)
            .map_err(|error| format!("the offer is no SDP that the SFU understands: {error}"))?;
        let answer = self.rtc.sdp_api().accept_offer(offer);
        let answer = answer.map_err(|error| format!("the SFU cannot take the offer: {error}"))?;
        self.mids = mids;
        let description = SessionDescription { sdp_type: SdpType::Answer, sdp: answer.to_sdp_string() };
        let answer = PeerSignal::Description { description, mids: BTreeMap::new() };
        let millis = self.millis(now);
        self.reliable.send(answer, millis);
        self.rtc_timeout = now;
        self.happenings.push_back(Happening::SectionsChanged);
        Ok(())
    }

    pub(super) fn accepts(&self, input: &Input<'_>) -> bool {
        self.rtc.accepts(input)
    }

    pub(super) fn handle_input(&mut self, input: Input<'_>) {
        if let Err(error) = self.rtc.handle_input(input) {
            info!(participant = %self.participant, %error, "the connection for media ended");
            self.rtc.disconnect();
        }
    }

    pub(super) fn timeout(&self) -> Instant {
        let reliable = self.reliable.poll_timeout().map(|ms| self.started + Duration::from_millis(ms));
        let rtc = if self.rtc.is_alive() {
            self.rtc_timeout
        } else {
            self.started + Duration::from_secs(u32::MAX.into())
        };
        reliable.map_or(rtc, |reliable| reliable.min(rtc))
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        let millis = self.millis(now);
        self.reliable.handle_timeout(millis);
        if self.rtc.is_alive() {
            self.handle_input(Input::Timeout(now));
        }
    }

    /// The next thing that happened.
    pub(super) fn poll(&mut self, now: Instant) -> Option<Happening> {
        loop {
            if let Some(happening) = self.happenings.pop_front() {
                return Some(happening);
            }
            if let Some(payload) = self.reliable.poll_transmit() {
                return Some(Happening::Relay(payload));
            }
            if !self.rtc.is_alive() {
                return None;
            }
            match self.rtc.poll_output() {
                Ok(Output::Transmit(transmit)) => return Some(Happening::Transmit(transmit)),
                Ok(Output::Timeout(at)) => {
                    self.rtc_timeout = at;
                    return None;
                }
                Ok(Output::Event(event)) => self.handle_event(event, now),
                Err(error) => {
                    warn!(participant = %self.participant, %error, "the connection for media failed");
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
                self.uplinks.entry(data.mid).or_default().measure(&data, now);
                self.happenings.push_back(Happening::Media(Box::new(data)));
            }
            Event::KeyframeRequest(request) => {
                let Some(source) = self.slots.source(request.mid) else { return };
                let version = self.downlinks.get(&request.mid).and_then(Downlink::version);
                if let Some(rid) = version {
                    self.happenings.push_back(Happening::KeyFrameWanted { source, rid });
                }
            }
            Event::EgressBitrateEstimate(BweKind::Twcc { estimate, .. }) => {
                self.estimate = estimate.as_f64();
                self.choose_versions(now);
            }
            Event::ChannelOpen(..) => self.channel.opened(&mut self.rtc),
            Event::ChannelBufferedAmountLow(_) => self.channel.flush(&mut self.rtc),
            Event::ChannelData(data) => {
                if let Some(routed) = Routed::decode(&data.data) {
                    let (to, is_binary) = (routed.peer.to_owned(), routed.is_binary);
                    let message = routed.message.to_vec();
                    self.happenings.push_back(Happening::Message { to, is_binary, message });
                }
            }
            _ => {}
        }
    }

    fn section_added(&mut self, mid: Mid, direction: Direction) {
        let Some(kind) = self.rtc.media(mid).map(|media| kind_of(media.kind())) else { return };
        if direction == Direction::SendOnly {
            self.slots.add(mid, kind);
        }
        self.happenings.push_back(Happening::SectionsChanged);
    }

    /// What this client publishes, as far as it has a section for it.
    pub(super) fn offers(&self, id: ConnectionId) -> impl Iterator<Item = Offer> + '_ {
        self.publications.iter().filter_map(move |publication| {
            let (mid, _) = self.mids.iter().find(|(_, carried)| **carried == publication.id)?;
            let mid = Mid::from(mid.as_str());
            self.rtc.media(mid)?;
            let slot = moim_protocol::Slot {
                participant_id: self.participant.clone(),
                publication_id: publication.id.clone(),
            };
            Some(Offer { source: (id, mid), kind: publication.kind, slot })
        })
    }

    /// Puts what the others offer into this client's sections. Says whether anything changed.
    pub(super) fn assign(&mut self, mut offers: Vec<Offer>, now: Instant) -> bool {
        offers.retain(|offer| self.wish(offer).map_or(self.wants_others, |wish| wish.wanted));
        let changed = self.slots.assign(offers);
        for mid in &changed {
            self.downlinks.entry(*mid).or_default().reset();
        }
        if !changed.is_empty() {
            let signal = PeerSignal::Slots { slots: self.slots.to_signal() };
            let millis = self.millis(now);
            self.reliable.send(signal, millis);
        }
        let live: Vec<_> = self.slots.sources().map(|(_, source)| source).collect();
        self.seen_layers.retain(|source, _| live.contains(source));
        for mid in &changed {
            // Whoever publishes it need not wait for the first frame to be asked for a whole one.
            if let Some(source) = self.slots.source(*mid) {
                self.happenings.push_back(Happening::KeyFrameWanted { source, rid: None });
            }
        }
        !changed.is_empty()
    }

    fn wish(&self, offer: &Offer) -> Option<&Wish> {
        self.wishes.iter().find(|wish| {
            wish.participant_id == offer.slot.participant_id
                && wish.publication_id == offer.slot.publication_id
        })
    }

    /// The versions of what this client sends in a section.
    pub(super) fn layers(&self, mid: Mid, now: Instant) -> Vec<Layer> {
        self.uplinks.get(&mid).map(|uplink| uplink.layers(now)).unwrap_or_default()
    }

    /// Sends a frame of another client on, if this one gets it. Says whether there is anything to poll for.
    pub(super) fn forward(
        &mut self,
        source: Source,
        data: &MediaData,
        layers: &[Layer],
        now: Instant,
    ) -> bool {
        let Some(mid) = self.slots.section_of(source) else { return false };
        let is_audio = data.params.spec().codec.is_audio();
        if !is_audio {
            let is_news = self.seen_layers.get(&source).is_none_or(|seen| {
                seen.iter().map(|layer| layer.rid).ne(layers.iter().map(|layer| layer.rid))
            });
            self.seen_layers.insert(source, layers.to_vec());
            if is_news || now.saturating_duration_since(self.chosen_at) >= CHOICE_INTERVAL {
                self.choose_versions(now);
            }
        }
        let downlink = self.downlinks.entry(mid).or_default();
        let verdict =
            if is_audio { downlink.judge_audio(source) } else { downlink.judge_video(source, data, now) };
        match verdict {
            Verdict::Forward => {
                let rate = data.time.frequency();
                let time = downlink.timeline.map(data.time.numer(), rate.get(), data.network_time);
                self.write(mid, data, MediaTime::new(time, rate));
                true
            }
            Verdict::Ask(rid) => {
                self.happenings.push_back(Happening::KeyFrameWanted { source, rid });
                true
            }
            Verdict::Drop => false,
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

    /// Chooses which version of each video this client gets.
    fn choose_versions(&mut self, now: Instant) {
        self.chosen_at = now;
        let sections: Vec<_> =
            self.slots.sources().filter(|(_, source)| self.seen_layers.contains_key(source)).collect();
        let demands: Vec<_> = sections
            .iter()
            .map(|(mid, source)| {
                let layers = self.seen_layers.get(source).cloned().unwrap_or_default();
                let version = self.downlinks.get(mid).and_then(Downlink::version);
                let current = version.and_then(|rid| layers.iter().position(|layer| layer.rid == rid));
                let max_height = self
                    .slots
                    .offer(*mid)
                    .and_then(|offer| self.wish(offer))
                    .and_then(|wish| wish.max_height);
                Demand { layers, current, max_height }
            })
            .collect();
        let desired: f64 =
            demands.iter().filter_map(|demand| demand.layers.last()).map(|layer| layer.bitrate).sum();
        let desired = Bitrate::bps((desired * 1.5 / VIDEO_SHARE) as u64 + 200_000);
        self.rtc.bwe().set_desired_bitrate(desired);
        let chosen = layers::choose(self.estimate * VIDEO_SHARE, &demands);
        trace!(participant = %self.participant, estimate = self.estimate, ?demands, ?chosen, "chose versions");
        for (((mid, _), demand), layer) in sections.iter().zip(&demands).zip(chosen) {
            if let Some(layer) = demand.layers.get(layer) {
                self.downlinks.entry(*mid).or_default().aim(layer.rid);
            }
        }
    }

    /// Asks the client for a key frame of what it sends; of every version, if there are several and none is named.
    pub(super) fn request_key_frame(&mut self, mid: Mid, rid: Option<Rid>, now: Instant) {
        let Some(uplink) = self.uplinks.get_mut(&mid) else { return };
        let rids = match rid {
            Some(_) => vec![rid],
            None => uplink.layers(now).iter().map(|layer| layer.rid).collect(),
        };
        for rid in rids {
            if uplink.may_ask(rid, now) {
                // Nothing has come yet that could be asked for: the first frame will be a key frame.
                let _ = self
                    .rtc
                    .writer(mid)
                    .map(|mut writer| writer.request_keyframe(rid, KeyframeRequestKind::Pli));
            }
        }
    }

    pub(super) fn send_message(&mut self, from: &str, is_binary: bool, message: &[u8]) {
        self.channel.send(&mut self.rtc, from, is_binary, message);
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
