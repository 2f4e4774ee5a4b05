//! The state of one client of the TURN server.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use turn_types::{
    AddressFamily,
    attribute::{
        ChannelNumber, Data, Lifetime, RequestedAddressFamily, RequestedTransport, XorPeerAddress,
        XorRelayedAddress,
    },
    channel::ChannelData,
    message::{ALLOCATE, CHANNEL_BIND, CREATE_PERMISSION, REFRESH, SEND},
    stun::{
        attribute::{
            AttributeType, ErrorCode, Fingerprint, MessageIntegrity, MessageIntegritySha256, Nonce,
            PasswordAlgorithm, Realm, Username, XorMappedAddress,
        },
        message::{BINDING, IntegrityAlgorithm, IntegrityKey, LongTermKeyCredentials, Message, MessageClass},
        prelude::{Attribute, AttributeFromRaw, AttributeStaticType, AttributeWrite},
    },
};

use super::{
    Authority, Now, REALM,
    allocation::{Allocation, DEFAULT_LIFETIME, MAX_LIFETIME},
    credentials,
    message::{self, Refusal},
};

/// The comprehension-required attributes that a request may have.
const UNDERSTOOD: [AttributeType; 12] = [
    Username::TYPE,
    Realm::TYPE,
    Nonce::TYPE,
    MessageIntegrity::TYPE,
    MessageIntegritySha256::TYPE,
    PasswordAlgorithm::TYPE,
    Fingerprint::TYPE,
    RequestedTransport::TYPE,
    RequestedAddressFamily::TYPE,
    Lifetime::TYPE,
    XorPeerAddress::TYPE,
    ChannelNumber::TYPE,
];
/// The range of RFC 5766; that of RFC 8656 is smaller.
const CHANNELS: std::ops::RangeInclusive<u16> = 0x4000..=0x7fff;

/// The sockets that a client needs.
pub(crate) trait Host {
    /// Opens a relayed port for this user. Fails with a STUN error code.
    fn open(&mut self, user: &str) -> Result<SocketAddr, u16>;
    /// Whether the relay or the SFU has a port at this address.
    fn has_media_at(&self, address: IpAddr) -> bool;
    /// Whether this is a port of the relay, or of the SFU.
    fn is_media(&self, address: SocketAddr) -> bool;
}

/// What to do after a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Nothing,
    /// Send this to the client.
    Reply(Vec<u8>),
    /// Send this from the relayed port.
    Relay {
        to: SocketAddr,
        packet: Vec<u8>,
    },
}

/// The client at one transport address.
#[derive(Debug)]
pub(crate) struct Client {
    address: SocketAddr,
    /// Whether relayed ports have an IPv4 address.
    is_v4: bool,
    is_stream: bool,
    authority: Arc<Authority>,
    allocation: Option<Allocation>,
}

impl Client {
    /// Creates a client without an allocation. Its relayed port gets the address `relay`.
    pub(crate) fn new(
        address: SocketAddr,
        relay: IpAddr,
        is_stream: bool,
        authority: Arc<Authority>,
    ) -> Self {
        Self { address, is_v4: relay.is_ipv4(), is_stream, authority, allocation: None }
    }

    /// Returns when its allocation expires; `None` without one.
    pub(crate) fn expires_at(&self) -> Option<Instant> {
        self.allocation.as_ref().map(|allocation| allocation.expires_at)
    }

    /// Handles a packet from the client.
    pub(crate) fn handle_packet(&mut self, bytes: &[u8], now: Now, host: &mut impl Host) -> Action {
        if !message::is_stun(bytes) {
            return self.relay_channel_data(bytes, now.instant, host).unwrap_or(Action::Nothing);
        }
        let Some(message) = message::parse(bytes) else { return Action::Nothing };
        match (message.class(), message.method()) {
            (MessageClass::Request, BINDING) => {
                let address = XorMappedAddress::new(self.address, message.transaction_id());
                message::success(&message, &[&address], None).map_or(Action::Nothing, Action::Reply)
            }
            (MessageClass::Request, _) => self.handle_request(&message, now, host),
            (MessageClass::Indication, SEND) => {
                self.relay_indication(&message, now.instant, host).unwrap_or(Action::Nothing)
            }
            _ => Action::Nothing,
        }
    }

    /// Handles a packet that arrived at the relayed port. Returns the message for the client, if the peer is permitted.
    pub(crate) fn handle_peer(&self, peer: SocketAddr, packet: &[u8], now: Instant) -> Option<Vec<u8>> {
        let allocation = self.allocation.as_ref().filter(|allocation| allocation.expires_at > now)?;
        if !allocation.may_receive(peer.ip(), now) {
            return None;
        }
        match allocation.channel(peer, now) {
            Some(number) => Some(message::channel_data(number, packet, self.is_stream)),
            None => message::data_indication(peer, packet).ok(),
        }
    }

    /// Ends an expired allocation.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.allocation.take_if(|allocation| allocation.expires_at <= now);
    }

    fn relay_channel_data(&self, bytes: &[u8], now: Instant, host: &impl Host) -> Option<Action> {
        let data = ChannelData::parse(bytes).ok()?;
        let to = self.allocation.as_ref()?.peer(data.id(), now)?;
        self.relay(to, data.data(), now, host)
    }

    fn relay_indication(&self, message: &Message<'_>, now: Instant, host: &impl Host) -> Option<Action> {
        let to = message.attribute::<XorPeerAddress>().ok()?.addr(message.transaction_id());
        let data = message.attribute::<Data<'_>>().ok()?;
        self.relay(to, data.data(), now, host)
    }

    fn relay(&self, to: SocketAddr, packet: &[u8], now: Instant, host: &impl Host) -> Option<Action> {
        let allocation = self.allocation.as_ref().filter(|allocation| allocation.expires_at > now)?;
        allocation.may_send(to, now, host).then(|| Action::Relay { to, packet: packet.to_vec() })
    }

    fn handle_request(&mut self, request: &Message<'_>, now: Now, host: &mut impl Host) -> Action {
        let (outcome, key) = match self.authenticate(request, now) {
            Ok((username, key)) => (self.serve(request, (username, &key), now, host), Some(key)),
            Err(refusal) => (Err(refusal), None),
        };
        let reply = match outcome {
            Ok(reply) => Ok(reply),
            Err(refusal) => message::refusal(request, &refusal, key.as_ref()),
        };
        reply.map_or(Action::Nothing, Action::Reply)
    }

    /// Authenticates a request (RFC 8489, section 9.2.4).
    fn authenticate(&self, request: &Message<'_>, now: Now) -> Result<(String, IntegrityKey), Refusal> {
        let challenge = |code| Refusal::Challenge(code, self.authority.nonce(self.address, now));
        if !request.has_attribute(MessageIntegrity::TYPE) {
            return Err(challenge(ErrorCode::UNAUTHORIZED));
        }
        let bad = Refusal::Code(ErrorCode::BAD_REQUEST);
        let username = attribute::<Username>(request)?.ok_or(bad.clone())?.username().to_owned();
        let nonce = attribute::<Nonce>(request)?.ok_or(bad)?;
        if !self.authority.knows_nonce(nonce.nonce(), self.address, now) {
            return Err(challenge(ErrorCode::STALE_NONCE));
        }
        let is_own = self.allocation.as_ref().map(|allocation| allocation.username == username);
        // Expired credentials may keep their allocation, but not create one.
        let credential = self.authority.credential(&username, now, is_own == Some(true));
        let credential = credential.ok_or_else(|| challenge(ErrorCode::UNAUTHORIZED))?;
        let key = LongTermKeyCredentials::new(username.clone(), credential, REALM.to_owned());
        let key = key.make_key(IntegrityAlgorithm::Sha1);
        if request.validate_integrity_with_key(&key).is_err() {
            return Err(challenge(ErrorCode::UNAUTHORIZED));
        }
        if is_own == Some(false) {
            return Err(Refusal::Code(ErrorCode::WRONG_CREDENTIALS));
        }
        Ok((username, key))
    }

    /// Performs an authenticated request, and returns the reply.
    fn serve(
        &mut self,
        request: &Message<'_>,
        (username, key): (String, &IntegrityKey),
        now: Now,
        host: &mut impl Host,
    ) -> Result<Vec<u8>, Refusal> {
        check_understood(request)?;
        let now = now.instant;
        match request.method() {
            ALLOCATE => return self.allocate(request, (username, key), now, host),
            REFRESH => return self.refresh(request, key, now),
            CREATE_PERMISSION => {
                let peers = peers(request)?;
                if peers.is_empty() {
                    return Err(Refusal::Code(ErrorCode::BAD_REQUEST));
                }
                let authority = Arc::clone(&self.authority);
                self.allocation_at(now)?.permit(&peers, now, &authority, host)?;
            }
            CHANNEL_BIND => {
                let number = attribute::<ChannelNumber>(request)?.map(|number| number.channel());
                let (Some(number), [peer]) =
                    (number.filter(|number| CHANNELS.contains(number)), &peers(request)?[..])
                else {
                    return Err(Refusal::Code(ErrorCode::BAD_REQUEST));
                };
                let authority = Arc::clone(&self.authority);
                self.allocation_at(now)?.bind(number, *peer, now, &authority, host)?;
            }
            _ => return Err(Refusal::Code(ErrorCode::BAD_REQUEST)),
        }
        success(request, &[], key)
    }

    fn allocate(
        &mut self,
        request: &Message<'_>,
        (username, key): (String, &IntegrityKey),
        now: Instant,
        host: &mut impl Host,
    ) -> Result<Vec<u8>, Refusal> {
        let transaction = request.transaction_id();
        match &self.allocation {
            Some(Allocation { reply: (answered, reply), .. }) if *answered == transaction => {
                return Ok(reply.clone());
            }
            Some(_) => return Err(Refusal::Code(ErrorCode::ALLOCATION_MISMATCH)),
            None => {}
        }
        let transport = attribute::<RequestedTransport>(request)?.map(|transport| transport.protocol());
        if transport != Some(RequestedTransport::UDP) {
            let code =
                transport.map_or(ErrorCode::BAD_REQUEST, |_| ErrorCode::UNSUPPORTED_TRANSPORT_PROTOCOL);
            return Err(Refusal::Code(code));
        }
        let family = attribute::<RequestedAddressFamily>(request)?.map(|family| family.family());
        if (family.unwrap_or(AddressFamily::IPV4) == AddressFamily::IPV4) != self.is_v4 {
            return Err(Refusal::Code(ErrorCode::ADDRESS_FAMILY_NOT_SUPPORTED));
        }
        let lifetime = requested_lifetime(request)?.max(DEFAULT_LIFETIME);
        let relayed = host.open(credentials::user(&username)).map_err(Refusal::Code)?;
        let lifetimes = (lifetime, self.authority.limits().lifetime);
        let mut allocation = Allocation::new(username, relayed, lifetimes, now);
        let reply = success(
            request,
            &[
                &XorRelayedAddress::new(relayed, transaction),
                &XorMappedAddress::new(self.address, transaction),
                &seconds(allocation.expires_at.saturating_duration_since(now)),
            ],
            key,
        )?;
        allocation.reply = (transaction, reply.clone());
        self.allocation = Some(allocation);
        Ok(reply)
    }

    fn refresh(
        &mut self,
        request: &Message<'_>,
        key: &IntegrityKey,
        now: Instant,
    ) -> Result<Vec<u8>, Refusal> {
        let lifetime = requested_lifetime(request)?;
        let allocation = self.allocation_at(now)?;
        if lifetime.is_zero() {
            self.allocation = None;
            return success(request, &[&seconds(lifetime)], key);
        }
        let left = allocation.refresh(lifetime.max(DEFAULT_LIFETIME), now);
        success(request, &[&seconds(left)], key)
    }

    fn allocation_at(&mut self, now: Instant) -> Result<&mut Allocation, Refusal> {
        let mismatch = Refusal::Code(ErrorCode::ALLOCATION_MISMATCH);
        self.allocation.as_mut().filter(|allocation| allocation.expires_at > now).ok_or(mismatch)
    }
}

fn check_understood(request: &Message<'_>) -> Result<(), Refusal> {
    let is_unknown = |kind: &AttributeType| kind.comprehension_required() && !UNDERSTOOD.contains(kind);
    let unknown: Vec<_> =
        request.iter_attributes().map(|(_, raw)| raw.get_type()).filter(is_unknown).collect();
    if unknown.is_empty() { Ok(()) } else { Err(Refusal::Unknown(unknown)) }
}

/// Returns an optional attribute; an error if it is malformed.
fn attribute<'a, A: AttributeFromRaw<'a> + AttributeStaticType>(
    request: &'a Message<'a>,
) -> Result<Option<A>, Refusal> {
    if !request.has_attribute(A::TYPE) {
        return Ok(None);
    }
    request.attribute::<A>().map(Some).map_err(|_| Refusal::Code(ErrorCode::BAD_REQUEST))
}

fn peers(request: &Message<'_>) -> Result<Vec<SocketAddr>, Refusal> {
    let peers = request.iter_attributes().filter(|(_, raw)| raw.get_type() == XorPeerAddress::TYPE);
    peers
        .map(|(_, raw)| XorPeerAddress::from_raw(raw).map(|peer| peer.addr(request.transaction_id())))
        .collect::<Result<_, _>>()
        .map_err(|_| Refusal::Code(ErrorCode::BAD_REQUEST))
}

fn requested_lifetime(request: &Message<'_>) -> Result<Duration, Refusal> {
    let wanted = attribute::<Lifetime>(request)?.map(|it| Duration::from_secs(it.seconds().into()));
    Ok(wanted.unwrap_or(DEFAULT_LIFETIME).min(MAX_LIFETIME))
}

fn seconds(duration: Duration) -> Lifetime {
    Lifetime::new(u32::try_from(duration.as_secs()).unwrap_or(u32::MAX))
}

fn success(
    request: &Message<'_>,
    attributes: &[&dyn AttributeWrite],
    key: &IntegrityKey,
) -> Result<Vec<u8>, Refusal> {
    message::success(request, attributes, Some(key)).map_err(|_| Refusal::Code(ErrorCode::SERVER_ERROR))
}
