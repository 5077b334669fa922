//! Which addresses may be posted to: those of the open internet, and none behind it.
//!
//! A hook is a line in a file that many may edit: it must not become a way to what only this account can reach.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::Uri;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower_service::Service;

/// How far posts may go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reach {
    /// Anywhere: on a laptop, where the other system is on the same machine.
    Anywhere,
    /// To the open internet.
    Public,
}

impl Reach {
    /// Returns whether an address may be posted to.
    fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Public => is_public(address),
        }
    }

    /// Returns whether a URL may be tried: an address that stands in it is never looked up.
    pub(crate) fn allows_host(self, uri: &Uri) -> bool {
        let host = uri.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host.parse().map_or(true, |address| self.allows(address))
    }
}

/// Looks names up, and leaves out every address that may not be posted to.
///
/// What was looked up is what is connected to: a name cannot say one thing here and another there.
#[derive(Clone)]
pub(crate) struct Resolver {
    reach: Reach,
    system: GaiResolver,
}

impl Resolver {
    pub(crate) fn new(reach: Reach) -> Self {
        Self {
            reach,
            system: GaiResolver::new(),
        }
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.system.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (found, reach) = (self.system.call(name), self.reach);
        Box::pin(async move {
            let found: Vec<SocketAddr> = found.await?.collect();
            let known = !found.is_empty();
            let allowed = found.into_iter();
            let allowed: Vec<_> = allowed.filter(|one| reach.allows(one.ip())).collect();
            match allowed.is_empty() && known {
                true => Err(io::Error::other(Private)),
                false => Ok(allowed.into_iter()),
            }
        })
    }
}

/// A name leads to no address of the open internet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Private;

impl fmt::Display for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("has no address on the open internet")
    }
}

impl std::error::Error for Private {}

/// Returns whether an address is one of the open internet (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let reserved = matches!(
        (first, second, third),
        (0 | 240..=255, ..) | (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18 | 19, _)
    );
    !(reserved
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let [.., sixth, last] = segments;
    let inner = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // An address of the old kind inside one of the new.
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => inner(sixth, last),
        [0x2002, high, low, ..] => inner(high, low),
        // Tunnels, tests, documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::{Reach, is_public};

    #[test]
    fn what_lies_behind_the_open_internet_is_not_posted_to() {
        for address in [
            "0.0.0.0",
            "10.0.0.7",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.7",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.7",
            "2002:0a00:0007::1",
            "2001:db8::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn the_open_internet_is() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "2a02:898::1",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn an_address_in_a_url_is_seen_too() {
        for (url, public) in [
            ("http://169.254.169.254/latest/meta-data", false),
            ("https://[::1]:8443/hook", false),
            ("https://[::ffff:127.0.0.1]/", false),
            ("https://crm.example/hook", true),
            ("https://1.1.1.1/", true),
        ] {
            let uri = url.parse().unwrap();
            assert_eq!(Reach::Public.allows_host(&uri), public, "{url}");
            assert!(Reach::Anywhere.allows_host(&uri), "{url}");
        }
    }
}
