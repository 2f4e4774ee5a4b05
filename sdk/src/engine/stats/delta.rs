//! What happened between two reports.

use serde::Serialize;

use super::counter::Interval;
use super::entry::Stats;
use super::inbound::InboundDelta;
use super::names::CandidateType;
use super::outbound::OutboundDelta;
use super::report::StatsReport;
use super::views::StatsView;
use crate::engine::quality::{MediaQuality, SpeechCodec, worst};

/// What happened between two reports of one connection.
///
/// Counts are never negative: a counter that falls, and a stream whose source changed, began anew at 0. A stream that
/// was not there before began in between. Rates are empty (`null` in JavaScript) where no time passed or the browser does not count.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct StatsDelta {
    /// Seconds between the reports.
    pub seconds: f64,
    /// The connection as a whole.
    pub connection: ConnectionDelta,
    /// Each stream that this end receives.
    pub inbound: Vec<InboundDelta>,
    /// Each stream that this end sends; one for each layer of a simulcast.
    pub outbound: Vec<OutboundDelta>,
    /// The worst of all streams, with the lowest score. Streams in which nothing flows count only if nothing flows at
    /// all.
    pub quality: MediaQuality,
}

/// What the connection as a whole carried, data and headers included.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionDelta {
    /// Bytes sent.
    pub bytes_sent: u64,
    /// Bytes received.
    pub bytes_received: u64,
    /// Sent, in bit/s.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub sent_bitrate: Option<f64>,
    /// Received, in bit/s.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub received_bitrate: Option<f64>,
    /// To the far end and back, in seconds.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub round_trip_time: Option<f64>,
    /// What could be sent, in bit/s.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub available_outgoing_bitrate: Option<f64>,
    /// Where the local address in use comes from; `relay` is a TURN server.
    #[cfg_attr(feature = "js", tsify(type = "StatsCandidateType | null"))]
    pub local_candidate_type: Option<CandidateType>,
    /// Where the far end's address in use comes from.
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

    /// How the codec of this id stands loss.
    pub(super) fn codec(&self, id: Option<&str>) -> SpeechCodec {
        let codec = self.now.codecs().find(|codec| Some(codec.id()) == id);
        SpeechCodec::from_mime_type(codec.and_then(|codec| codec.mime_type()).unwrap_or_default())
    }
}

impl StatsDelta {
    /// What happened from `before` to `now`.
    pub fn between(before: &StatsReport, now: &StatsReport) -> Self {
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
        // Firefox counts bytes only by pair. The pair may change in between, so all are added up.
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
