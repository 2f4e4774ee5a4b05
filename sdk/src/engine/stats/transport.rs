//! Statistics of the transport: channels, transports, candidates, certificates.

use super::dictionary::{BaseStats, Dictionary, Kind, Read, View};
use super::entry::Stats;
use super::names::{
    CandidatePairState, CandidateType, ChannelState, DtlsRole, DtlsTransportState, IceRole,
    IceTransportState, RelayProtocol, TcpType,
};

dictionaries! {
    /// The whole connection: <https://www.w3.org/TR/webrtc-stats/#pcstats-dict*>.
    PeerConnectionStats = "peer-connection": BaseStats {
        /// Data channels that were opened.
        data_channels_opened "dataChannelsOpened": u32,
        /// Data channels that were closed after opening.
        data_channels_closed "dataChannelsClosed": u32,
    }

    /// A data channel: <https://www.w3.org/TR/webrtc-stats/#dcstats-dict*>.
    DataChannelStats = "data-channel": BaseStats {
        /// Its label.
        label "label": Text,
        /// Its subprotocol.
        protocol "protocol": Text,
        /// Its `id`.
        data_channel_identifier "dataChannelIdentifier": u32,
        /// The state.
        state "state": ChannelState = required,
        /// Messages sent.
        messages_sent "messagesSent": u32,
        /// Bytes sent.
        bytes_sent "bytesSent": u64,
        /// Messages received.
        messages_received "messagesReceived": u32,
        /// Bytes received.
        bytes_received "bytesReceived": u64,
    }

    /// A transport, ICE and DTLS: <https://www.w3.org/TR/webrtc-stats/#transportstats-dict*>.
    TransportStats = "transport": BaseStats {
        /// Packets sent.
        packets_sent "packetsSent": u64,
        /// Packets received.
        packets_received "packetsReceived": u64,
        /// Bytes sent.
        bytes_sent "bytesSent": u64,
        /// Bytes received.
        bytes_received "bytesReceived": u64,
        /// The ICE role of the local peer.
        ice_role "iceRole": IceRole,
        /// The local ICE user name fragment.
        ice_local_username_fragment "iceLocalUsernameFragment": Text,
        /// The state of the DTLS transport.
        dtls_state "dtlsState": DtlsTransportState = required,
        /// The state of the ICE transport.
        ice_state "iceState": IceTransportState,
        /// The id of the selected `candidate-pair`.
        selected_candidate_pair_id "selectedCandidatePairId": Text,
        /// The id of the local `certificate`.
        local_certificate_id "localCertificateId": Text,
        /// The id of the remote `certificate`.
        remote_certificate_id "remoteCertificateId": Text,
        /// The DTLS version as four hexadecimal digits, such as `"FEFC"` for DTLS 1.3.
        tls_version "tlsVersion": Text,
        /// The DTLS cipher suite.
        dtls_cipher "dtlsCipher": Text,
        /// The DTLS role of the local peer.
        dtls_role "dtlsRole": DtlsRole,
        /// The SRTP cipher suite.
        srtp_cipher "srtpCipher": Text,
        /// Number of times that the selected pair changed.
        selected_candidate_pair_changes "selectedCandidatePairChanges": u32,
        /// Congestion feedback messages of RFC 8888 sent.
        ccfb_messages_sent "ccfbMessagesSent": u32,
        /// Congestion feedback messages of RFC 8888 received.
        ccfb_messages_received "ccfbMessagesReceived": u32,
    }

    /// An ICE candidate: <https://www.w3.org/TR/webrtc-stats/#icecandidate-dict*>.
    IceCandidateStats = "local-candidate" | "remote-candidate": BaseStats {
        /// The id of the transport's entry.
        transport_id "transportId": Text = required,
        /// The address. Null if the browser hides it.
        address "address": NullableText,
        /// The port.
        port "port": i64,
        /// `"udp"` or `"tcp"`.
        protocol "protocol": Text,
        /// The type.
        candidate_type "candidateType": CandidateType = required,
        /// The priority (RFC 8445).
        priority "priority": i64,
        /// The STUN or TURN server that provided it.
        url "url": Text,
        /// The transport protocol to the TURN server.
        relay_protocol "relayProtocol": RelayProtocol,
        /// The foundation: equal for candidates of the same type and base.
        foundation "foundation": Text,
        /// The related address.
        related_address "relatedAddress": Text,
        /// The related port.
        related_port "relatedPort": i64,
        /// The ICE user name fragment.
        username_fragment "usernameFragment": Text,
        /// The type of a TCP candidate.
        tcp_type "tcpType": TcpType,
        /// The older name of `address`. Chromium only.
        ip "ip": Text,
        /// Whether it is a remote candidate. Chromium only.
        is_remote "isRemote": bool,
        /// The adapter type, such as `"ethernet"` or `"wifi"`. Chromium only.
        network_type "networkType": Text,
        /// The network type, such as `"wifi"` or `"cellular4g"`. Chromium only.
        network_adapter_type "networkAdapterType": Text,
        /// Whether it uses a VPN. Chromium only.
        vpn "vpn": bool,
        /// Which of several addresses is reported. Firefox only.
        proxied "proxied": Text,
    }

    /// A candidate pair: <https://www.w3.org/TR/webrtc-stats/#candidatepair-dict*>.
    IceCandidatePairStats = "candidate-pair": BaseStats {
        /// The id of the transport's entry.
        transport_id "transportId": Text = required,
        /// The id of the `local-candidate`.
        local_candidate_id "localCandidateId": Text = required,
        /// The id of the `remote-candidate`.
        remote_candidate_id "remoteCandidateId": Text = required,
        /// The state of its check.
        state "state": CandidatePairState = required,
        /// Whether it was nominated.
        nominated "nominated": bool,
        /// Packets sent.
        packets_sent "packetsSent": u64,
        /// Packets received.
        packets_received "packetsReceived": u64,
        /// Bytes sent, without headers.
        bytes_sent "bytesSent": u64,
        /// Bytes received, without headers.
        bytes_received "bytesReceived": u64,
        /// When the last packet was sent, in milliseconds since 1970.
        last_packet_sent_timestamp "lastPacketSentTimestamp": f64,
        /// When the last packet was received, in milliseconds since 1970.
        last_packet_received_timestamp "lastPacketReceivedTimestamp": f64,
        /// Total round-trip time of all checks, in seconds.
        total_round_trip_time "totalRoundTripTime": f64,
        /// Round-trip time of the last check, in seconds.
        current_round_trip_time "currentRoundTripTime": f64,
        /// Estimated available send bandwidth, in bit/s.
        available_outgoing_bitrate "availableOutgoingBitrate": f64,
        /// Estimated available receive bandwidth, in bit/s.
        available_incoming_bitrate "availableIncomingBitrate": f64,
        /// Connectivity checks received.
        requests_received "requestsReceived": u64,
        /// Connectivity checks sent.
        requests_sent "requestsSent": u64,
        /// Check responses received.
        responses_received "responsesReceived": u64,
        /// Check responses sent.
        responses_sent "responsesSent": u64,
        /// Consent checks sent (RFC 7675).
        consent_requests_sent "consentRequestsSent": u64,
        /// Packets discarded by the socket.
        packets_discarded_on_send "packetsDiscardedOnSend": u32,
        /// Bytes discarded by the socket.
        bytes_discarded_on_send "bytesDiscardedOnSend": u64,
        /// The priority (RFC 8445). Not in the specification.
        priority "priority": u64,
        /// Whether local checks were answered. Not in the specification.
        writable "writable": bool,
        /// Whether remote checks were received. Firefox only.
        readable "readable": bool,
        /// Whether it is the selected pair. Firefox only.
        selected "selected": bool,
    }

    /// A certificate: <https://www.w3.org/TR/webrtc-stats/#certificatestats-dict*>.
    CertificateStats = "certificate": BaseStats {
        /// Its fingerprint, as in the session description.
        fingerprint "fingerprint": Text = required,
        /// The hash algorithm of the fingerprint, such as `"sha-256"`.
        fingerprint_algorithm "fingerprintAlgorithm": Text = required,
        /// The certificate, DER in base64.
        base64_certificate "base64Certificate": Text = required,
        /// The id of its issuer's certificate.
        issuer_certificate_id "issuerCertificateId": Text,
    }
}
