"""Which addresses we may talk to. Pure: no look-ups, no sockets.

An address is good when it is ordinary unicast of the public internet. What carries an IPv4 address inside
(mapped, translated, tunnelled) is judged by that address: the packet ends up there.
Source: the IANA special-purpose address registries (RFC 6890), multicast (RFC 5771), the clouds' own manuals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from reelwarden.errors import SettingsError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

REFUSED_V4 = {
    IPv4Network(network): what
    for network, what in {
        "0.0.0.0/8": "this machine",
        "10.0.0.0/8": "a private network",
        "100.64.0.0/10": "a carrier's private network",
        "127.0.0.0/8": "this machine (loopback)",
        "169.254.0.0/16": "link-local",
        "172.16.0.0/12": "a private network",
        "192.0.0.0/24": "reserved for protocols",
        "192.0.2.0/24": "reserved for documentation",
        "192.88.99.0/24": "a 6to4 relay",
        "192.168.0.0/16": "a private network",
        "198.18.0.0/15": "reserved for benchmarks",
        "198.51.100.0/24": "reserved for documentation",
        "203.0.113.0/24": "reserved for documentation",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved",
    }.items()
}
REFUSED_V6 = {
    IPv6Network(network): what
    for network, what in {
        "2001::/23": "reserved for protocols",
        "2001:db8::/32": "reserved for documentation",
        "3fff::/20": "reserved for documentation",
    }.items()
}
PUBLIC_V6 = IPv6Network("2000::/3")
"""All other IPv6 space is loopback, link-local, unique-local, site-local, multicast or not yet given out."""

METADATA = frozenset(
    map(IPv4Address, ("169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "192.0.0.192"))
) | frozenset({IPv6Address("fd00:ec2::254"), IPv6Address("fd20:ce::254")})
"""Where clouds hand out a machine's credentials. A wide allowed network does not open them; only naming one does."""

LOW_32_BITS = tuple(
    map(IPv6Network, ("::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "::/96"))
)  # mapped, SIIT, NAT64, the deprecated compatible form
SIX_TO_FOUR = IPv6Network("2002::/16")
TEREDO = IPv6Network("2001::/32")


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """CIDR texts as networks. Raises SettingsError naming the wrong one."""
    networks: list[Network] = []
    for text in texts:
        try:
            networks.append(ip_network(text))
        except ValueError as error:
            hint = "write it like 10.1.0.0/16 or 192.168.1.7"
            raise SettingsError(f"allow_networks: {text!r} is not a network: {error}", hint) from error
    return tuple(networks)


def refusal(address: Address, allowed: Sequence[Network] = ()) -> str:
    """Why we do not talk to this address, in a few words; empty when we do."""
    if is_allowed(address, allowed):
        return ""
    carried = tuple(_carried(address))
    if carried:
        return next((f"a cover for {inner}, {why}" for inner in carried if (why := refusal(inner, allowed))), "")
    if address in METADATA:
        return "a cloud's metadata service"
    if isinstance(address, IPv4Address):
        return next((what for network, what in REFUSED_V4.items() if address in network), "")
    if address not in PUBLIC_V6:
        return "not a public IPv6 address"
    return next((what for network, what in REFUSED_V6.items() if address in network), "")


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether the operator opened this address. A metadata address must be named by itself."""
    holding = [n for n in allowed if n.version == address.version and address in n]
    if address in METADATA:
        return any(network.num_addresses == 1 for network in holding)
    return bool(holding) and not any(True for _ in _carried(address))


def _carried(address: Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that a packet to this IPv6 address would go to, or through."""
    if isinstance(address, IPv4Address) or address in (IPv6Address("::"), IPv6Address("::1")):
        return
    bits = int(address)
    if any(address in network for network in LOW_32_BITS):
        yield IPv4Address(bits & 0xFFFFFFFF)
    elif address in SIX_TO_FOUR:
        yield IPv4Address(bits >> 80 & 0xFFFFFFFF)
    elif address in TEREDO:
        yield IPv4Address(bits >> 64 & 0xFFFFFFFF)
        yield IPv4Address(~bits & 0xFFFFFFFF)
