//! Which addresses are somebody's private matter.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::ConfigError;

/// Not on the public internet (the IANA special-purpose registry for IPv4, RFC 6890, as of 2026), by address and
/// prefix length; and what clouds serve their machines' secrets from.
const V4_SPECIAL: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),        // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),       // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),    // carrier-grade NAT; 100.100.100.200 is a cloud's metadata
    (Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback
    (Ipv4Addr::new(168, 63, 129, 16), 32), // a cloud's machine agent
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local; 169.254.169.254 is most clouds' metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),    // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments; 192.0.0.192 is a cloud's metadata
    (Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),   // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),   // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),      // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),      // reserved, broadcast
];

/// The same within 2000::/3, which alone is handed out to the public internet.
const V6_SPECIAL: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments, Teredo, benchmarks
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

/// Whether anybody on the internet could be meant. IPv6 addresses that carry an IPv4 address (mapped, RFC 4291 section
/// 2.5.5.2; NAT64, RFC 6052; ISATAP, RFC 5214) are as public as what they carry; other ways to carry one are never.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !V4_SPECIAL.iter().any(|(network, prefix)| shares(*network, address, *prefix)),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let pieces = address.segments();
    let last = Ipv4Addr::from_bits((u32::from(pieces[6]) << 16) | u32::from(pieces[7]));
    let is_mapped = address.to_ipv4_mapped().is_some();
    let is_nat64 = pieces[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
    if is_mapped || is_nat64 {
        return is_public(IpAddr::V4(last));
    }
    let is_isatap = matches!(pieces[4], 0 | 0x200) && pieces[5] == 0x5efe;
    let is_global = pieces[0] & 0xe000 == 0x2000;
    let is_special = V6_SPECIAL
        .iter()
        .any(|(network, prefix)| network.to_bits() >> (128 - prefix) == address.to_bits() >> (128 - prefix));
    is_global && !is_special && (!is_isatap || is_public(IpAddr::V4(last)))
}

fn shares(network: Ipv4Addr, address: Ipv4Addr, prefix: u32) -> bool {
    network.to_bits() >> (32 - prefix) == address.to_bits() >> (32 - prefix)
}

/// An address or a network that configuration names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Reads `10.1.2.3`, `10.1.0.0/16`, `fd00::/8`.
    pub(crate) fn parse(text: &str) -> Result<Self, ConfigError> {
        let wrong = || ConfigError::Network { text: text.to_owned() };
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address = address.trim_matches(['[', ']']).parse::<IpAddr>().map_err(|_| wrong())?;
        let widest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(widest), str::parse).map_err(|_| wrong())?;
        if prefix > widest {
            return Err(wrong());
        }
        Ok(Self { address, prefix })
    }

    /// Whether an address is in it. One that is mapped into IPv6 counts as the IPv4 address that it is.
    pub(crate) fn holds(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = 32 - self.prefix;
                network.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128 - self.prefix;
                network.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            _ => false,
        }
    }
}
