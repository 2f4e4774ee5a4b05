//! WebRTC for the browser: rooms, media, recording and data behind one typed API.
//!
//! A [`Room`] is a call: it connects to a server, publishes local tracks, and emits events about the other
//! participants. The same code works as a mesh, over an SFU and with a mixer.
//!
//! ```
//! # #[cfg(target_arch = "wasm32")]
//! # mod example {
//! use futures::StreamExt;
//! use moim::{CameraOptions, JoinOptions, Result, Room, RoomEvent, RoomOptions};
//!
//! pub async fn call(video: web_sys::HtmlVideoElement) -> Result<()> {
//!     let room = Room::new(RoomOptions::default())?;
//!     let mut events = room.events();
//!     room.set_camera_enabled(true, &CameraOptions::default()).await?;
//!     room.join(JoinOptions::new("tea", "Ana")).await?;
//!     while let Some(event) = events.next().await {
//!         if let RoomEvent::TrackAdded { track, .. } = event {
//!             track.attach(&video)?;
//!         }
//!     }
//!     Ok(())
//! }
//! # }
//! ```
//!
//! Besides `moim`, this needs `futures`, and `web-sys` with the feature `HtmlVideoElement`. Dropping the last handle
//! leaves the room, so keep one.
//!
//! The lower-level APIs work without a room: [`Devices`] and [`capture_display`] capture, [`PeerConnection`] and
//! [`DataChannel`] connect, [`Recorder`] and [`Mixer`] record, [`StatsMonitor`] measures.
//!
//! # Targets and features
//!
//! APIs that need a browser are available only for `wasm32-unknown-unknown`; on other targets the crate has only its
//! options, errors and statistics.
//!
//! - `yew`: hooks for Yew applications, in the module [`yew`].
//! - `js`: the classes of the npm package `moim`. Leave it off in a Rust application, so that its module does not
//!   export them.

// The layers, each of which depends only on those after it: `{js, yew} → room → {engine, signaling, platform}`.
// `engine`, `signaling` and `model` do no IO and build for any target. They are public only for the tests in `tests/`,
// and their API may change in any release; the public part is re-exported below.
mod byte_queue;
mod collections;
#[doc(hidden)]
pub mod engine;
mod error;
#[cfg(any(target_arch = "wasm32", test))]
#[cfg_attr(test, allow(unreachable_pub, reason = "exported for the browser only"))]
mod event_stream;
#[doc(hidden)]
pub mod model;
mod options;
mod pace;
pub mod signaling;
#[cfg(test)]
mod table_tests;

#[cfg(target_arch = "wasm32")]
mod diagnosis;
#[cfg(all(feature = "js", target_arch = "wasm32"))]
mod js;
#[cfg(target_arch = "wasm32")]
mod kurento;
#[cfg(target_arch = "wasm32")]
mod platform;
#[cfg(target_arch = "wasm32")]
mod room;
#[cfg(all(feature = "yew", target_arch = "wasm32"))]
pub mod yew;

pub use engine::capabilities::RoomCapabilities;
pub use engine::capture::{
    Constraint, ConstraintSet, ContentHint, Cursor, DeviceChange, DeviceInfo, DeviceKind, DisplaySurface,
    EchoCancellation, FacingMode, FocusBehavior, MeteringMode, MoveConstraint, NumberConstraint, NumberRange,
    OneOf, PermissionName, PermissionState, Point, Range, ResizeMode, SurfaceChoice, TrackCapabilities,
    TrackConstraints, TrackEvent, TrackSettings, WindowAudio,
};
pub use engine::codec::Codec;
pub use engine::diagnosis::{Check, CheckResult, DiagnosisReport, Finding, Recommendation, Verdict};
pub use engine::layout::{Fit, Layout, Placement, Rectangle};
pub use engine::mix_layout::{MixLayout, MixLayoutKind, MixTile};
pub use engine::peer::Signal;
pub use engine::quality::{self, MediaQuality, ParticipantQuality, QualityReason, QualitySide};
pub use engine::stats::{
    self, StatsDelta, StatsHistory, StatsMonitorOptions, StatsReport, StatsSample, StatsView,
};
pub use engine::stream::{StreamHeader, StreamKind};
pub use engine::transfer::FileProgress;
pub use error::{
    DataChannelError, Error, ErrorCode, FileTransferError, KurentoError, MediaError, Refusal, Result,
    RpcError, SignalingError, StreamError,
};
pub use model::{
    ConnectionState, IceServer, IceTransportPolicy, LeaveReason, Lobby, MediaKind,
    ParticipantConnectionState, ParticipantId, PublicationId, Role, RoomPermission, RoomPermissions,
    Topology, TrackSource, WaitingParticipant,
};
pub use options::{
    ChatOptions, DataChannelOptions, DataChannelPriority, DataOptions, JoinOptions, MessageOptions,
    PublishOptions, ReconnectOptions, RoomOptions, SubscribeOptions, UpdateOptions,
};
pub use signaling::kurento::KurentoMedia;
pub use signaling::{ServerOptions, ServerType};

#[cfg(target_arch = "wasm32")]
pub use diagnosis::{DiagnoseOptions, Diagnosis, DiagnosisUpdate, diagnose};
#[cfg(target_arch = "wasm32")]
pub use event_stream::EventStream;
#[cfg(target_arch = "wasm32")]
pub use kurento::{
    Kurento, KurentoConnectOptions, KurentoConnection, KurentoEvent, KurentoEvents, KurentoLink,
    KurentoLinkOptions, KurentoObject, KurentoOptions, KurentoTransport, KurentoWebRtcOptions,
};
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
    PeerConnection, PeerConnectionEvent, PeerConnectionEvents, PeerConnectionOptions, Priority, Receiver,
    RtpCapabilities, RtpSource, SendParameters, Sender, SignalingState, Signals, Tones, TrackOrKind,
    Transceiver, TransceiverDirection, TransceiverOptions,
};
#[cfg(target_arch = "wasm32")]
pub use platform::{StatsMonitor, StatsSource, get_stats};
#[cfg(target_arch = "wasm32")]
pub use room::{
    CallOptions, ChatDelivery, ChatReceipt, DataCapacity, IncomingStream, OutgoingStream, Publication,
    PublicationRef, RemoteParticipant, RemoteTrack, Room, RoomEvent, RoomEvents, RoomState, RpcGuard,
    RpcInvocation, SendFileOptions, StreamOptions,
};
