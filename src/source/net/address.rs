//! Which addresses may be asked: those of the public internet, and what a trusted configuration names.
//!
//! A url comes from the audited tree, so it must not reach what only this machine can: its own services, its network,
//! the metadata service of a cloud. The check is on the address that is connected to, never on the name alone.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

/// Hosts that may have an address that is not public. Only a trusted configuration says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrivateHosts {
    /// These, each as `host` or `host:port`.
    Named(Vec<String>),
    /// All.
    All,
}

impl Default for PrivateHosts {
    fn default() -> Self {
        PrivateHosts::Named(Vec::new())
    }
}

impl PrivateHosts {
    /// True where `host`, as a url writes it (with or without a port), may have any address.
    pub(in crate::source) fn allows(&self, host: &str) -> bool {
        let PrivateHosts::Named(names) = self else { return true };
        names.iter().any(|name| name.eq_ignore_ascii_case(host) || name.eq_ignore_ascii_case(without_port(host)))
    }

    /// Also allows `host`.
    pub(in crate::source) fn add(&mut self, host: String) {
        if let PrivateHosts::Named(names) = self {
            names.push(host);
        }
    }

    /// The addresses of `host` (with the port where the url has one) that may be asked; never an empty list.
    pub(in crate::source) fn resolve(&self, host: &str, default_port: u16) -> io::Result<Vec<SocketAddr>> {
        let has_port = without_port(host).len() < host.len();
        let asked = if has_port { host.to_owned() } else { format!("{host}:{default_port}") };
        let found: Vec<SocketAddr> = asked.to_socket_addrs()?.collect();
        self.allowed(host, found.into_iter())
    }

    /// Those of `found` that may be asked under the name `host`.
    pub(super) fn allowed(&self, host: &str, found: impl Iterator<Item = SocketAddr>) -> io::Result<Vec<SocketAddr>> {
        let (mut public, mut refused) = (Vec::new(), None);
        for address in found {
            if self.allows(host) || is_public(address.ip()) {
                public.push(address);
            } else {
                refused = Some(NotPublic { host: host.to_owned(), address: address.ip() });
            }
        }
        match refused {
            Some(refused) if public.is_empty() => Err(io::Error::new(io::ErrorKind::PermissionDenied, refused)),
            None if public.is_empty() => Err(io::Error::new(io::ErrorKind::NotFound, "the host has no address")),
            _ => Ok(public),
        }
    }
}

/// `host` of `host:port`, with the brackets of an IPv6 address.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => {
            if name.contains(':') && !name.ends_with(']') { host } else { name }
        }
        _ => host,
    }
}

/// Refusal of an address.
#[derive(Debug)]
pub(in crate::source) struct NotPublic {
    host: String,
    address: IpAddr,
}

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotPublic { host, address } = self;
        write!(f, "{host} is at {address}, which is no public address; allow it with `allow_private` under [fetch]")
    }
}

impl std::error::Error for NotPublic {}

/// True for an address of the public internet, by the special-purpose registries of IANA (RFC 6890 and later).
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Blocks of IPv4 that are not public: the first address and the bits of the prefix.
const BLOCKS_V4: [(Ipv4Addr, u32); 16] = [
    // "this" network, also the unspecified address
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    // private
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // carrier-grade NAT
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // loopback
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // link-local, with the metadata services of clouds
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    // private
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    // protocol assignments
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    // documentation
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // relays of 6to4
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    // private
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // benchmarks
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    // the metadata service of one large cloud, inside of a public block
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    // multicast
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    // reserved, also broadcast
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let is_in = |(first, bits): &(Ipv4Addr, u32)| (address.to_bits() ^ first.to_bits()) >> (32 - bits) == 0;
    !BLOCKS_V4.iter().any(is_in)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let last = || Ipv4Addr::from_bits(u32::from(parts[6]) << 16 | u32::from(parts[7]));
    match parts {
        // IPv4-mapped, and NAT64 under its well-known prefix: what counts is the address inside.
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => is_public_v4(last()),
        // 6to4: the same, further to the left.
        [0x2002, high, low, ..] => is_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))),
        // Protocol assignments with Teredo, and documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // Of all others only global unicast is given out.
        [first, ..] => first >> 13 == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_pass() {
        let refused = "0.0.0.0 0.1.2.3 10.1.2.3 100.64.0.1 100.127.255.255 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1 \
            172.31.255.255 192.0.0.1 192.0.2.1 192.168.1.1 198.18.0.1 198.19.9.9 198.51.100.7 203.0.113.9 224.0.0.1 \
            239.1.1.1 240.0.0.1 255.255.255.255 168.63.129.16 192.88.99.1 \
            :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 100::1 2001::1 2001:db8::1 \
            2002:7f00:1:: 2002:a00:1:: 3fff::1 fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1 5f00::1";
        for text in refused.split_whitespace() {
            assert!(!is_public(text.parse().expect(text)), "{text}");
        }
        let public = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.1.1.1 128.0.0.1 169.253.1.1 \
            172.15.0.1 172.32.0.1 192.167.0.1 198.17.0.1 223.255.255.255 2606:4700::1111 2a00:1450::1 ::ffff:8.8.8.8 \
            64:ff9b::808:808 2002:808:808::1 2001:4860:4860::8888";
        for text in public.split_whitespace() {
            assert!(is_public(text.parse().expect(text)), "{text}");
        }
    }

    #[test]
    fn hosts_are_allowed_by_name_with_or_without_port() {
        let named = PrivateHosts::Named(vec!["localhost".to_owned(), "mirror.lan:81".to_owned()]);
        for (host, is_allowed) in [
            ("localhost", true),
            ("LOCALHOST:80", true),
            ("mirror.lan:81", true),
            ("mirror.lan:82", false),
            ("a", false),
        ] {
            assert_eq!(named.allows(host), is_allowed, "{host}");
        }
        let v6 = PrivateHosts::Named(vec!["[::1]".to_owned()]);
        assert!(v6.allows("[::1]:8080") && v6.allows("[::1]") && !v6.allows("[::2]"));
    }
}
