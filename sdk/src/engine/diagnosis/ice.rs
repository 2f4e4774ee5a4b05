//! What gathering candidates and connecting through a relay show.

use super::finding::Finding;
use super::report::Outcome;
use crate::model::IceServer;

/// How a client reaches a TURN server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TurnTransport {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
    /// TLS over TCP, or DTLS.
    Tls,
}

impl TurnTransport {
    fn of(url: &str) -> Option<Self> {
        match url.split_once(':')?.0 {
            "turns" => Some(Self::Tls),
            "turn" if url.ends_with("?transport=tcp") => Some(Self::Tcp),
            "turn" => Some(Self::Udp),
            _ => None,
        }
    }
}

/// The TURN servers with the URLs of this transport.
pub fn turn_servers(servers: &[IceServer], transport: TurnTransport) -> Vec<IceServer> {
    selected(servers, |url| (TurnTransport::of(url) == Some(transport)).then(|| url.to_owned()))
}

/// The STUN servers. A TURN server is one too (RFC 8656), if there is no other.
pub fn stun_servers(servers: &[IceServer]) -> Vec<IceServer> {
    let stun = selected(servers, |url| {
        (url.starts_with("stun:") || url.starts_with("stuns:")).then(|| url.to_owned())
    });
    if !stun.is_empty() {
        return stun;
    }
    let turn = turn_servers(servers, TurnTransport::Udp);
    let mut stun = selected(&turn, |url| {
        let host = url.strip_prefix("turn:")?.split('?').next()?;
        Some(format!("stun:{host}"))
    });
    for server in &mut stun {
        (server.username, server.credential) = (None, None);
    }
    stun
}

fn selected(servers: &[IceServer], select: impl Fn(&str) -> Option<String>) -> Vec<IceServer> {
    let select = |server: &IceServer| {
        let urls: Vec<_> = server.urls.iter().filter_map(|url| select(url)).collect();
        (!urls.is_empty()).then(|| IceServer { urls, ..server.clone() })
    };
    servers.iter().filter_map(select).collect()
}

/// An ICE candidate (RFC 8839).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// `"host"`, `"srflx"`, `"prflx"` or `"relay"`.
    pub kind: String,
    /// The address, or a name that hides it.
    pub address: String,
    /// The port.
    pub port: u16,
}

impl Candidate {
    /// Parses a candidate attribute.
    pub fn parse(attribute: &str) -> Option<Self> {
        let mut words = attribute.strip_prefix("candidate:")?.split(' ').skip(4);
        let (address, port) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
        (words.next()? == "typ").then_some(())?;
        Some(Self { kind: words.next()?.to_owned(), address, port })
    }
}

/// An `icecandidateerror`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IceFailure {
    /// 300 to 699 from the server (RFC 8489); 701 if it cannot be reached.
    pub code: u16,
    /// The error text.
    pub text: String,
}

impl IceFailure {
    fn is_of_server(&self) -> bool {
        (300..700).contains(&self.code)
    }

    fn detail(&self) -> String {
        format!("{} {}", self.code, self.text).trim_end().to_owned()
    }
}

/// Judges the candidates that were gathered with STUN servers.
///
/// A mapped address that equals a local one is no candidate. Browsers report that only by what they do not do: gathering
/// completes, and fewer errors were fired than there are local addresses. Older versions of Firefox fire none.
pub fn stun(candidates: &[Candidate], failures: &[IceFailure], gathering_ms: Option<f64>) -> Outcome {
    let of_kind = |kind: &'static str| candidates.iter().filter(move |candidate| candidate.kind == kind);
    if let Some(mapped) = of_kind("srflx").next() {
        return Outcome::from(Finding::StunMapped)
            .with_text("mappedAddress", Some(&mapped.address))
            .with("mappedPort", f64::from(mapped.port))
            .with_ms("gatheringMs", gathering_ms);
    }
    let hosts = of_kind("host").count();
    if gathering_ms.is_some() && failures.len() < hosts {
        return Outcome::from(Finding::StunUnmapped).with_ms("gatheringMs", gathering_ms);
    }
    let detail = failures.first().map(IceFailure::detail).unwrap_or_default();
    Outcome::from(Finding::StunUnreachable).because(&detail)
}

/// What happened while two connections tried to exchange data through relays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TurnTrial {
    /// The candidates that were gathered.
    pub candidates: Vec<Candidate>,
    /// The errors.
    pub failures: Vec<IceFailure>,
    /// Milliseconds until gathering was complete.
    pub gathering_ms: Option<f64>,
    /// Milliseconds until data could be sent.
    pub connected_ms: Option<f64>,
    /// The mean round-trip time of the data, in milliseconds, once all of it came back.
    pub round_trip_ms: Option<f64>,
    /// Bytes that came back.
    pub bytes: u32,
}

/// Judges a TURN server.
pub fn turn(trial: &TurnTrial) -> Outcome {
    let relay = trial.candidates.iter().find(|candidate| candidate.kind == "relay");
    let failure = trial.failures.iter().find(|failure| failure.is_of_server()).or(trial.failures.first());
    let finding = match (relay, failure) {
        _ if trial.round_trip_ms.is_some() => Finding::TurnWorks,
        (Some(_), _) => Finding::TurnNoData,
        (None, Some(failure)) if failure.is_of_server() => Finding::TurnRefused,
        (None, None) if trial.gathering_ms.is_some() => Finding::TurnNoRelay,
        (None, _) => Finding::TurnUnreachable,
    };
    let detail = failure.filter(|_| finding != Finding::TurnWorks).map(IceFailure::detail);
    Outcome::from(finding)
        .because(&detail.unwrap_or_default())
        .with_text("relayAddress", relay.map(|relay| relay.address.as_str()))
        .with_ms("connectMs", trial.connected_ms)
        .with_ms("roundTripTimeMs", trial.round_trip_ms)
        .with("bytes", Some(f64::from(trial.bytes)).filter(|bytes| *bytes > 0.0))
}
