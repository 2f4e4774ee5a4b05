//! All types of entries.

use super::dictionary::{Dictionary, View};
use super::entry::Stats;
use super::media::{AudioPlayoutStats, AudioSourceStats, CodecStats, VideoSourceStats};
use super::report::StatsReport;
use super::rtp::{
    InboundRtpStreamStats, OutboundRtpStreamStats, RemoteInboundRtpStreamStats, RemoteOutboundRtpStreamStats,
};
use super::transport::{
    CertificateStats, DataChannelStats, IceCandidatePairStats, IceCandidateStats, PeerConnectionStats,
    TransportStats,
};

macro_rules! views {
    ($($(#[$doc:meta])* $variant:ident($view:ident) $method:ident,)+) => {
        /// An entry with its type.
        #[derive(Clone, Copy, Debug)]
        #[non_exhaustive]
        pub enum StatsView<'a> {
            $($(#[$doc])* $variant($view<'a>),)+
            /// A type that this version does not know.
            Unknown(&'a Stats),
        }

        impl Stats {
            /// Returns a typed view of the entry.
            pub fn view(&self) -> StatsView<'_> {
                $(if is::<$view<'_>>(self) { return StatsView::$variant($view::over(self)); })+
                StatsView::Unknown(self)
            }
        }

        impl StatsReport {
            $(
                $(#[$doc])*
                pub fn $method(&self) -> impl Iterator<Item = $view<'_>> {
                    self.entries().iter().filter(|entry| is::<$view<'_>>(entry)).map($view::over)
                }
            )+
        }

        /// The dictionary of entries with this `type` and `kind`.
        pub(super) fn dictionary(type_name: &str, media_kind: &str) -> Option<&'static Dictionary> {
            let all = [$(<$view<'static> as View<'static>>::DICTIONARY),+];
            all.into_iter().flatten().find(|dictionary| {
                dictionary.types.contains(&type_name)
                    && dictionary.media_kind.is_none_or(|needed| needed == media_kind)
            })
        }

        #[cfg(all(feature = "js", target_arch = "wasm32"))]
        pub(crate) const TYPESCRIPT: &str = concat!(
            "/** An entry of a report. Its `type` determines its members. */\nexport type Stats =",
            $("\n  | ", stringify!($view),)+ "\n  | UnknownStats;\n\n",
        );
    };
}

views! {
    /// Codecs in use.
    Codec(CodecStats) codecs,
    /// Received streams.
    InboundRtp(InboundRtpStreamStats) inbound_rtp,
    /// Sent streams.
    OutboundRtp(OutboundRtpStreamStats) outbound_rtp,
    /// Remote reports about sent streams.
    RemoteInboundRtp(RemoteInboundRtpStreamStats) remote_inbound_rtp,
    /// Remote reports about received streams.
    RemoteOutboundRtp(RemoteOutboundRtpStreamStats) remote_outbound_rtp,
    /// Sent audio tracks.
    AudioSource(AudioSourceStats) audio_sources,
    /// Sent video tracks.
    VideoSource(VideoSourceStats) video_sources,
    /// Playout of received audio.
    AudioPlayout(AudioPlayoutStats) audio_playouts,
    /// The whole connection.
    PeerConnection(PeerConnectionStats) peer_connections,
    /// Data channels.
    DataChannel(DataChannelStats) data_channels,
    /// Transports.
    Transport(TransportStats) transports,
    /// Candidate pairs.
    CandidatePair(IceCandidatePairStats) candidate_pairs,
    /// ICE candidates, with the `type_name` `"local-candidate"` or `"remote-candidate"`.
    Candidate(IceCandidateStats) candidates,
    /// Certificates of both peers.
    Certificate(CertificateStats) certificates,
}

fn is<'a, V: View<'a>>(stats: &Stats) -> bool {
    let (Some(one), Some(other)) = (stats.dictionary(), V::DICTIONARY) else { return false };
    std::ptr::eq(one, other)
}
