//! WebRTC for the browser: rooms, media, recording and data behind one typed API.
//!
//! Layers, of which each knows only those after it: `js → room → {engine, signaling, platform}`.
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

pub use engine::codec::Codec;
pub use engine::peer::Signal;
pub use engine::transfer::FileProgress;
pub use error::{DataChannelError, Error, ErrorCode, FileTransferError, MediaError, Result, SignalingError};
pub use model::{
    ConnectionState, IceServer, LeaveReason, MediaKind, ParticipantId, Publication, PublicationId, Topology,
    TrackSource,
};
pub use options::{
    DataChannelOptions, DataChannelPriority, DataOptions, JoinOptions, MessageOptions, RoomOptions,
};

#[cfg(target_arch = "wasm32")]
pub use event_stream::EventStream;
#[cfg(target_arch = "wasm32")]
pub use platform::{
    BundlePolicy, Certificate, CertificateAlgorithm, CertificateOptions, DegradationPreference, DtmfOptions,
    DtmfSender, Encoding, Fingerprint, HeaderExtension, IceConnectionState, IceGatheringState,
    IceTransportPolicy, PeerConnection, PeerConnectionEvent, PeerConnectionEvents, PeerConnectionOptions,
    Priority, Receiver, RtpCapabilities, RtpSource, SendParameters, Sender, SignalingState, Signals, Tones,
    TrackOrKind, Transceiver, TransceiverDirection, TransceiverOptions,
};
#[cfg(target_arch = "wasm32")]
pub use platform::{
    CameraOptions, DataChannel, DataChannelIo, DataChannelState, DeviceChanges, DeviceInfo, DeviceKind,
    Devices, DisplayCapture, DisplayOptions, FacingMode, FileDirection, FileOptions, FileTransfer,
    FileTransferProgress, IncomingFile, IncomingFiles, LevelMeter, ListenerGuard, LocalTrack, Message,
    MicrophoneOptions, ObjectUrl, Recorder, RecorderOptions, RecorderState, Recording, attach,
    capture_display, detach, play,
};
#[cfg(target_arch = "wasm32")]
pub use room::{RemoteParticipant, RemoteTrack, Room, RoomEvent, RoomEvents, RoomState};
