//! WebRTC for the browser: rooms, media, recording and data behind one typed API.
//!
//! Layers, of which each knows only those after it: `{js, yew} → room → {engine, signaling, platform}`.
//! `engine` and `signaling` are sans-IO state machines and run anywhere; the rest needs a browser.

pub mod engine;
mod error;
#[cfg(any(target_arch = "wasm32", test))]
#[cfg_attr(test, allow(unreachable_pub, reason = "exported for the browser only"))]
mod event_stream;
pub mod model;
mod options;
pub mod signaling;

#[cfg(all(feature = "js", target_arch = "wasm32"))]
mod js;
#[cfg(target_arch = "wasm32")]
mod platform;
#[cfg(target_arch = "wasm32")]
mod room;
#[cfg(all(feature = "yew", target_arch = "wasm32"))]
pub mod yew;

pub use engine::capture::{
    Constraint, ConstraintSet, ContentHint, Cursor, DeviceChange, DeviceInfo, DeviceKind, DisplaySurface,
    EchoCancellation, FacingMode, FocusBehavior, MeteringMode, MoveConstraint, NumberConstraint, NumberRange,
    OneOf, PermissionName, PermissionState, Point, Range, Refusal, ResizeMode, SurfaceChoice,
    TrackCapabilities, TrackConstraints, TrackEvent, TrackSettings, WindowAudio,
};
pub use engine::codec::Codec;
pub use engine::layout::{Fit, Layout, Placement, Rectangle};
pub use engine::mix_layout::{MixLayout, MixLayoutKind, MixTile};
pub use engine::peer::Signal;
pub use engine::quality::{self, MediaQuality, QualityReason};
pub use engine::stats::{
    self, StatsDelta, StatsHistory, StatsMonitorOptions, StatsReport, StatsSample, StatsView,
};
pub use engine::transfer::FileProgress;
pub use error::{DataChannelError, Error, ErrorCode, FileTransferError, MediaError, Result, SignalingError};
pub use model::{
    ConnectionState, IceServer, LeaveReason, Lobby, MediaKind, ParticipantId, Publication, PublicationId,
    Role, Topology, TrackSource, WaitingParticipant,
};
pub use options::{
    ChatOptions, DataChannelOptions, DataChannelPriority, DataOptions, JoinOptions, MessageOptions,
    PublishOptions, RoomOptions, SubscribeOptions, UpdateOptions,
};

#[cfg(target_arch = "wasm32")]
pub use event_stream::EventStream;
#[cfg(target_arch = "wasm32")]
pub use platform::{
    AudioBitrateMode, CameraOptions, CaptureController, CaptureHandle, DataChannel, DataChannelIo,
    DataChannelState, DeviceChanges, Devices, DisplayCapture, DisplayOptions, FileDirection, FileOptions,
    FileTransfer, FileTransferProgress, FrameStats, IncomingFile, IncomingFiles, LevelMeter, ListenerGuard,
    LocalTrack, Message, MicrophoneOptions, Mixer, MixerOptions, MixerSource, MixerSourceOptions, ObjectUrl,
    Permission, PermissionChanges, Recorder, RecorderOptions, RecorderState, Recording, RecordingChunks,
    Region, TakeOver, TrackEvents, ZoomLevels, attach, capture_display, detach, play, set_sink_id,
};
#[cfg(target_arch = "wasm32")]
pub use platform::{
    BundlePolicy, Certificate, CertificateAlgorithm, CertificateOptions, DegradationPreference, DtmfOptions,
    DtmfSender, Encoding, Fingerprint, HeaderExtension, IceConnectionState, IceGatheringState,
    IceTransportPolicy, PeerConnection, PeerConnectionEvent, PeerConnectionEvents, PeerConnectionOptions,
    Priority, Receiver, RtpCapabilities, RtpSource, SendParameters, Sender, SignalingState, Signals, Tones,
    TrackOrKind, Transceiver, TransceiverDirection, TransceiverOptions,
};
#[cfg(target_arch = "wasm32")]
pub use platform::{StatsMonitor, StatsSource, get_stats};
#[cfg(target_arch = "wasm32")]
pub use room::{
    ChatDelivery, ChatReceipt, RemoteParticipant, RemoteTrack, Room, RoomEvent, RoomEvents, RoomState,
    SendFileOptions,
};
