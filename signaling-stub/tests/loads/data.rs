//! Messages through the SFU, and what is not SCTP inside DTLS.

use std::{
    net::{IpAddr, SocketAddr},
    thread,
    time::{Duration, Instant},
};

use futures::{SinkExt, StreamExt};
use moim_protocol::{Channel, SFU_ID, ServerMessage};
use serde_json::json;
use str0m::{
    config::{CryptoProvider, DtlsVersion},
    crypto::{
        CryptoError,
        dtls::{DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, ProtocolVersion},
    },
};
use tokio::{net::UdpSocket, runtime, time::sleep};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    attack::{Attack, Socket, address, join},
    media::joining,
    person::Person,
};

/// Time for a client to connect.
const CONNECTING: Duration = Duration::from_secs(2);

/// A client of the SFU on sockets.
struct Line {
    person: Person,
    udp: UdpSocket,
    signaling: Socket,
    id: String,
}

impl Line {
    async fn join(from: [u8; 4], server: SocketAddr, room: &str, crypto: CryptoProvider) -> Option<Self> {
        let ip = if_addrs::get_if_addrs().unwrap().into_iter().map(|interface| interface.ip());
        let ip =
            ip.filter(IpAddr::is_ipv4).find(|ip| !ip.is_loopback()).expect("another address than loopback");
        let udp = UdpSocket::bind((ip, 0)).await.unwrap();
        let (signaling, welcome) = join(from, server, &joining(room)).await?;
        let mut person = Person::with_crypto(udp.local_addr().unwrap(), Instant::now(), crypto);
        person.receive(1, Instant::now());
        let id = welcome.participant_id.0;
        Some(Self { person, udp, signaling, id })
    }

    /// Calls `each` every two milliseconds, until it returns false or the connection ends.
    async fn drive(&mut self, mut each: impl FnMut(&mut Person) -> bool) -> Option<()> {
        let mut buffer = [0; 2_000];
        let address = self.udp.local_addr().unwrap();
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
                        debug_assert_ne!(source, address);
                        self.person.handle_datagram(source, &buffer[..length], Instant::now());
                    }
                }
            }
        }
        Some(())
    }

    async fn connect(&mut self) -> Option<()> {
        let end = Instant::now() + CONNECTING;
        self.drive(|_| Instant::now() < end).await?;
        self.person.rtc.is_connected().then_some(())
    }

    /// Reads the signaling, and nothing else.
    async fn vanish(mut self) {
        while let Some(Ok(_)) = self.signaling.next().await {}
    }
}

/// An honest pair in a thread of its own exchanges messages through the SFU; everybody else in its room floods it with
/// messages of twenty bytes, and four receivers have vanished.
pub(crate) fn floods(attack: &Attack) {
    let honest = attack.clone();
    thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(pair(honest))
    });
    for number in 0..4 {
        let server = attack.server;
        attack.spawn(async move {
            let crypto = str0m::crypto::from_feature_flags();
            let line = Line::join(address(50 + number), server, "film", crypto).await;
            let mut line = line.expect("a place");
            line.connect().await.expect("a connection");
            line.vanish().await;
        });
        attack.repeat(move || async move {
            let crypto = str0m::crypto::from_feature_flags();
            let line = Line::join(address(number), server, "film", crypto).await;
            let Some(mut line) = line else { return };
            if line.connect().await.is_none() {
                return;
            }
            line.drive(|person| {
                for _ in 0..200 {
                    person.send(Channel::Reliable, "", "twenty bytes of spam");
                }
                true
            })
            .await;
        });
    }
}

async fn pair(attack: Attack) {
    let crypto = str0m::crypto::from_feature_flags;
    let mut alice = Line::join([127, 9, 2, 1], attack.server, "film", crypto()).await.expect("a place");
    let mut bob = Line::join([127, 9, 2, 2], attack.server, "film", crypto()).await.expect("a place");
    let start = Instant::now();
    let (to, from) = (bob.id.clone(), format!("{}: ", alice.id));
    let mut next = start + CONNECTING + Duration::from_secs(1);
    let saying = alice.drive(|person| {
        if Instant::now() >= next {
            next += Duration::from_millis(20);
            person.send(Channel::Reliable, &to, &start.elapsed().as_micros().to_string());
        }
        true
    });
    let (mut seen, hears) = (0, attack.clone());
    let hearing = bob.drive(|person| {
        let messages = person.messages(Channel::Reliable);
        for message in &messages[seen..] {
            if let Some(said) = message.strip_prefix(&from) {
                let said = Duration::from_micros(said.parse().unwrap());
                hears.delay(start.elapsed().saturating_sub(said));
            }
        }
        seen = messages.len();
        true
    });
    let end = tokio::join!(saying, hearing);
    // The server is killed at the end of the row.
    attack.fault(format!("the pair was cut off: {end:?}"));
}

/// Clients whose DTLS carries chunks that are wrong.
pub(crate) fn bad_chunks(attack: &Attack) {
    for number in 0..8 {
        let server = attack.server;
        attack.repeat(move || async move {
            let mut crypto = str0m::crypto::from_feature_flags();
            crypto.dtls_provider = &CORRUPTING;
            let Some(mut line) = Line::join(address(number), server, &format!("film {number}"), crypto).await
            else {
                return;
            };
            if line.connect().await.is_none() {
                return;
            }
            line.drive(|person| {
                for _ in 0..20 {
                    person.send(Channel::Reliable, "", "one good chunk");
                }
                true
            })
            .await;
        });
    }
}

/// Wraps the DTLS of str0m: what is not SCTP follows each packet.
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
