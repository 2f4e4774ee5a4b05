//! The addresses that may be relayed to: the internet, but neither this machine's services nor its networks.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket},
    str::FromStr,
};

/// A range of addresses, such as `192.168.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

/// The text is not a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an address, or a network such as 192.168.0.0/16 or fd00::/8")]
pub struct NetworkError;

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) =
            text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| NetworkError)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), str::parse).map_err(|_| NetworkError)?;
        if prefix > longest { Err(NetworkError) } else { Ok(Self { address, prefix }) }
    }
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (own.to_bits() ^ other.to_bits()).checked_shr(32 - self.prefix).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                (own.to_bits() ^ other.to_bits()).checked_shr(128 - self.prefix).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// Which ports of an address may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// All ports.
    Everything,
    /// Only ports of the relay and of the SFU, because it is an address of this machine.
    Media,
    /// No port.
    Nothing,
}

/// Decides which addresses may be relayed to.
#[derive(Clone, Debug)]
pub(crate) struct Targets {
    allowed: Vec<Network>,
    is_own: fn(IpAddr) -> bool,
}

impl Targets {
    pub(crate) fn new(allowed: Vec<Network>) -> Self {
        Self { allowed, is_own }
    }

    #[cfg(test)]
    pub(super) fn with_own(allowed: Vec<Network>, is_own: fn(IpAddr) -> bool) -> Self {
        Self { allowed, is_own }
    }

    pub(crate) fn reach(&self, address: IpAddr) -> Reach {
        let address = address.to_canonical();
        if self.allowed.iter().any(|network| network.contains(address)) {
            Reach::Everything
        } else if address.is_loopback() || (self.is_own)(address) {
            Reach::Media
        } else if is_special(address) {
            Reach::Nothing
        } else {
            Reach::Everything
        }
    }
}

/// Whether it is currently an address of this machine.
fn is_own(address: IpAddr) -> bool {
    // A socket can be bound only to an own address.
    !address.is_multicast() && UdpSocket::bind((address, 0)).is_ok()
}

/// Whether it is not a global unicast address.
fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_special_v4(address),
        IpAddr::V6(address) => is_special_v6(address),
    }
}

/// <https://www.iana.org/assignments/iana-ipv4-special-registry>
fn is_special_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        // Shared address space (RFC 6598), protocol assignments, benchmarking.
        || (a == 100 && b & 0xc0 == 64)
        || (a, b, c) == (192, 0, 0)
        || (a == 198 && b & 0xfe == 18)
}

/// Everything but global unicast (2000::/3), and within it the ranges that embed an IPv4 address (6to4, Teredo).
fn is_special_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    segments[0] & 0xe000 != 0x2000
        || segments[0] == 0x2002
        || (segments[0] == 0x2001 && (segments[1] < 0x0200 || segments[1] == 0x0db8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(allowed: &[&str], address: &str) -> Reach {
        let allowed = allowed.iter().map(|network| network.parse().unwrap()).collect();
        let is_own = |address: IpAddr| address.to_string() == "198.51.0.1";
        Targets::with_own(allowed, is_own).reach(address.parse().unwrap())
    }

    #[test]
    fn the_internet_is_reached() {
        for address in ["1.1.1.1", "203.0.114.1", "172.32.0.1", "2606:4700::1111", "2001:4860::8888"] {
            assert_eq!(reach(&[], address), Reach::Everything, "{address}");
        }
    }

    #[test]
    fn what_is_behind_the_relay_is_not() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001::1",
            "2001:db8::1",
            "::ffff:10.0.0.1",
            "::10.0.0.1",
        ] {
            assert_eq!(reach(&[], address), Reach::Nothing, "{address}");
        }
    }

    #[test]
    fn of_this_machine_only_media_is_reached() {
        for address in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "198.51.0.1"] {
            assert_eq!(reach(&[], address), Reach::Media, "{address}");
        }
        assert!(is_own([127, 0, 0, 1].into()) && !is_own([192, 0, 2, 1].into()));
    }

    #[test]
    fn networks_can_be_allowed() {
        assert_eq!(reach(&["192.168.0.0/16"], "192.168.9.1"), Reach::Everything);
        assert_eq!(reach(&["192.168.0.0/16"], "192.169.0.1"), Reach::Everything, "it is none of these");
        assert_eq!(reach(&["192.168.0.0/24"], "192.168.9.1"), Reach::Nothing);
        assert_eq!(reach(&["127.0.0.1"], "127.0.0.1"), Reach::Everything);
        assert_eq!(reach(&["fd00::/8", "0.0.0.0/0"], "fd12::1"), Reach::Everything);
        for nonsense in ["", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "host", "::/129"] {
            assert_eq!(nonsense.parse::<Network>(), Err(NetworkError), "{nonsense}");
        }
    }
}
