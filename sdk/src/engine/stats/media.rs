//! Statistics of codecs, media sources and playout.

use moim_protocol::MediaKind;

use super::dictionary::{BaseStats, Dictionary, Kind, Read, View};
use super::entry::Stats;

dictionaries! {
    /// A codec in use: <https://www.w3.org/TR/webrtc-stats/#codec-dict*>.
    CodecStats = "codec": BaseStats {
        /// The payload type in RTP packets.
        payload_type "payloadType": u32 = required,
        /// The id of the transport's entry.
        transport_id "transportId": Text = required,
        /// The MIME type, such as `"video/VP8"`.
        mime_type "mimeType": Text = required,
        /// The clock rate of RTP timestamps in Hz.
        clock_rate "clockRate": u32,
        /// Number of audio channels.
        channels "channels": u32,
        /// The parameters of the `a=fmtp` line.
        sdp_fmtp_line "sdpFmtpLine": Text,
        /// `"encode"` or `"decode"`, where a codec is used in one direction only. Firefox only.
        codec_type "codecType": Text,
    }

    /// Common members of media sources: <https://www.w3.org/TR/webrtc-stats/#mststats-dict*>.
    MediaSourceStats: BaseStats {
        /// The `id` of the `MediaStreamTrack`.
        track_identifier "trackIdentifier": Text = required,
        /// Audio or video.
        kind "kind": MediaKind = required,
    }

    /// A sent audio track: <https://www.w3.org/TR/webrtc-stats/#audiosourcestats-dict*>.
    AudioSourceStats = "media-source" if "audio": MediaSourceStats {
        /// The current audio level, from 0 to 1, linear.
        audio_level "audioLevel": f64,
        /// Total audio energy: the squared level multiplied by the duration.
        total_audio_energy "totalAudioEnergy": f64,
        /// Total duration of the audio, in seconds.
        total_samples_duration "totalSamplesDuration": f64,
        /// Echo return loss in dB.
        echo_return_loss "echoReturnLoss": f64,
        /// Echo return loss enhancement, by the echo canceller, in dB.
        echo_return_loss_enhancement "echoReturnLossEnhancement": f64,
    }

    /// A sent video track: <https://www.w3.org/TR/webrtc-stats/#videosourcestats-dict*>.
    VideoSourceStats = "media-source" if "video": MediaSourceStats {
        /// Width of the last frame, in pixels.
        width "width": u32,
        /// Height of the last frame, in pixels.
        height "height": u32,
        /// Frames from the source.
        frames "frames": u32,
        /// Frames in the last second.
        frames_per_second "framesPerSecond": f64,
    }

    /// Playout of received audio: <https://www.w3.org/TR/webrtc-stats/#playoutstats-dict*>.
    AudioPlayoutStats = "media-playout": BaseStats {
        /// Always audio.
        kind "kind": MediaKind = required,
        /// Total duration of synthesized samples, in seconds.
        synthesized_samples_duration "synthesizedSamplesDuration": f64,
        /// Number of times that samples were synthesized.
        synthesized_samples_events "synthesizedSamplesEvents": u32,
        /// Total duration of all samples, in seconds.
        total_samples_duration "totalSamplesDuration": f64,
        /// Total playout delay of all samples, in seconds. Divide by `totalSamplesCount`.
        total_playout_delay "totalPlayoutDelay": f64,
        /// Samples played.
        total_samples_count "totalSamplesCount": u64,
    }
}
