//! The browser: typed wrappers of its interfaces, which have `as_raw` to access the browser's object where they are
//! public, and what is built directly on them, such as the mixer, the recorder and file transfer.
//!
//! Whatever is opened here is owned by a guard that releases it on drop: listeners are removed, tracks
//! stopped, audio nodes disconnected, object URLs revoked.

mod analyser;
mod audio_context;
mod bindings;
mod canvas;
pub(crate) mod chunk;
pub(crate) mod clock;
mod constraints;
pub(crate) mod data_channel;
mod devices;
pub(crate) mod dictionary;
mod display;
mod element;
pub(crate) mod exception;
mod file;
pub(crate) mod http;
mod level_meter;
mod listener;
mod mime;
mod mixer;
pub(crate) mod offered_connection;
pub(crate) mod page;
mod peer_connection;
mod player;
pub(crate) mod probe;
mod promise;
pub(crate) mod received_track;
mod recorder;
mod recording;
mod room_channel;
pub(crate) mod room_connection;
mod room_sections;
pub(crate) mod send_settings;
mod silent_player;
pub(crate) mod socket;
mod stats;
mod stats_monitor;
pub(crate) mod task;
mod track;
mod track_check;
pub(crate) mod url;
mod view;
mod wakers;

pub(crate) use canvas::BlackPicture;
pub use data_channel::{DataChannel, DataChannelIo, DataChannelState, IncomingFiles, Message};
pub use devices::{
    CameraOptions, DeviceChanges, Devices, MicrophoneOptions, Permission, PermissionChanges, TakeOver,
};
pub use display::{CaptureController, DisplayCapture, DisplayOptions, Region, ZoomLevels, capture_display};
pub(crate) use element::media_element;
pub use element::{attach, detach, play, set_sink_id};
#[cfg(feature = "js")]
pub(crate) use exception::cause_of;
pub(crate) use file::random_id;
pub(crate) use file::{Carrier, Limits, NotSent, Transfers};
pub use file::{FileDirection, FileOptions, FileTransfer, FileTransferProgress, IncomingFile};
pub use level_meter::LevelMeter;
pub use listener::ListenerGuard;
pub use mixer::{Mixer, MixerOptions, MixerSource, MixerSourceOptions};
pub use peer_connection::{
    BundlePolicy, Certificate, CertificateAlgorithm, CertificateOptions, DegradationPreference, DtmfOptions,
    DtmfSender, Encoding, Fingerprint, HeaderExtension, IceConnectionState, IceGatheringState,
    PeerConnection, PeerConnectionEvent, PeerConnectionEvents, PeerConnectionOptions, Priority, Receiver,
    RtpCapabilities, RtpSource, SendParameters, Sender, SignalingState, Signals, Tones, TrackOrKind,
    Transceiver, TransceiverDirection, TransceiverOptions,
};
pub(crate) use peer_connection::{Spare, audio_level, last_played};
pub(crate) use player::Player;
#[cfg(feature = "js")]
pub(crate) use promise::ignore;
pub use recorder::{AudioBitrateMode, Recorder, RecorderOptions, RecorderState, RecordingChunks};
pub use recording::{ObjectUrl, Recording};
pub use stats::{StatsSource, get_stats};
pub use stats_monitor::StatsMonitor;
pub use track::{CaptureHandle, FrameStats, LocalTrack, TrackEvents};
pub(crate) use track::{TrackChange, TrackWatch};
pub(crate) use view::View;
pub(crate) use wakers::Wakers;
