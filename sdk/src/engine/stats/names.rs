//! The enumerations in statistics.

use super::dictionary::Read;

names! {
    /// What limits an encoder: <https://www.w3.org/TR/webrtc-stats/#rtcqualitylimitationreason-enum>.
    QualityLimitationReason {
        /// Nothing.
        None = "none",
        /// The CPU.
        Cpu = "cpu",
        /// The network.
        Bandwidth = "bandwidth",
        /// Something else.
        Other = "other",
    }

    /// The state of a candidate pair: <https://www.w3.org/TR/webrtc-stats/#rtcstatsicecandidatepairstate-enum>.
    CandidatePairState {
        /// Waits for another pair of the same foundation.
        Frozen = "frozen",
        /// Waiting to be checked.
        Waiting = "waiting",
        /// A check is in progress. Firefox spells it without the hyphen.
        InProgress = "in-progress" | "inprogress",
        /// The check failed.
        Failed = "failed",
        /// The check succeeded.
        Succeeded = "succeeded",
        /// No longer checked. Firefox only.
        Cancelled = "cancelled",
    }

    /// The ICE role: <https://www.w3.org/TR/webrtc/#rtcicerole-enum>.
    IceRole {
        /// Not known yet.
        Unknown = "unknown",
        /// The local peer selects the pair.
        Controlling = "controlling",
        /// The remote peer selects the pair.
        Controlled = "controlled",
    }

    /// The state of an ICE transport: <https://www.w3.org/TR/webrtc/#rtcicetransportstate-enum>.
    IceTransportState {
        /// Not started.
        New = "new",
        /// Checking candidate pairs.
        Checking = "checking",
        /// A usable pair was found.
        Connected = "connected",
        /// All checks are complete, and a usable pair was found.
        Completed = "completed",
        /// Connectivity is temporarily lost.
        Disconnected = "disconnected",
        /// No usable pair was found.
        Failed = "failed",
        /// Closed.
        Closed = "closed",
    }

    /// The state of a DTLS transport: <https://www.w3.org/TR/webrtc/#rtcdtlstransportstate-enum>.
    DtlsTransportState {
        /// Not started.
        New = "new",
        /// The handshake is in progress.
        Connecting = "connecting",
        /// Secured: media and data can flow.
        Connected = "connected",
        /// Closed.
        Closed = "closed",
        /// The handshake failed.
        Failed = "failed",
    }

    /// The DTLS role: <https://www.w3.org/TR/webrtc-stats/#dom-rtcdtlsrole>.
    DtlsRole {
        /// The local peer started the handshake.
        Client = "client",
        /// The remote peer started the handshake.
        Server = "server",
        /// Not known yet.
        Unknown = "unknown",
    }

    /// The type of an ICE candidate: <https://www.w3.org/TR/webrtc/#rtcicecandidatetype-enum>.
    CandidateType {
        /// Host: an interface of the machine.
        Host = "host",
        /// Server reflexive: the address seen by a STUN server.
        Srflx = "srflx",
        /// Peer reflexive: the address seen by the remote peer during a check.
        Prflx = "prflx",
        /// Relay: an address of a TURN server.
        Relay = "relay",
    }

    /// The transport protocol to a TURN server: <https://www.w3.org/TR/webrtc/#rtciceservertransportprotocol-enum>.
    RelayProtocol {
        /// UDP.
        Udp = "udp",
        /// TCP.
        Tcp = "tcp",
        /// TLS over TCP.
        Tls = "tls",
    }

    /// The type of a TCP candidate: <https://www.w3.org/TR/webrtc/#rtcicetcpcandidatetype-enum>.
    TcpType {
        /// Opens connections.
        Active = "active",
        /// Accepts connections.
        Passive = "passive",
        /// Simultaneous open.
        So = "so",
    }

    /// The state of a data channel: <https://www.w3.org/TR/webrtc/#rtcdatachannelstate-enum>.
    ChannelState {
        /// Not open yet.
        Connecting = "connecting",
        /// Open.
        Open = "open",
        /// Closing: buffered messages are still sent.
        Closing = "closing",
        /// Closed.
        Closed = "closed",
    }
}
