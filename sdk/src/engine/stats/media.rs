//! Statistics of codecs, of what is captured and of what is played.

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
        /// Such as `"video/VP8"`.
        mime_type "mimeType": Text = required,
        /// Ticks of RTP timestamps a second.
        clock_rate "clockRate": u32,
        /// Channels of sound.
        channels "channels": u32,
        /// The parameters of the `a=fmtp` line.
        sdp_fmtp_line "sdpFmtpLine": Text,
        /// `"encode"` or `"decode"`, where a codec is not used for both. Firefox only.
        codec_type "codecType": Text,
    }

    /// What sources have: <https://www.w3.org/TR/webrtc-stats/#mststats-dict*>.
    MediaSourceStats: BaseStats {
        /// The `id` of the `MediaStreamTrack`.
        track_identifier "trackIdentifier": Text = required,
        /// Sound or pictures.
        kind "kind": MediaKind = required,
    }

    /// An audio track that is sent: <https://www.w3.org/TR/webrtc-stats/#audiosourcestats-dict*>.
    AudioSourceStats = "media-source" if "audio": MediaSourceStats {
        /// How loud it is now, from 0 to 1, linear.
        audio_level "audioLevel": f64,
        /// Energy of the sound: squared level times duration, summed up.
        total_audio_energy "totalAudioEnergy": f64,
        /// Duration of the sound, in seconds.
        total_samples_duration "totalSamplesDuration": f64,
        /// How much weaker the echo comes back, in dB.
        echo_return_loss "echoReturnLoss": f64,
        /// How much of it the echo canceller takes away, in dB.
        echo_return_loss_enhancement "echoReturnLossEnhancement": f64,
    }

    /// A video track that is sent: <https://www.w3.org/TR/webrtc-stats/#videosourcestats-dict*>.
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

    /// The playing of received sound: <https://www.w3.org/TR/webrtc-stats/#playoutstats-dict*>.
    AudioPlayoutStats = "media-playout": BaseStats {
        /// Always audio.
        kind "kind": MediaKind = required,
        /// Duration of samples made up since none were there, in seconds.
        synthesized_samples_duration "synthesizedSamplesDuration": f64,
        /// Runs of such samples.
        synthesized_samples_events "synthesizedSamplesEvents": u32,
        /// Duration of all samples, in seconds.
        total_samples_duration "totalSamplesDuration": f64,
        /// Delay of the playout path, summed over samples, in seconds. Divide by `totalSamplesCount`.
        total_playout_delay "totalPlayoutDelay": f64,
        /// Samples played.
        total_samples_count "totalSamplesCount": u64,
    }
}
