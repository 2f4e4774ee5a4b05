//! Statistics of the connection: channels, transports, candidates, certificates.

use super::dictionary::{BaseStats, Dictionary, Kind, Read, View};
use super::entry::Stats;
use super::names::{
    CandidatePairState, CandidateType, ChannelState, DtlsRole, DtlsTransportState, IceRole,
    IceTransportState, RelayProtocol, TcpType,
};

dictionaries! {
    /// The connection as a whole: <https://www.w3.org/TR/webrtc-stats/#pcstats-dict*>.
    PeerConnectionStats = "peer-connection": BaseStats {
        /// Data channels that were open at some time.
        data_channels_opened "dataChannelsOpened": u32,
        /// Those of them that are closed.
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
        /// Whether it can be used.
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
        /// Which end chooses the pair.
        ice_role "iceRole": IceRole,
        /// The local ICE user name.
        ice_local_username_fragment "iceLocalUsernameFragment": Text,
        /// How far the encryption is.
        dtls_state "dtlsState": DtlsTransportState = required,
        /// How far ICE is.
        ice_state "iceState": IceTransportState,
        /// The id of the `candidate-pair` in use.
        selected_candidate_pair_id "selectedCandidatePairId": Text,
        /// The id of this end's `certificate`.
        local_certificate_id "localCertificateId": Text,
        /// The id of the far end's `certificate`.
        remote_certificate_id "remoteCertificateId": Text,
        /// Four hexadecimal digits, such as `"FEFC"` for DTLS 1.3.
        tls_version "tlsVersion": Text,
        /// The cipher of DTLS.
        dtls_cipher "dtlsCipher": Text,
        /// Which end began the handshake.
        dtls_role "dtlsRole": DtlsRole,
        /// The cipher of media.
        srtp_cipher "srtpCipher": Text,
        /// How often another pair was chosen.
        selected_candidate_pair_changes "selectedCandidatePairChanges": u32,
        /// Congestion feedback messages of RFC 8888 sent.
        ccfb_messages_sent "ccfbMessagesSent": u32,
        /// Congestion feedback messages of RFC 8888 received.
        ccfb_messages_received "ccfbMessagesReceived": u32,
    }

    /// An address of either end: <https://www.w3.org/TR/webrtc-stats/#icecandidate-dict*>.
    IceCandidateStats = "local-candidate" | "remote-candidate": BaseStats {
        /// The id of the transport's entry.
        transport_id "transportId": Text = required,
        /// The address. Null where the browser hides it.
        address "address": NullableText,
        /// The port.
        port "port": i64,
        /// `"udp"` or `"tcp"`.
        protocol "protocol": Text,
        /// Where it comes from.
        candidate_type "candidateType": CandidateType = required,
        /// Its priority by RFC 8445.
        priority "priority": i64,
        /// The STUN or TURN server that gave it.
        url "url": Text,
        /// How the TURN server is spoken to.
        relay_protocol "relayProtocol": RelayProtocol,
        /// Equal for candidates of one kind from one base.
        foundation "foundation": Text,
        /// The address behind it.
        related_address "relatedAddress": Text,
        /// The port behind it.
        related_port "relatedPort": i64,
        /// The ICE user name.
        username_fragment "usernameFragment": Text,
        /// The part that it takes in TCP.
        tcp_type "tcpType": TcpType,
        /// The older name of `address`. Chromium only.
        ip "ip": Text,
        /// Whether it is the far end's. Chromium only.
        is_remote "isRemote": bool,
        /// Such as `"ethernet"` or `"wifi"`. Chromium only.
        network_type "networkType": Text,
        /// Such as `"wifi"` or `"cellular4g"`. Chromium only.
        network_adapter_type "networkAdapterType": Text,
        /// Whether it goes through a VPN. Chromium only.
        vpn "vpn": bool,
        /// Which of several addresses is shown. Firefox only.
        proxied "proxied": Text,
    }

    /// A way between the two ends: <https://www.w3.org/TR/webrtc-stats/#candidatepair-dict*>.
    IceCandidatePairStats = "candidate-pair": BaseStats {
        /// The id of the transport's entry.
        transport_id "transportId": Text = required,
        /// The id of the `local-candidate`.
        local_candidate_id "localCandidateId": Text = required,
        /// The id of the `remote-candidate`.
        remote_candidate_id "remoteCandidateId": Text = required,
        /// How far its check is.
        state "state": CandidatePairState = required,
        /// Whether it was nominated for use.
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
        /// Round trip times of checks summed up, in seconds.
        total_round_trip_time "totalRoundTripTime": f64,
        /// The last round trip time of a check, in seconds.
        current_round_trip_time "currentRoundTripTime": f64,
        /// What could be sent, in bit/s.
        available_outgoing_bitrate "availableOutgoingBitrate": f64,
        /// What could be received, in bit/s.
        available_incoming_bitrate "availableIncomingBitrate": f64,
        /// Checks received.
        requests_received "requestsReceived": u64,
        /// Checks sent.
        requests_sent "requestsSent": u64,
        /// Answers to checks received.
        responses_received "responsesReceived": u64,
        /// Answers to checks sent.
        responses_sent "responsesSent": u64,
        /// Consent checks of RFC 7675 sent.
        consent_requests_sent "consentRequestsSent": u64,
        /// Packets that the socket did not take.
        packets_discarded_on_send "packetsDiscardedOnSend": u32,
        /// Bytes that the socket did not take.
        bytes_discarded_on_send "bytesDiscardedOnSend": u64,
        /// Its priority by RFC 8445. Not of the specification.
        priority "priority": u64,
        /// Whether checks of this end were answered. Not of the specification.
        writable "writable": bool,
        /// Whether checks of the far end came. Firefox only.
        readable "readable": bool,
        /// Whether it is the pair in use. Firefox only.
        selected "selected": bool,
    }

    /// A certificate of either end: <https://www.w3.org/TR/webrtc-stats/#certificatestats-dict*>.
    CertificateStats = "certificate": BaseStats {
        /// Its fingerprint, as in the session description.
        fingerprint "fingerprint": Text = required,
        /// How the fingerprint is made, such as `"sha-256"`.
        fingerprint_algorithm "fingerprintAlgorithm": Text = required,
        /// The certificate, DER in base64.
        base64_certificate "base64Certificate": Text = required,
        /// The id of the certificate that signed it.
        issuer_certificate_id "issuerCertificateId": Text,
    }
}
