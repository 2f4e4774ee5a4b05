//! A client of the SFU on sockets, with str0m; it can send what is not SCTP inside DTLS.
#![allow(dead_code)] // each test file uses a part

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use futures::{SinkExt, StreamExt};
use moim_protocol::{SFU_ID, ServerMessage};
use serde_json::json;
use str0m::{
    config::{CryptoProvider, DtlsVersion},
    crypto::{
        CryptoError,
        dtls::{DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, ProtocolVersion},
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::UdpSocket,
    time::sleep,
};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

use crate::person::Person;

/// Only a client that cannot connect waits this long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client of the SFU on sockets.
pub(crate) struct Line<S> {
    pub(crate) person: Person,
    udp: UdpSocket,
    signaling: WebSocketStream<S>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    /// A client that has joined, and offers.
    pub(crate) async fn offer(signaling: WebSocketStream<S>, crypto: CryptoProvider) -> Self {
        let ip = if_addrs::get_if_addrs().unwrap().into_iter().map(|interface| interface.ip());
        let ip =
            ip.filter(IpAddr::is_ipv4).find(|ip| !ip.is_loopback()).expect("an address besides loopback");
        let udp = UdpSocket::bind((ip, 0)).await.unwrap();
        let mut person = Person::with_crypto(udp.local_addr().unwrap(), Instant::now(), crypto);
        person.receive(1, Instant::now());
        Self { person, udp, signaling }
    }

    /// Calls `each` every two milliseconds, until it returns false or the connection ends.
    pub(crate) async fn drive(&mut self, mut each: impl FnMut(&mut Person) -> bool) -> Option<()> {
        let mut buffer = [0; 2_000];
        while each(&mut self.person) {
            let (transmits, payloads) = self.person.run(Instant::now());
            for transmit in transmits {
                let _ = self.udp.try_send_to(&transmit.contents, transmit.destination);
            }
            for payload in payloads {
                let relay = json!({ "type": "relay", "to": SFU_ID, "payload": payload });
                self.signaling.send(Message::text(relay.to_string())).await.ok()?;
            }
            let until = sleep(Duration::from_millis(2));
            tokio::pin!(until);
            loop {
                tokio::select! {
                    biased;
                    () = &mut until => break,
                    message = self.signaling.next() => {
                        if let Message::Text(text) = message?.ok()?
                            && let ServerMessage::Relay { payload, .. } = ServerMessage::decode(&text).unwrap()
                        {
                            self.person.handle_payload(payload, Instant::now());
                        }
                    }
                    received = self.udp.recv_from(&mut buffer) => {
                        let (length, source) = received.ok()?;
                        self.person.handle_datagram(source, &buffer[..length], Instant::now());
                    }
                }
            }
        }
        Some(())
    }

    /// Resolves when messages can be sent.
    pub(crate) async fn connect(&mut self) -> Option<()> {
        let end = Instant::now() + PATIENCE;
        self.drive(|person| !can_send(person) && Instant::now() < end).await?;
        can_send(&mut self.person).then_some(())
    }

    /// Reads the signaling, and nothing else.
    pub(crate) async fn vanish(mut self) {
        while let Some(Ok(_)) = self.signaling.next().await {}
    }
}

fn can_send(person: &mut Person) -> bool {
    let channels = person.channels;
    channels.into_iter().all(|(_, id)| person.rtc.channel(id).is_some())
}

/// The DTLS of str0m, with packets that are wrong after each one that is right.
pub(crate) fn corrupting() -> CryptoProvider {
    CryptoProvider { dtls_provider: &CORRUPTING, ..str0m::crypto::from_feature_flags() }
}

#[derive(Debug)]
struct Corrupting;

static CORRUPTING: Corrupting = Corrupting;

#[derive(Debug)]
struct CorruptingDtls(Box<dyn DtlsInstance>);

impl DtlsProvider for Corrupting {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        str0m::crypto::from_feature_flags().dtls_provider.generate_certificate()
    }

    fn new_dtls(
        &self,
        cert: &DtlsCert,
        now: Instant,
        version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        let dtls = str0m::crypto::from_feature_flags().dtls_provider.new_dtls(cert, now, version, mtu)?;
        Ok(Box::new(CorruptingDtls(dtls)))
    }
}

impl DtlsInstance for CorruptingDtls {
    fn set_active(&mut self, active: bool) {
        self.0.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.0.handle_packet(packet)
    }

    fn poll_output<'a>(&mut self, buf: &'a mut [u8]) -> DtlsOutput<'a> {
        self.0.poll_output(buf)
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.0.handle_timeout(now)
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<(), DtlsImplError> {
        self.0.send_application_data(data)?;
        self.0.send_application_data(b"not a packet")?;
        // The checksum is wrong.
        let mut wrong = data.to_vec();
        wrong[8] ^= 1;
        self.0.send_application_data(&wrong)?;
        // A chunk of a type that the receiver must report (RFC 9260, 3.2), and one that is longer than the packet.
        for chunk in [[0x7f, 0, 0, 4], [0, 3, 0xff, 0xff]] {
            let mut packet = [&data[..8], &[0; 4], &chunk].concat();
            let checksum = crc32c(&packet);
            packet[8..12].copy_from_slice(&checksum.to_le_bytes());
            self.0.send_application_data(&packet)?;
        }
        Ok(())
    }

    fn is_active(&self) -> bool {
        self.0.is_active()
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.0.protocol_version()
    }

    fn is_closing(&self) -> bool {
        self.0.is_closing()
    }

    fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.0.close()
    }
}

/// The checksum of SCTP (RFC 9260, appendix A).
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg()))
    })
}
