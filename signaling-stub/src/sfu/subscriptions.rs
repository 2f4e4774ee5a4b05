//! What one client receives from the others: which publications, in which sections, and in which layer.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use moim_protocol::{MediaKind, Slot, Wish};
use str0m::media::{MediaData, Mid, Rid};
use tracing::trace;

use super::{
    Source,
    downlink::{Downlink, Verdict},
    layers::{self, Demand, Layer},
    slots::{Feed, Slots},
};

/// The assumed bandwidth of a path before it is measured.
pub(super) const FIRST_ESTIMATE_KBPS: u64 = 1_500;
/// The interval at which layers are chosen.
const CHOICE_INTERVAL: Duration = Duration::from_millis(300);
/// The fraction of the estimate that is reserved for audio, data and retransmissions.
const VIDEO_SHARE: f64 = 0.85;

#[derive(Debug)]
pub(super) struct Subscriptions {
    slots: Slots,
    downlinks: BTreeMap<Mid, Downlink>,
    /// The layers of the forwarded videos, as last seen.
    seen_layers: BTreeMap<Source, Vec<Layer>>,
    wishes: Vec<Wish>,
    /// Whether publications that no wish names are wanted.
    wants_others: bool,
    estimate: f64,
    chosen_at: Instant,
    desired_bitrate: Option<u64>,
}

impl Subscriptions {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            slots: Slots::default(),
            downlinks: BTreeMap::new(),
            seen_layers: BTreeMap::new(),
            wishes: Vec::new(),
            wants_others: true,
            estimate: FIRST_ESTIMATE_KBPS as f64 * 1_000.0,
            chosen_at: now,
            desired_bitrate: None,
        }
    }

    /// Adds a section to receive in.
    pub(super) fn add_section(&mut self, mid: Mid, kind: MediaKind) {
        self.slots.add(mid, kind);
    }

    /// The description of the client's sections.
    pub(super) fn to_signal(&self) -> BTreeMap<String, Slot> {
        self.slots.to_signal()
    }

    /// Sets the wishes. Returns the sections that resume, with their layers: they need a key frame.
    pub(super) fn wish(
        &mut self,
        wishes: Vec<Wish>,
        others: bool,
        now: Instant,
    ) -> Vec<(Source, Option<Rid>)> {
        (self.wishes, self.wants_others) = (wishes, others);
        let mut resumed = Vec::new();
        let sections: Vec<_> = self.slots.sources().collect();
        for (mid, source) in sections {
            let is_paused = self.is_paused(mid);
            if self.downlinks.entry(mid).or_default().pause(is_paused) {
                resumed.push((mid, source));
            }
        }
        self.choose_versions(now);
        let version = |mid| self.downlinks.get(&mid).and_then(Downlink::version).flatten();
        resumed.into_iter().map(|(mid, source)| (source, version(mid))).collect()
    }

    /// Assigns the others' publications to the sections. Returns those that changed.
    pub(super) fn assign(&mut self, mut feeds: Vec<Feed>) -> Vec<Mid> {
        feeds.retain(|feed| self.wish_of(feed).map_or(self.wants_others, |wish| wish.wanted));
        let changed = self.slots.assign(feeds);
        for mid in &changed {
            let is_paused = self.is_paused(*mid);
            let downlink = self.downlinks.entry(*mid).or_default();
            downlink.reset();
            downlink.pause(is_paused);
        }
        let live: Vec<_> = self.slots.sources().map(|(_, source)| source).collect();
        self.seen_layers.retain(|source, _| live.contains(source));
        changed
    }

    /// The client was sent the assignments with the signal of this number.
    pub(super) fn told(&mut self, number: u32) {
        self.slots.told(number);
    }

    /// The client has all signals up to this number. Returns whether sections became reusable.
    pub(super) fn acknowledged(&mut self, number: u32) -> bool {
        self.slots.acknowledged(number)
    }

    /// The number of sections with a publication.
    pub(super) fn sources(&self) -> usize {
        self.slots.sources().count()
    }

    /// The publication in a section.
    pub(super) fn source(&self, mid: Mid) -> Option<Source> {
        self.slots.source(mid)
    }

    /// The layer that a section shows, or will show.
    pub(super) fn version(&self, mid: Mid) -> Option<Option<Rid>> {
        self.downlinks.get(&mid)?.version()
    }

    /// Decides about a frame of another client, if this one receives it: its section, and what to do with it.
    pub(super) fn judge(
        &mut self,
        source: Source,
        data: &MediaData,
        layers: &[Layer],
        now: Instant,
    ) -> Option<(Mid, Verdict)> {
        let mid = self.slots.section_of(source)?;
        if data.params.spec().codec.is_audio() {
            return Some((mid, self.downlinks.entry(mid).or_default().judge_audio(source)));
        }
        let is_news = self
            .seen_layers
            .get(&source)
            .is_none_or(|seen| seen.iter().map(|layer| layer.rid).ne(layers.iter().map(|layer| layer.rid)));
        self.seen_layers.insert(source, layers.to_vec());
        if is_news || now.saturating_duration_since(self.chosen_at) >= CHOICE_INTERVAL {
            self.choose_versions(now);
        }
        Some((mid, self.downlinks.entry(mid).or_default().judge_video(source, data, now)))
    }

    /// The timestamp of a forwarded frame, on the section's own clock.
    pub(super) fn time(&mut self, mid: Mid, data: &MediaData) -> u64 {
        let timeline = &mut self.downlinks.entry(mid).or_default().timeline;
        timeline.map(data.time.numer(), data.time.frequency().get(), data.network_time)
    }

    /// The timestamp of a generated frame, on the section's own clock.
    pub(super) fn time_of_none(&mut self, mid: Mid, frequency: u32, now: Instant) -> u64 {
        self.downlinks.entry(mid).or_default().timeline.map(0, frequency, now)
    }

    /// Sets the available bandwidth of the path, in bit/s.
    pub(super) fn estimated(&mut self, estimate: f64, now: Instant) {
        self.estimate = estimate;
        self.choose_versions(now);
    }

    /// The desired bandwidth of the path for the largest layer of everything, in bit/s; if it changed.
    pub(super) fn take_desired_bitrate(&mut self) -> Option<u64> {
        self.desired_bitrate.take()
    }

    /// Chooses the layer of each video.
    fn choose_versions(&mut self, now: Instant) {
        self.chosen_at = now;
        let is_shown =
            |(mid, source): &(Mid, Source)| self.seen_layers.contains_key(source) && !self.is_paused(*mid);
        let sections: Vec<_> = self.slots.sources().filter(is_shown).collect();
        let demands: Vec<_> = sections
            .iter()
            .map(|(mid, source)| {
                let layers = self.seen_layers.get(source).cloned().unwrap_or_default();
                let version = self.downlinks.get(mid).and_then(Downlink::version);
                let current = version.and_then(|rid| layers.iter().position(|layer| layer.rid == rid));
                Demand { layers, current, max_height: self.max_height(*mid) }
            })
            .collect();
        let desired: f64 =
            demands.iter().filter_map(|demand| demand.layers.last()).map(|layer| layer.bitrate).sum();
        self.desired_bitrate = Some((desired * 1.5 / VIDEO_SHARE) as u64 + 200_000);
        let chosen = layers::choose(self.estimate * VIDEO_SHARE, &demands);
        trace!(estimate = self.estimate, ?demands, ?chosen, "chose versions");
        for (((mid, _), demand), layer) in sections.iter().zip(&demands).zip(chosen) {
            if let Some(layer) = demand.layers.get(layer) {
                self.downlinks.entry(*mid).or_default().aim(layer.rid);
            }
        }
    }

    /// Whether a video that keeps its section is paused. A height has no meaning for audio.
    fn is_paused(&self, mid: Mid) -> bool {
        self.slots.feed(mid).is_some_and(|feed| feed.kind == MediaKind::Video)
            && self.max_height(mid) == Some(0)
    }

    fn max_height(&self, mid: Mid) -> Option<u32> {
        self.wish_of(self.slots.feed(mid)?)?.max_height
    }

    fn wish_of(&self, feed: &Feed) -> Option<&Wish> {
        self.wishes.iter().find(|wish| {
            wish.participant_id == feed.slot.participant_id && wish.publication_id == feed.slot.publication_id
        })
    }
}
