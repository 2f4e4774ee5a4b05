//! Statistics of RTP streams: <https://www.w3.org/TR/webrtc-stats/#streamstats-dict*>.
//!
//! Unless stated otherwise, counts are totals since the stream started and times are in seconds.

use moim_protocol::MediaKind;

use super::dictionary::{BaseStats, Dictionary, Kind, Read, View};
use super::entry::Stats;
use super::names::QualityLimitationReason;

dictionaries! {
    /// Common members of RTP streams: <https://www.w3.org/TR/webrtc-stats/#streamstats-dict*>.
    RtpStreamStats: BaseStats {
        /// The synchronization source.
        ssrc "ssrc": u32 = required,
        /// Audio or video.
        kind "kind": MediaKind = required,
        /// The id of the transport's entry.
        transport_id "transportId": Text,
        /// The id of the codec's entry.
        codec_id "codecId": Text,
        /// The older name of `kind`. Not in the specification.
        media_type "mediaType": MediaKind,
    }

    /// Common members of received streams: <https://www.w3.org/TR/webrtc-stats/#receivedrtpstats-dict*>.
    ReceivedRtpStreamStats: RtpStreamStats {
        /// Packets received.
        packets_received "packetsReceived": u64,
        /// Packets received with the ECN mark ECT(1).
        packets_received_with_ect1 "packetsReceivedWithEct1": u64,
        /// Packets received with the ECN mark CE, which signals congestion.
        packets_received_with_ce "packetsReceivedWithCe": u64,
        /// Packets reported as lost by RFC 8888 feedback.
        packets_reported_as_lost "packetsReportedAsLost": u64,
        /// Packets reported as lost that arrived later.
        packets_reported_as_lost_but_recovered "packetsReportedAsLostButRecovered": u64,
        /// Packets lost (RFC 3550): decreases, even below zero, when packets arrive late or twice.
        packets_lost "packetsLost": i64,
        /// Jitter in seconds.
        jitter "jitter": f64,
    }

    /// A received stream: <https://www.w3.org/TR/webrtc-stats/#inboundrtpstats-dict*>.
    InboundRtpStreamStats = "inbound-rtp": ReceivedRtpStreamStats {
        /// The `id` of the `MediaStreamTrack`.
        track_identifier "trackIdentifier": Text = required,
        /// The media section (`mid`).
        mid "mid": Text,
        /// The id of the sender's report, a `remote-outbound-rtp`.
        remote_id "remoteId": Text,
        /// Frames decoded.
        frames_decoded "framesDecoded": u32,
        /// Key frames decoded.
        key_frames_decoded "keyFramesDecoded": u32,
        /// Frames rendered.
        frames_rendered "framesRendered": u32,
        /// Frames dropped before or after decoding, for example because they arrived too late.
        frames_dropped "framesDropped": u32,
        /// Width of the last decoded frame, in pixels.
        frame_width "frameWidth": u32,
        /// Height of the last decoded frame, in pixels.
        frame_height "frameHeight": u32,
        /// Frames decoded in the last second.
        frames_per_second "framesPerSecond": f64,
        /// Sum of the quantization parameters of decoded frames. Its range depends on the codec.
        qp_sum "qpSum": u64,
        /// Total time spent decoding, in seconds.
        total_decode_time "totalDecodeTime": f64,
        /// Total time between rendered frames, in seconds.
        total_inter_frame_delay "totalInterFrameDelay": f64,
        /// Total of the squared times between rendered frames, for the variance.
        total_squared_inter_frame_delay "totalSquaredInterFrameDelay": f64,
        /// Number of pauses: no new frame for at least 5 s.
        pause_count "pauseCount": u32,
        /// Total duration of pauses, in seconds.
        total_pauses_duration "totalPausesDuration": f64,
        /// Number of freezes: a frame stayed much longer than the previous ones.
        freeze_count "freezeCount": u32,
        /// Total duration of freezes, in seconds.
        total_freezes_duration "totalFreezesDuration": f64,
        /// When the last packet arrived, in milliseconds since 1970.
        last_packet_received_timestamp "lastPacketReceivedTimestamp": f64,
        /// Bytes received in headers and padding.
        header_bytes_received "headerBytesReceived": u64,
        /// Packets discarded because they arrived too late or too early for the jitter buffer.
        packets_discarded "packetsDiscarded": u64,
        /// Bytes received for forward error correction.
        fec_bytes_received "fecBytesReceived": u64,
        /// Packets received for forward error correction.
        fec_packets_received "fecPacketsReceived": u64,
        /// Error correction packets that were discarded.
        fec_packets_discarded "fecPacketsDiscarded": u64,
        /// Bytes of media received, without headers.
        bytes_received "bytesReceived": u64,
        /// NACK requests sent.
        nack_count "nackCount": u32,
        /// Full Intra Requests sent.
        fir_count "firCount": u32,
        /// Picture Loss Indications sent.
        pli_count "pliCount": u32,
        /// Total time from the first packet to the decoded frame or audio, in seconds.
        total_processing_delay "totalProcessingDelay": f64,
        /// When the media that is playing was captured, in milliseconds on the sender's NTP clock.
        estimated_playout_timestamp "estimatedPlayoutTimestamp": f64,
        /// Total time that emitted samples or frames spent in the jitter buffer, in seconds. Divide by
        /// `jitterBufferEmittedCount`.
        jitter_buffer_delay "jitterBufferDelay": f64,
        /// Total target delay of the jitter buffer, in seconds. Divide likewise.
        jitter_buffer_target_delay "jitterBufferTargetDelay": f64,
        /// Samples or frames emitted by the jitter buffer.
        jitter_buffer_emitted_count "jitterBufferEmittedCount": u64,
        /// Total minimum delay required by the network alone, in seconds. Divide likewise.
        jitter_buffer_minimum_delay "jitterBufferMinimumDelay": f64,
        /// Samples received, including concealed ones.
        total_samples_received "totalSamplesReceived": u64,
        /// Concealed samples, which replace lost ones.
        concealed_samples "concealedSamples": u64,
        /// Concealed samples that are silent.
        silent_concealed_samples "silentConcealedSamples": u64,
        /// Number of concealment events.
        concealment_events "concealmentEvents": u64,
        /// Samples inserted to slow down playout.
        inserted_samples_for_deceleration "insertedSamplesForDeceleration": u64,
        /// Samples removed to speed up playout.
        removed_samples_for_acceleration "removedSamplesForAcceleration": u64,
        /// The current audio level, from 0 to 1, linear.
        audio_level "audioLevel": f64,
        /// Total audio energy: the squared level multiplied by the duration.
        total_audio_energy "totalAudioEnergy": f64,
        /// Total duration of the received samples, in seconds.
        total_samples_duration "totalSamplesDuration": f64,
        /// Complete frames received.
        frames_received "framesReceived": u32,
        /// The name of the decoder.
        decoder_implementation "decoderImplementation": Text,
        /// The id of the `media-playout` entry.
        playout_id "playoutId": Text,
        /// Whether the decoder is power-efficient, for example in hardware.
        power_efficient_decoder "powerEfficientDecoder": bool,
        /// Frames that arrived in more than one packet.
        frames_assembled_from_multiple_packets "framesAssembledFromMultiplePackets": u32,
        /// Total time from the first to the last packet of those frames, in seconds.
        total_assembly_time "totalAssemblyTime": f64,
        /// Retransmitted packets received.
        retransmitted_packets_received "retransmittedPacketsReceived": u64,
        /// Retransmitted bytes received.
        retransmitted_bytes_received "retransmittedBytesReceived": u64,
        /// The synchronization source of retransmissions.
        rtx_ssrc "rtxSsrc": u32,
        /// The synchronization source of error correction.
        fec_ssrc "fecSsrc": u32,
        /// Total corruption probability of all measurements.
        total_corruption_probability "totalCorruptionProbability": f64,
        /// Total of the squared corruption probabilities.
        total_squared_corruption_probability "totalSquaredCorruptionProbability": f64,
        /// Number of corruption measurements.
        corruption_measurements "corruptionMeasurements": u64,
        /// `"screenshare"` for screen sharing. Chromium only.
        content_type "contentType": Text,
        /// Comma-separated timestamps of one frame on its way. Chromium only.
        goog_timing_frame_info "googTimingFrameInfo": Text,
        /// The older name of `packetsDiscarded`. Firefox only.
        discarded_packets "discardedPackets": u64,
        /// Number of times that the jitter buffer was flushed. Chromium only.
        jitter_buffer_flushes "jitterBufferFlushes": u64,
        /// Samples concealed because their packets were late. Chromium only.
        delayed_packet_outage_samples "delayedPacketOutageSamples": u64,
        /// Total delay of packets relative to the fastest ones, in seconds. Chromium only.
        relative_packet_arrival_delay "relativePacketArrivalDelay": f64,
        /// Number of audio interruptions of at least 150 ms. Chromium only.
        interruption_count "interruptionCount": u32,
        /// Total duration of such interruptions, in seconds. Chromium only.
        total_interruption_duration "totalInterruptionDuration": f64,
        /// The requested minimum playout delay, in seconds. Chromium only.
        min_playout_delay "minPlayoutDelay": f64,
    }

    /// The remote peer's report about a sent stream:
    /// <https://www.w3.org/TR/webrtc-stats/#remoteinboundrtpstats-dict*>.
    RemoteInboundRtpStreamStats = "remote-inbound-rtp": ReceivedRtpStreamStats {
        /// The id of the `outbound-rtp` entry.
        local_id "localId": Text,
        /// Round-trip time in seconds.
        round_trip_time "roundTripTime": f64,
        /// Total of the measured round-trip times, in seconds.
        total_round_trip_time "totalRoundTripTime": f64,
        /// Fraction of packets lost since the previous report, from 0 to 1.
        fraction_lost "fractionLost": f64,
        /// Number of round-trip time measurements.
        round_trip_time_measurements "roundTripTimeMeasurements": u64,
        /// Packets whose ECN mark ECT(1) was removed on the way.
        packets_with_bleached_ect1_marking "packetsWithBleachedEct1Marking": u64,
    }

    /// Common members of sent streams: <https://www.w3.org/TR/webrtc-stats/#sentrtpstats-dict*>.
    SentRtpStreamStats: RtpStreamStats {
        /// Packets sent.
        packets_sent "packetsSent": u64,
        /// Bytes of media sent, without headers.
        bytes_sent "bytesSent": u64,
    }

    /// A sent stream; one for each simulcast layer:
    /// <https://www.w3.org/TR/webrtc-stats/#outboundrtpstats-dict*>.
    OutboundRtpStreamStats = "outbound-rtp": SentRtpStreamStats {
        /// The media section (`mid`).
        mid "mid": Text,
        /// The id of the `media-source` entry.
        media_source_id "mediaSourceId": Text,
        /// The id of the receiver's report, a `remote-inbound-rtp`.
        remote_id "remoteId": Text,
        /// The RID of the simulcast layer.
        rid "rid": Text,
        /// The index in the sender's encodings.
        encoding_index "encodingIndex": u32,
        /// Bytes sent in headers and padding.
        header_bytes_sent "headerBytesSent": u64,
        /// Packets retransmitted.
        retransmitted_packets_sent "retransmittedPacketsSent": u64,
        /// Bytes retransmitted.
        retransmitted_bytes_sent "retransmittedBytesSent": u64,
        /// The synchronization source of retransmissions.
        rtx_ssrc "rtxSsrc": u32,
        /// Target bit rate of the encoder, in bit/s.
        target_bitrate "targetBitrate": f64,
        /// Total target size of all encoded frames, in bytes.
        total_encoded_bytes_target "totalEncodedBytesTarget": u64,
        /// Width of the last frame, in pixels.
        frame_width "frameWidth": u32,
        /// Height of the last frame, in pixels.
        frame_height "frameHeight": u32,
        /// Frames encoded in the last second.
        frames_per_second "framesPerSecond": f64,
        /// Frames sent.
        frames_sent "framesSent": u32,
        /// Frames sent that were at least 2.5 times larger than the average.
        huge_frames_sent "hugeFramesSent": u32,
        /// Frames encoded.
        frames_encoded "framesEncoded": u32,
        /// Key frames encoded.
        key_frames_encoded "keyFramesEncoded": u32,
        /// Sum of the quantization parameters. Its range depends on the codec.
        qp_sum "qpSum": u64,
        /// Total peak signal-to-noise ratios in dB, by component.
        psnr_sum "psnrSum": Record,
        /// Number of such measurements.
        psnr_measurements "psnrMeasurements": u64,
        /// Total time spent encoding, in seconds.
        total_encode_time "totalEncodeTime": f64,
        /// Total time that packets waited to be sent, in seconds.
        total_packet_send_delay "totalPacketSendDelay": f64,
        /// What limits resolution or frame rate now.
        quality_limitation_reason "qualityLimitationReason": QualityLimitationReason,
        /// The duration of each limitation reason, in seconds.
        quality_limitation_durations "qualityLimitationDurations": Record,
        /// Number of resolution changes for such a reason.
        quality_limitation_resolution_changes "qualityLimitationResolutionChanges": u32,
        /// NACK requests received.
        nack_count "nackCount": u32,
        /// Full Intra Requests received.
        fir_count "firCount": u32,
        /// Picture Loss Indications received.
        pli_count "pliCount": u32,
        /// The name of the encoder.
        encoder_implementation "encoderImplementation": Text,
        /// Whether the encoder is power-efficient, for example in hardware.
        power_efficient_encoder "powerEfficientEncoder": bool,
        /// Whether this encoding is active.
        active "active": bool,
        /// The scalability mode: <https://www.w3.org/TR/webrtc-svc/#scalabilitymodes*>.
        scalability_mode "scalabilityMode": Text,
        /// Packets sent with the ECN mark ECT(1).
        packets_sent_with_ect1 "packetsSentWithEct1": u64,
        /// `"screenshare"` for screen sharing. Chromium only.
        content_type "contentType": Text,
    }

    /// The remote peer's report about a received stream:
    /// <https://www.w3.org/TR/webrtc-stats/#remoteoutboundrtpstats-dict*>.
    RemoteOutboundRtpStreamStats = "remote-outbound-rtp": SentRtpStreamStats {
        /// The id of the `inbound-rtp` entry.
        local_id "localId": Text,
        /// When the report was created, in milliseconds since 1970 on the remote peer's clock.
        remote_timestamp "remoteTimestamp": f64,
        /// Sender reports sent.
        reports_sent "reportsSent": u64,
        /// Round-trip time in seconds.
        round_trip_time "roundTripTime": f64,
        /// Total of the measured round-trip times, in seconds.
        total_round_trip_time "totalRoundTripTime": f64,
        /// Number of round-trip time measurements.
        round_trip_time_measurements "roundTripTimeMeasurements": u64,
    }
}
