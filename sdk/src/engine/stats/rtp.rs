//! Statistics of RTP streams: <https://www.w3.org/TR/webrtc-stats/#streamstats-dict*>.
//!
//! Unless said otherwise, counts are totals since the stream began and times are in seconds.

use moim_protocol::MediaKind;

use super::dictionary::{BaseStats, Dictionary, Kind, Read, View};
use super::entry::Stats;
use super::names::QualityLimitationReason;

dictionaries! {
    /// What all RTP streams have: <https://www.w3.org/TR/webrtc-stats/#streamstats-dict*>.
    RtpStreamStats: BaseStats {
        /// The synchronization source.
        ssrc "ssrc": u32 = required,
        /// Sound or pictures.
        kind "kind": MediaKind = required,
        /// The id of the transport's entry.
        transport_id "transportId": Text,
        /// The id of the codec's entry.
        codec_id "codecId": Text,
        /// The older name of `kind`. Not of the specification.
        media_type "mediaType": MediaKind,
    }

    /// What streams that arrive somewhere have: <https://www.w3.org/TR/webrtc-stats/#receivedrtpstats-dict*>.
    ReceivedRtpStreamStats: RtpStreamStats {
        /// Packets that arrived.
        packets_received "packetsReceived": u64,
        /// Packets that arrived with the ECN mark ECT(1).
        packets_received_with_ect1 "packetsReceivedWithEct1": u64,
        /// Packets that arrived with the ECN mark CE: a router was congested.
        packets_received_with_ce "packetsReceivedWithCe": u64,
        /// Packets reported as lost by RFC 8888 feedback.
        packets_reported_as_lost "packetsReportedAsLost": u64,
        /// Packets reported as lost that arrived later.
        packets_reported_as_lost_but_recovered "packetsReportedAsLostButRecovered": u64,
        /// Packets lost, by RFC 3550: falls, even below zero, when packets come late or twice.
        packets_lost "packetsLost": i64,
        /// How much the time between packets varies, in seconds.
        jitter "jitter": f64,
    }

    /// A stream that this end receives: <https://www.w3.org/TR/webrtc-stats/#inboundrtpstats-dict*>.
    InboundRtpStreamStats = "inbound-rtp": ReceivedRtpStreamStats {
        /// The `id` of the `MediaStreamTrack`.
        track_identifier "trackIdentifier": Text = required,
        /// The media section.
        mid "mid": Text,
        /// The id of the sender's report, a `remote-outbound-rtp`.
        remote_id "remoteId": Text,
        /// Frames decoded.
        frames_decoded "framesDecoded": u32,
        /// Key frames decoded.
        key_frames_decoded "keyFramesDecoded": u32,
        /// Frames shown.
        frames_rendered "framesRendered": u32,
        /// Frames dropped before or after decoding, for example because they came too late.
        frames_dropped "framesDropped": u32,
        /// Width of the last decoded frame, in pixels.
        frame_width "frameWidth": u32,
        /// Height of the last decoded frame, in pixels.
        frame_height "frameHeight": u32,
        /// Frames decoded in the last second.
        frames_per_second "framesPerSecond": f64,
        /// Sum of the quantization parameters of decoded frames. Its range depends on the codec.
        qp_sum "qpSum": u64,
        /// Time spent decoding, in seconds.
        total_decode_time "totalDecodeTime": f64,
        /// Time between rendered frames, summed up, in seconds.
        total_inter_frame_delay "totalInterFrameDelay": f64,
        /// The squares of the same times, summed up, for the variance.
        total_squared_inter_frame_delay "totalSquaredInterFrameDelay": f64,
        /// Pauses: 5 s and more without a new frame.
        pause_count "pauseCount": u32,
        /// Time in pauses, in seconds.
        total_pauses_duration "totalPausesDuration": f64,
        /// Freezes: a frame stayed much longer than frames did before.
        freeze_count "freezeCount": u32,
        /// Time in freezes, in seconds.
        total_freezes_duration "totalFreezesDuration": f64,
        /// When the last packet came, in milliseconds since 1970.
        last_packet_received_timestamp "lastPacketReceivedTimestamp": f64,
        /// Bytes of headers and padding.
        header_bytes_received "headerBytesReceived": u64,
        /// Packets that came too late or too early for the jitter buffer.
        packets_discarded "packetsDiscarded": u64,
        /// Bytes of error correction.
        fec_bytes_received "fecBytesReceived": u64,
        /// Packets of error correction.
        fec_packets_received "fecPacketsReceived": u64,
        /// Packets of error correction that were of no use.
        fec_packets_discarded "fecPacketsDiscarded": u64,
        /// Bytes of media, without headers.
        bytes_received "bytesReceived": u64,
        /// Requests to send packets again, sent.
        nack_count "nackCount": u32,
        /// Full Intra Requests sent.
        fir_count "firCount": u32,
        /// Picture Loss Indications sent.
        pli_count "pliCount": u32,
        /// Time from the first packet to the decoded frame or sound, summed up, in seconds.
        total_processing_delay "totalProcessingDelay": f64,
        /// When what plays now was captured, in milliseconds on the sender's NTP clock.
        estimated_playout_timestamp "estimatedPlayoutTimestamp": f64,
        /// Time in the jitter buffer, summed over what left it, in seconds. Divide by `jitterBufferEmittedCount`.
        jitter_buffer_delay "jitterBufferDelay": f64,
        /// The delay that the jitter buffer aims at, summed likewise, in seconds.
        jitter_buffer_target_delay "jitterBufferTargetDelay": f64,
        /// Samples or frames that left the jitter buffer.
        jitter_buffer_emitted_count "jitterBufferEmittedCount": u64,
        /// The least delay that the network alone would need, summed likewise, in seconds.
        jitter_buffer_minimum_delay "jitterBufferMinimumDelay": f64,
        /// Samples received, concealed ones included.
        total_samples_received "totalSamplesReceived": u64,
        /// Samples made up for lost ones.
        concealed_samples "concealedSamples": u64,
        /// Those of them that are silence.
        silent_concealed_samples "silentConcealedSamples": u64,
        /// Runs of concealed samples.
        concealment_events "concealmentEvents": u64,
        /// Samples inserted to play more slowly.
        inserted_samples_for_deceleration "insertedSamplesForDeceleration": u64,
        /// Samples removed to play faster.
        removed_samples_for_acceleration "removedSamplesForAcceleration": u64,
        /// How loud it is now, from 0 to 1, linear.
        audio_level "audioLevel": f64,
        /// Energy of the sound: squared level times duration, summed up.
        total_audio_energy "totalAudioEnergy": f64,
        /// Duration of the samples received, in seconds.
        total_samples_duration "totalSamplesDuration": f64,
        /// Complete frames received.
        frames_received "framesReceived": u32,
        /// Which decoder it is.
        decoder_implementation "decoderImplementation": Text,
        /// The id of the `media-playout` entry.
        playout_id "playoutId": Text,
        /// Whether the decoder saves power, as hardware does.
        power_efficient_decoder "powerEfficientDecoder": bool,
        /// Frames that came in several packets.
        frames_assembled_from_multiple_packets "framesAssembledFromMultiplePackets": u32,
        /// Time from the first to the last packet of those frames, in seconds.
        total_assembly_time "totalAssemblyTime": f64,
        /// Packets that were sent again.
        retransmitted_packets_received "retransmittedPacketsReceived": u64,
        /// Bytes that were sent again.
        retransmitted_bytes_received "retransmittedBytesReceived": u64,
        /// The source of repeated packets.
        rtx_ssrc "rtxSsrc": u32,
        /// The source of error correction.
        fec_ssrc "fecSsrc": u32,
        /// Probability that frames are corrupt, summed over measurements.
        total_corruption_probability "totalCorruptionProbability": f64,
        /// The squares of the same probabilities, summed up.
        total_squared_corruption_probability "totalSquaredCorruptionProbability": f64,
        /// How often that was measured.
        corruption_measurements "corruptionMeasurements": u64,
        /// `"screenshare"` for shared screens. Chromium only.
        content_type "contentType": Text,
        /// Times of one frame on its way, by commas. Chromium only.
        goog_timing_frame_info "googTimingFrameInfo": Text,
        /// The older name of `packetsDiscarded`. Firefox only.
        discarded_packets "discardedPackets": u64,
        /// How often the jitter buffer was emptied. Chromium only.
        jitter_buffer_flushes "jitterBufferFlushes": u64,
        /// Samples concealed since their packets were late. Chromium only.
        delayed_packet_outage_samples "delayedPacketOutageSamples": u64,
        /// Delay of packets beyond the quickest ones, summed up, in seconds. Chromium only.
        relative_packet_arrival_delay "relativePacketArrivalDelay": f64,
        /// Times that sound was interrupted for 150 ms or more. Chromium only.
        interruption_count "interruptionCount": u32,
        /// Time in such interruptions, in seconds. Chromium only.
        total_interruption_duration "totalInterruptionDuration": f64,
        /// The least playout delay that was asked for, in seconds. Chromium only.
        min_playout_delay "minPlayoutDelay": f64,
    }

    /// What the far end reports of a stream that this end sends:
    /// <https://www.w3.org/TR/webrtc-stats/#remoteinboundrtpstats-dict*>.
    RemoteInboundRtpStreamStats = "remote-inbound-rtp": ReceivedRtpStreamStats {
        /// The id of the `outbound-rtp` entry.
        local_id "localId": Text,
        /// Time to the far end and back, in seconds.
        round_trip_time "roundTripTime": f64,
        /// Round trip times summed up, in seconds.
        total_round_trip_time "totalRoundTripTime": f64,
        /// Share of packets lost since the report before, from 0 to 1.
        fraction_lost "fractionLost": f64,
        /// How often the round trip time was measured.
        round_trip_time_measurements "roundTripTimeMeasurements": u64,
        /// Packets whose ECN mark ECT(1) was lost on the way.
        packets_with_bleached_ect1_marking "packetsWithBleachedEct1Marking": u64,
    }

    /// What streams that leave somewhere have: <https://www.w3.org/TR/webrtc-stats/#sentrtpstats-dict*>.
    SentRtpStreamStats: RtpStreamStats {
        /// Packets sent.
        packets_sent "packetsSent": u64,
        /// Bytes of media sent, without headers.
        bytes_sent "bytesSent": u64,
    }

    /// A stream that this end sends; one for each layer of a simulcast:
    /// <https://www.w3.org/TR/webrtc-stats/#outboundrtpstats-dict*>.
    OutboundRtpStreamStats = "outbound-rtp": SentRtpStreamStats {
        /// The media section.
        mid "mid": Text,
        /// The id of the `media-source` entry.
        media_source_id "mediaSourceId": Text,
        /// The id of the receiver's report, a `remote-inbound-rtp`.
        remote_id "remoteId": Text,
        /// The simulcast layer.
        rid "rid": Text,
        /// The place among the sender's encodings.
        encoding_index "encodingIndex": u32,
        /// Bytes of headers and padding.
        header_bytes_sent "headerBytesSent": u64,
        /// Packets sent again.
        retransmitted_packets_sent "retransmittedPacketsSent": u64,
        /// Bytes sent again.
        retransmitted_bytes_sent "retransmittedBytesSent": u64,
        /// The source of repeated packets.
        rtx_ssrc "rtxSsrc": u32,
        /// What the encoder aims at, in bit/s.
        target_bitrate "targetBitrate": f64,
        /// Bytes that the frames should have had.
        total_encoded_bytes_target "totalEncodedBytesTarget": u64,
        /// Width of the last frame, in pixels.
        frame_width "frameWidth": u32,
        /// Height of the last frame, in pixels.
        frame_height "frameHeight": u32,
        /// Frames encoded in the last second.
        frames_per_second "framesPerSecond": f64,
        /// Frames sent.
        frames_sent "framesSent": u32,
        /// Frames sent that were 2.5 times larger than the average.
        huge_frames_sent "hugeFramesSent": u32,
        /// Frames encoded.
        frames_encoded "framesEncoded": u32,
        /// Key frames encoded.
        key_frames_encoded "keyFramesEncoded": u32,
        /// Sum of the quantization parameters. Its range depends on the codec.
        qp_sum "qpSum": u64,
        /// Peak signal to noise ratios in dB, summed up, by component.
        psnr_sum "psnrSum": Record,
        /// How often they were measured.
        psnr_measurements "psnrMeasurements": u64,
        /// Time spent encoding, in seconds.
        total_encode_time "totalEncodeTime": f64,
        /// Time packets waited to be sent, summed up, in seconds.
        total_packet_send_delay "totalPacketSendDelay": f64,
        /// What limits resolution or frame rate now.
        quality_limitation_reason "qualityLimitationReason": QualityLimitationReason,
        /// How long each reason held, in seconds.
        quality_limitation_durations "qualityLimitationDurations": Record,
        /// How often the resolution changed for such a reason.
        quality_limitation_resolution_changes "qualityLimitationResolutionChanges": u32,
        /// Requests to send packets again, received.
        nack_count "nackCount": u32,
        /// Full Intra Requests received.
        fir_count "firCount": u32,
        /// Picture Loss Indications received.
        pli_count "pliCount": u32,
        /// Which encoder it is.
        encoder_implementation "encoderImplementation": Text,
        /// Whether the encoder saves power, as hardware does.
        power_efficient_encoder "powerEfficientEncoder": bool,
        /// Whether this encoding is on.
        active "active": bool,
        /// The layers: <https://www.w3.org/TR/webrtc-svc/#scalabilitymodes*>.
        scalability_mode "scalabilityMode": Text,
        /// Packets sent with the ECN mark ECT(1).
        packets_sent_with_ect1 "packetsSentWithEct1": u64,
        /// `"screenshare"` for shared screens. Chromium only.
        content_type "contentType": Text,
    }

    /// What the far end reports of a stream that this end receives:
    /// <https://www.w3.org/TR/webrtc-stats/#remoteoutboundrtpstats-dict*>.
    RemoteOutboundRtpStreamStats = "remote-outbound-rtp": SentRtpStreamStats {
        /// The id of the `inbound-rtp` entry.
        local_id "localId": Text,
        /// When the report was made, in milliseconds since 1970 on the far end's clock.
        remote_timestamp "remoteTimestamp": f64,
        /// Sender reports sent.
        reports_sent "reportsSent": u64,
        /// Time to the far end and back, in seconds.
        round_trip_time "roundTripTime": f64,
        /// Round trip times summed up, in seconds.
        total_round_trip_time "totalRoundTripTime": f64,
        /// How often the round trip time was measured.
        round_trip_time_measurements "roundTripTimeMeasurements": u64,
    }
}
