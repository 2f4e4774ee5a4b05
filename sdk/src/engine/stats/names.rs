//! The enumerations that members of statistics have.

use super::dictionary::Read;

names! {
    /// What holds an encoder back: <https://www.w3.org/TR/webrtc-stats/#rtcqualitylimitationreason-enum>.
    QualityLimitationReason {
        /// Nothing.
        None = "none",
        /// The processor.
        Cpu = "cpu",
        /// The network.
        Bandwidth = "bandwidth",
        /// Something else.
        Other = "other",
    }

    /// How far the check of a pair is: <https://www.w3.org/TR/webrtc-stats/#rtcstatsicecandidatepairstate-enum>.
    CandidatePairState {
        /// Waits for another pair of the same foundation.
        Frozen = "frozen",
        /// To be checked.
        Waiting = "waiting",
        /// A check is under way. Firefox writes it in one word.
        InProgress = "in-progress" | "inprogress",
        /// The check failed.
        Failed = "failed",
        /// The check succeeded.
        Succeeded = "succeeded",
        /// Not checked any more. Firefox only.
        Cancelled = "cancelled",
    }

    /// The end that chooses the pair: <https://www.w3.org/TR/webrtc/#rtcicerole-enum>.
    IceRole {
        /// Not known yet.
        Unknown = "unknown",
        /// This end chooses.
        Controlling = "controlling",
        /// The far end chooses.
        Controlled = "controlled",
    }

    /// How far ICE is: <https://www.w3.org/TR/webrtc/#rtcicetransportstate-enum>.
    IceTransportState {
        /// Not started.
        New = "new",
        /// Looking for a pair that works.
        Checking = "checking",
        /// A pair works.
        Connected = "connected",
        /// All is checked, and a pair works.
        Completed = "completed",
        /// Interrupted.
        Disconnected = "disconnected",
        /// No pair works.
        Failed = "failed",
        /// Closed.
        Closed = "closed",
    }

    /// How far the encryption is: <https://www.w3.org/TR/webrtc/#rtcdtlstransportstate-enum>.
    DtlsTransportState {
        /// Not started.
        New = "new",
        /// The handshake is under way.
        Connecting = "connecting",
        /// Media and data may flow.
        Connected = "connected",
        /// Closed.
        Closed = "closed",
        /// The handshake failed.
        Failed = "failed",
    }

    /// Who began the handshake: <https://www.w3.org/TR/webrtc-stats/#dom-rtcdtlsrole>.
    DtlsRole {
        /// This end.
        Client = "client",
        /// The far end.
        Server = "server",
        /// Not known yet.
        Unknown = "unknown",
    }

    /// Where a candidate comes from: <https://www.w3.org/TR/webrtc/#rtcicecandidatetype-enum>.
    CandidateType {
        /// An interface of the machine.
        Host = "host",
        /// What a STUN server saw.
        Srflx = "srflx",
        /// What the far end saw during a check.
        Prflx = "prflx",
        /// A TURN server.
        Relay = "relay",
    }

    /// How one speaks to a TURN server: <https://www.w3.org/TR/webrtc/#rtciceservertransportprotocol-enum>.
    RelayProtocol {
        /// UDP.
        Udp = "udp",
        /// TCP.
        Tcp = "tcp",
        /// TLS over TCP.
        Tls = "tls",
    }

    /// The part of a TCP candidate: <https://www.w3.org/TR/webrtc/#rtcicetcpcandidatetype-enum>.
    TcpType {
        /// Opens connections.
        Active = "active",
        /// Accepts connections.
        Passive = "passive",
        /// Does both at once.
        So = "so",
    }

    /// Whether a channel can be used: <https://www.w3.org/TR/webrtc/#rtcdatachannelstate-enum>.
    ChannelState {
        /// Not yet.
        Connecting = "connecting",
        /// Yes.
        Open = "open",
        /// What was sent still goes out.
        Closing = "closing",
        /// No more.
        Closed = "closed",
    }
}
