//! On which side of a call the cause of poor quality is.
//!
//! Loss and delay are measured between two points, and say nothing about which end's network causes them. Behind a
//! relay each participant has a link of its own to it, and packets that are lost on it are certainly its own. What was
//! lost or late before the relay arrives as late or concealed media, which looks like a bad link: that is the sender's
//! if the sender reports one. In a mesh, what all links of a participant have in common is its own network; with a
//! single link it stays unknown. What only the sender knows, its CPU and its uplink, it [reports](QualityReport) to the
//! others.

use moim_protocol::{record, words};
use serde::{Deserialize, Serialize};

use super::level::{MediaQuality, QualityReason};
use crate::collections::SortedMap;
use crate::model::ParticipantId;

/// Where the cause of poor quality is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum QualitySide {
    /// Nothing limits the quality.
    None,
    /// This participant's network, in the sending direction.
    Uplink,
    /// This participant's network, in the receiving direction.
    Downlink,
    /// This participant's CPU.
    Cpu,
    /// The other participant's network, in the sending direction.
    RemoteUplink,
    /// The other participant's network, in the receiving direction.
    RemoteDownlink,
    /// The other participant's CPU.
    RemoteCpu,
    /// It cannot be determined. Two participants with a direct connection cannot know whose network loses packets.
    Unknown,
}

impl QualitySide {
    /// The side as a string, the same in Rust and in JavaScript.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Uplink => "uplink",
            Self::Downlink => "downlink",
            Self::Cpu => "cpu",
            Self::RemoteUplink => "remoteuplink",
            Self::RemoteDownlink => "remotedownlink",
            Self::RemoteCpu => "remotecpu",
            Self::Unknown => "unknown",
        }
    }

    /// The side as the other participant names it.
    fn mirrored(self) -> Self {
        match self {
            Self::None => Self::None,
            Self::Uplink => Self::RemoteUplink,
            Self::Downlink => Self::RemoteDownlink,
            Self::Cpu => Self::RemoteCpu,
            _ => Self::Unknown,
        }
    }
}

/// The quality of a call with a participant, or for this participant, of the whole call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ParticipantQuality {
    /// 5 excellent, 4 good, 3 fair, 2 poor, 1 bad, 0 no media although it should flow.
    #[cfg_attr(feature = "js", tsify(type = "0 | 1 | 2 | 3 | 4 | 5"))]
    pub level: u8,
    /// What limits the quality.
    pub reason: QualityReason,
    /// Where the cause is.
    pub side: QualitySide,
}

impl ParticipantQuality {
    pub(super) const EXCELLENT: Self =
        Self { level: 5, reason: QualityReason::None, side: QualitySide::None };

    fn new(quality: MediaQuality, side: QualitySide) -> Self {
        let side = if quality.level == 5 { QualitySide::None } else { side };
        Self { level: quality.level, reason: quality.reason, side }
    }

    fn mirrored(self) -> Self {
        Self { level: self.level.min(5), side: self.side.mirrored(), ..self }
    }
}

words! { QualitySide {
    "none" None,
    "uplink" Uplink,
    "downlink" Downlink,
    "cpu" Cpu,
    "remoteuplink" RemoteUplink,
    "remotedownlink" RemoteDownlink,
    "remotecpu" RemoteCpu,
    "unknown" Unknown,
} }

record! { ParticipantQuality { level: "level" required, reason: "reason" required, side: "side" required, } }

record! { QualityReport { up: "up" required, down: "down" required, } }

/// What a participant knows about its own network and CPU. It is sent to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityReport {
    /// What its sent streams have in common.
    pub(crate) up: ParticipantQuality,
    /// What its received streams have in common.
    pub(crate) down: ParticipantQuality,
}

/// What this participant measured, and what the others reported.
#[derive(Debug)]
pub(super) struct Evidence<'a> {
    /// All media passes through a server or a mixer.
    pub(super) is_relayed: bool,
    /// Packets are lost between the relay and this participant.
    pub(super) loses_packets: bool,
    /// The sent media of each link over which any flows.
    pub(super) sent: Vec<MediaQuality>,
    /// The media received of each publisher, where any flows or should.
    pub(super) received: SortedMap<ParticipantId, MediaQuality>,
    /// The publisher of what is received of everyone.
    pub(super) mixer: Option<&'a ParticipantId>,
    /// The last report of each other participant.
    pub(super) reports: SortedMap<&'a ParticipantId, QualityReport>,
}

impl Evidence<'_> {
    /// This participant's report. `None` if no media flows.
    pub(super) fn own(&self) -> Option<QualityReport> {
        let up = best(self.sent.iter());
        let down = best(self.received.values());
        if up.is_none() && down.is_none() {
            return None;
        }
        let up = up.map(|up| ParticipantQuality::new(*up, self.side_of_sent(up)));
        let down = down.and_then(|down| {
            // If each publisher itself is the cause, this participant's network is not; nor where only one of a
            // publisher's tracks has stopped.
            let own_side = |(id, received)| match self.side_of_received(id, received) {
                QualitySide::Unknown if received.reason == QualityReason::Frozen => None,
                side @ (QualitySide::Downlink | QualitySide::Unknown) => Some(side),
                _ => None,
            };
            self.received.iter().find_map(own_side).map(|side| ParticipantQuality::new(*down, side))
        });
        let or_excellent =
            |quality: Option<ParticipantQuality>| quality.unwrap_or(ParticipantQuality::EXCELLENT);
        Some(QualityReport { up: or_excellent(up), down: or_excellent(down) })
    }

    /// The quality of the call with another participant. `None` if nothing is known.
    pub(super) fn of(&self, id: &ParticipantId) -> Option<ParticipantQuality> {
        let publisher = if self.received.contains_key(id) { Some(id) } else { self.mixer };
        let received = publisher.and_then(|id| Some((id, self.received.get(id)?)));
        let received = received
            .map(|(id, received)| ParticipantQuality::new(*received, self.side_of_received(id, received)));
        let report = self.reports.get(id);
        let reported = report.into_iter().flat_map(|report| [report.up, report.down]);
        received.into_iter().chain(reported.map(ParticipantQuality::mirrored)).min_by_key(|one| one.level)
    }

    fn side_of_sent(&self, sent: &MediaQuality) -> QualitySide {
        match sent.reason {
            QualityReason::Cpu => QualitySide::Cpu,
            _ if self.is_relayed || self.sent.len() > 1 => QualitySide::Uplink,
            _ => QualitySide::Unknown,
        }
    }

    fn side_of_received(&self, publisher: &ParticipantId, received: &MediaQuality) -> QualitySide {
        if received.level == 5 {
            return QualitySide::None;
        }
        let is_of_link = self.is_relayed
            && matches!(received.reason, QualityReason::Loss | QualityReason::Delay | QualityReason::Jitter);
        if is_of_link && self.loses_packets {
            return QualitySide::Downlink;
        }
        let is_as_bad = |level: u8| level < 5 && level <= received.level + 1;
        // A small loss before a relay becomes a long freeze or a long delay behind it.
        let explains =
            |sender: &ParticipantQuality| is_as_bad(sender.level) || self.is_relayed && sender.level < 5;
        let sender = self.reports.get(publisher).map(|report| report.up);
        if let Some(sender) = sender.filter(explains) {
            return sender.side.mirrored();
        }
        if is_of_link {
            return QualitySide::Downlink;
        }
        let is_common = best(self.received.values()).is_some_and(|best| is_as_bad(best.level));
        match is_common && self.received.len() > 1 {
            true => QualitySide::Downlink,
            false => QualitySide::Unknown,
        }
    }
}

/// What all have in common is no worse than the best of them.
fn best<'a>(qualities: impl Iterator<Item = &'a MediaQuality>) -> Option<&'a MediaQuality> {
    qualities.max_by_key(|quality| quality.level)
}

impl QualityReport {
    /// Nothing is wrong with the participant's network and CPU.
    pub(super) fn is_excellent(self) -> bool {
        self.worse().level == 5
    }

    /// The quality of the whole call for the participant itself.
    pub(super) fn worse(self) -> ParticipantQuality {
        if self.down.level < self.up.level { self.down } else { self.up }
    }
}
