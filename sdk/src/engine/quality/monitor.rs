//! The quality of a room: from samples of its connections to changes that an application can show.

use std::collections::VecDeque;

use super::level::{MediaQuality, QualityReason, is_noticeable_loss};
use super::relief::{Relief, ReliefControl};
use super::side::{Evidence, ParticipantQuality, QualityReport};
use super::steady::Steady;
use super::watch::Watch;
use crate::collections::SortedMap;
use crate::engine::adaptive_stream::TrackKey;
use crate::engine::stats::{InboundDelta, StatsDelta};
use crate::engine::topology::FarEnd;
use crate::model::{LinkId, MediaKind, ParticipantId, Timestamp};

/// The time between samples.
pub const SAMPLE_MS: u32 = 2_000;
/// A report is sent when it changes. Newcomers miss it, so it is repeated; with every sample while anything is wrong,
/// because the network that it complains about may lose it.
const REPEAT_MS: Timestamp = 10_000;
/// A report that is not repeated has expired.
const EXPIRY_MS: Timestamp = 25_000;
/// The bandwidth estimate of a new connection starts low.
const RAMP_UP_MS: Timestamp = 10_000;

/// A sample of all connections of a room.
#[derive(Debug, Default)]
pub struct Sample {
    /// The connections.
    pub links: Vec<LinkSample>,
    /// The remote publications that can be played.
    pub tracks: Vec<WatchedTrack>,
    /// The other participants in the room.
    pub participants: Vec<ParticipantId>,
    /// Whether the page is hidden: the browser may decode no video then.
    pub is_hidden: bool,
}

/// A sample of one connection.
#[derive(Debug)]
pub struct LinkSample {
    /// The connection.
    pub link: LinkId,
    /// The type of its remote end.
    pub far_end: FarEnd,
    /// The difference since the previous sample.
    pub delta: StatsDelta,
}

/// A remote publication that can be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedTrack {
    /// The publisher and the publication.
    pub key: TrackKey,
    /// Audio or video.
    pub kind: MediaKind,
    /// The connection over which it is received.
    pub link: LinkId,
    /// The media section in which it is received.
    pub mid: String,
    /// Whether media should flow: the publication is neither muted nor paused.
    pub is_expected: bool,
}

/// An output of the monitor.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// The quality changed, of another participant, or with `None` of this one.
    Quality(Option<ParticipantId>, ParticipantQuality),
    /// The media of a publication has stopped.
    Stalled(TrackKey),
    /// The media of a publication flows again, or is no longer expected to.
    Resumed(TrackKey),
    /// Send this to the others.
    Report(QualityReport),
    /// Limit what is sent.
    Relieve(Relief),
}

/// The quality of a room.
#[derive(Debug, Default)]
pub struct QualityMonitor {
    watch: Watch,
    relief: Option<ReliefControl>,
    shown: SortedMap<Option<ParticipantId>, Steady>,
    reports: SortedMap<ParticipantId, (QualityReport, Timestamp)>,
    sent: Option<(QualityReport, Timestamp)>,
    /// When each link was first sampled.
    links: SortedMap<LinkId, Timestamp>,
    outputs: VecDeque<Output>,
}

impl QualityMonitor {
    /// Creates a monitor. `relieves`: limit what is sent while the CPU is too slow.
    pub fn new(relieves: bool) -> Self {
        Self { relief: relieves.then(ReliefControl::default), ..Self::default() }
    }

    /// Handles a report of another participant.
    pub fn handle_report(&mut self, from: ParticipantId, report: QualityReport, now: Timestamp) {
        self.reports.insert(from, (report, now));
    }

    /// Handles a sample.
    pub fn handle_sample(&mut self, sample: &Sample, now: Timestamp) {
        self.forget_the_gone(sample, now);
        self.watch_tracks(sample, now);
        let evidence = self.evidence(sample, now);
        let own = evidence.own();
        let others: Vec<_> =
            sample.participants.iter().filter_map(|id| Some((id.clone(), evidence.of(id)?))).collect();
        if let Some(own) = own {
            self.show(None, own.worse());
            self.report(own, now);
        }
        for (id, quality) in others {
            self.show(Some(id), quality);
        }
        let outbound = sample.links.iter().flat_map(|link| &link.delta.outbound);
        let relief = self.relief.as_mut().and_then(|relief| relief.handle(outbound, now));
        self.outputs.extend(relief.map(Output::Relieve));
    }

    /// Returns the next output.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn forget_the_gone(&mut self, sample: &Sample, now: Timestamp) {
        let is_here = |id: &ParticipantId| sample.participants.contains(id);
        self.reports.retain(|id, (_, at)| is_here(id) && now.saturating_sub(*at) < EXPIRY_MS);
        self.shown.retain(|id, _| id.as_ref().is_none_or(is_here));
        self.watch.retain(|key| sample.tracks.iter().any(|track| track.key == *key));
        self.links.retain(|link, _| sample.links.iter().any(|sample| sample.link == *link));
        for sample in &sample.links {
            self.links.get_or_insert_with(sample.link.clone(), || now);
        }
    }

    fn watch_tracks(&mut self, sample: &Sample, now: Timestamp) {
        for track in &sample.tracks {
            let link = sample.links.iter().find(|link| link.link == track.link);
            // Where a browser does not name the media section of a stream, nothing is known.
            let names_sections =
                |link: &&LinkSample| link.delta.inbound.iter().all(|stream| stream.mid.is_some());
            let progress = link.filter(names_sections).map(|link| {
                let arrived = |stream: &InboundDelta| match track.kind {
                    MediaKind::Video if !sample.is_hidden => {
                        stream.frames_per_second.is_some_and(|rate| rate > 0.0)
                    }
                    _ => stream.packets > 0,
                };
                streams_of(link, track).any(arrived)
            });
            let key = || track.key.clone();
            self.outputs.extend(match self.watch.handle(&track.key, track.is_expected, progress, now) {
                Some(true) => Some(Output::Stalled(key())),
                Some(false) => Some(Output::Resumed(key())),
                None => None,
            });
        }
    }

    fn evidence<'a>(&'a self, sample: &'a Sample, now: Timestamp) -> Evidence<'a> {
        let mixer = sample.links.iter().find(|link| link.far_end == FarEnd::Mixer);
        let is_relay = |link: &&LinkSample| link.far_end.is_relay();
        let relayed = sample.links.iter().filter(is_relay).flat_map(|link| &link.delta.inbound);
        Evidence {
            is_relayed: sample.links.iter().any(|link| is_relay(&link)),
            loses_packets: relayed.filter_map(|stream| stream.packet_loss).any(is_noticeable_loss),
            sent: sample.links.iter().filter_map(|link| self.sent_over(link, now)).collect(),
            received: self.received(sample),
            mixer: mixer.and_then(|mixer| mixer.link.participant()),
            reports: self.reports.iter().map(|(id, (report, _))| (id, *report)).collect(),
        }
    }

    fn sent_over(&self, link: &LinkSample, now: Timestamp) -> Option<MediaQuality> {
        let opened = self.links.get(&link.link).copied().unwrap_or(now);
        let is_new = now.saturating_sub(opened) < RAMP_UP_MS;
        let qualities = link.delta.outbound.iter().map(|stream| stream.quality);
        let sent = worst_flowing(qualities)?;
        let is_ramp = is_new && sent.reason == QualityReason::Bandwidth;
        Some(if is_ramp { MediaQuality::EXCELLENT } else { sent })
    }

    fn received(&self, sample: &Sample) -> SortedMap<ParticipantId, MediaQuality> {
        let mut received = SortedMap::new();
        for id in sample.tracks.iter().map(|track| &track.key.0) {
            let tracks = || sample.tracks.iter().filter(move |track| track.key.0 == *id);
            let links = |track: &WatchedTrack| sample.links.iter().find(|link| link.link == track.link);
            let streams = tracks().filter_map(|track| Some(streams_of(links(track)?, track))).flatten();
            let flowing = worst_flowing(streams.map(|stream| stream.quality));
            let is_stalled = tracks().any(|track| self.watch.is_stalled(&track.key));
            let quality = match flowing {
                Some(flowing) if is_stalled => {
                    Some(MediaQuality { level: 1, reason: QualityReason::Frozen, ..flowing })
                }
                None if is_stalled => Some(MediaQuality::NO_MEDIA),
                flowing => flowing,
            };
            received.extend(quality.map(|quality| (id.clone(), quality)));
        }
        received
    }

    fn show(&mut self, id: Option<ParticipantId>, quality: ParticipantQuality) {
        let change = self.shown.get_or_insert_with(id.clone(), Steady::default).handle(quality);
        self.outputs.extend(change.map(|quality| Output::Quality(id, quality)));
    }

    fn report(&mut self, report: QualityReport, now: Timestamp) {
        let is_known = |(sent, at): (QualityReport, Timestamp)| {
            sent == report && report.is_excellent() && now.saturating_sub(at) < REPEAT_MS
        };
        if !self.sent.is_some_and(is_known) {
            self.sent = Some((report, now));
            self.outputs.push_back(Output::Report(report));
        }
    }
}

/// The received streams of a track.
fn streams_of<'a>(link: &'a LinkSample, track: &'a WatchedTrack) -> impl Iterator<Item = &'a InboundDelta> {
    link.delta.inbound.iter().filter(|stream| stream.mid.as_ref() == Some(&track.mid))
}

/// The worst of the streams that flow.
fn worst_flowing(qualities: impl Iterator<Item = MediaQuality>) -> Option<MediaQuality> {
    qualities.filter(|quality| quality.level > 0).min_by_key(|quality| quality.level)
}
