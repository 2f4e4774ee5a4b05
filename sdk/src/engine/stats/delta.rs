//! The difference between two reports.

use serde::Serialize;

use super::counter::Interval;
use super::entry::Stats;
use super::inbound::InboundDelta;
use super::names::CandidateType;
use super::outbound::OutboundDelta;
use super::report::StatsReport;
use super::views::StatsView;
use crate::engine::quality::{MediaQuality, SpeechCodec, worst};

/// The difference between two reports of one connection.
///
/// Counts are never negative: a counter that falls, and a stream whose source changed, have restarted at 0. A stream
/// that is missing in the first report started in between. Rates are empty (`null` in JavaScript) where no time passed
/// or the browser does not count.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct StatsDelta {
    /// Seconds between the reports.
    pub seconds: f64,
    /// The whole connection.
    pub connection: ConnectionDelta,
    /// Each received stream.
    pub inbound: Vec<InboundDelta>,
    /// Each sent stream; one for each simulcast layer.
    pub outbound: Vec<OutboundDelta>,
    /// The worst quality of all streams, with the lowest score. Streams without media count only if none has any.
    pub quality: MediaQuality,
}

/// The traffic of the whole connection, including data channels and headers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionDelta {
    /// Bytes sent.
    pub bytes_sent: u64,
    /// Bytes received.
    pub bytes_received: u64,
    /// Send rate in bit/s.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub sent_bitrate: Option<f64>,
    /// Receive rate in bit/s.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub received_bitrate: Option<f64>,
    /// Round-trip time in seconds.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub round_trip_time: Option<f64>,
    /// Estimated available send bandwidth in bit/s.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub available_outgoing_bitrate: Option<f64>,
    /// The type of the local candidate in use; `relay` is a TURN server.
    #[cfg_attr(feature = "js", tsify(type = "StatsCandidateType | null"))]
    pub local_candidate_type: Option<CandidateType>,
    /// The type of the remote candidate in use.
    #[cfg_attr(feature = "js", tsify(type = "StatsCandidateType | null"))]
    pub remote_candidate_type: Option<CandidateType>,
}

/// Two reports, to look up entries.
pub(super) struct Reports<'a> {
    before: &'a StatsReport,
    pub(super) now: &'a StatsReport,
    seconds: f64,
}

impl<'a> Reports<'a> {
    pub(super) fn interval(&self, now: &'a Stats) -> Interval<'a> {
        Interval::new(self.before.get(now.id()), now, self.seconds)
    }

    /// How sensitive the codec with this id is to loss.
    pub(super) fn codec(&self, id: Option<&str>) -> SpeechCodec {
        let codec = self.now.codecs().find(|codec| Some(codec.id()) == id);
        SpeechCodec::from_mime_type(codec.and_then(|codec| codec.mime_type()).unwrap_or_default())
    }
}

impl StatsDelta {
    /// The difference between `before` and `now`.
    pub fn between(before: &StatsReport, now: &StatsReport) -> Self {
        compare_in_statistics_chunk(before, now)
    }

    fn new(before: &StatsReport, now: &StatsReport) -> Self {
        let seconds = (now.timestamp() - before.timestamp()).max(0.0) / 1000.0;
        let reports = Reports { before, now, seconds };
        let connection = ConnectionDelta::new(&reports);
        let round_trip_time = connection.round_trip_time;
        let inbound: Vec<_> =
            now.inbound_rtp().map(|stream| InboundDelta::new(&reports, stream, round_trip_time)).collect();
        let outbound: Vec<_> =
            now.outbound_rtp().map(|stream| OutboundDelta::new(&reports, stream, round_trip_time)).collect();
        let received = inbound.iter().map(|stream| stream.quality);
        let quality = worst(received.chain(outbound.iter().map(|stream| stream.quality)));
        Self { seconds, connection, inbound, outbound, quality }
    }
}

/// In the chunk of the npm package that creates reports, so it is loaded when there are two.
#[inline(never)]
fn compare_in_statistics_chunk(before: &StatsReport, now: &StatsReport) -> StatsDelta {
    StatsDelta::new(before, now)
}

impl ConnectionDelta {
    fn new(reports: &Reports<'_>) -> Self {
        let pair = reports.now.selected_candidate_pair();
        let candidate_type = |id: Option<&str>| match reports.now.get(id?)?.view() {
            StatsView::Candidate(candidate) => candidate.candidate_type(),
            _ => None,
        };
        let mut delta = Self {
            round_trip_time: pair.and_then(|pair| pair.current_round_trip_time()),
            available_outgoing_bitrate: pair.and_then(|pair| pair.available_outgoing_bitrate()),
            local_candidate_type: candidate_type(pair.and_then(|pair| pair.local_candidate_id())),
            remote_candidate_type: candidate_type(pair.and_then(|pair| pair.remote_candidate_id())),
            ..Self::default()
        };
        // Firefox counts bytes only per pair. The pair may change in between, so all pairs are summed.
        if reports.now.transports().any(|transport| transport.bytes_sent().is_some()) {
            reports.now.transports().for_each(|transport| delta.add(&reports.interval(transport.stats())));
        } else {
            reports.now.candidate_pairs().for_each(|pair| delta.add(&reports.interval(pair.stats())));
        }
        delta
    }

    fn add(&mut self, interval: &Interval<'_>) {
        let bits = |rate: Option<f64>| rate.map(|bytes| bytes * 8.0);
        let sum =
            |one: Option<f64>, other: Option<f64>| one.map_or(other, |one| Some(one + other.unwrap_or(0.0)));
        self.bytes_sent = self.bytes_sent.saturating_add(interval.count("bytesSent"));
        self.bytes_received = self.bytes_received.saturating_add(interval.count("bytesReceived"));
        self.sent_bitrate = sum(self.sent_bitrate, bits(interval.rate("bytesSent")));
        self.received_bitrate = sum(self.received_bitrate, bits(interval.rate("bytesReceived")));
    }
}
