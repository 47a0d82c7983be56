"""Which addresses are refused: a row per kind, and the ways that an IPv4 address hides in an IPv6 one."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwarden.errors import SettingsError
from reelwarden.ingest.addresses import METADATA, parse_networks, refusal

REFUSED = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.3"),
    *("169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1"),
    *("192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
    *("239.255.255.250", "240.0.0.1", "255.255.255.255", "100.100.100.200", "192.0.0.192"),
    *("::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1", "5f00::1", "4000::1"),
    *("2001:db8::1", "2001:2::1", "2001:10::1", "3fff::1", "64:ff9b:1::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::169.254.169.254"),
    *("2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::1", "2001:0:808:808::80ff:fffe"),
]
GOOD = [
    *("1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1"),
    *("198.17.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"),
    *("2002:808:808::1", "2001:4860:4860::8888"),
]


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    assert refusal(ip_address(text))


@pytest.mark.parametrize("text", GOOD)
def test_good(text: str) -> None:
    assert refusal(ip_address(text)) == ""


def test_an_allowed_network_opens_its_addresses_and_no_others() -> None:
    allowed = parse_networks(["10.1.0.0/16", "fd12::/16"])
    assert refusal(ip_address("10.1.2.3"), allowed) == ""
    assert refusal(ip_address("::ffff:10.1.2.3"), allowed) == ""
    assert refusal(ip_address("fd12::7"), allowed) == ""
    assert refusal(ip_address("10.2.0.1"), allowed)
    assert refusal(ip_address("127.0.0.1"), allowed)


@pytest.mark.parametrize("address", sorted(METADATA, key=str), ids=str)
def test_metadata_stays_shut_until_it_is_named_by_itself(address: IPv4Address | IPv6Address) -> None:
    assert refusal(address, parse_networks(["0.0.0.0/0", "::/0"]))
    assert refusal(address, parse_networks([str(address)])) == ""


def test_opening_all_ipv6_does_not_open_what_is_wrapped_in_it() -> None:
    assert refusal(ip_address("::ffff:127.0.0.1"), parse_networks(["::/0"]))


@given(st.integers(0, 2**32 - 1))
def test_every_wrapper_is_judged_by_what_it_carries(bits: int) -> None:
    plain = IPv4Address(bits)
    expected = bool(refusal(plain))
    for wrapped in (0xFFFF << 32 | bits, 0xFFFF << 48 | bits, 0x64FF9B << 96 | bits, 0x2002 << 112 | bits << 80):
        assert bool(refusal(IPv6Address(wrapped))) == expected


@given(st.ip_addresses(v=4))
def test_agrees_with_the_standard_library_where_that_is_strict(address: IPv4Address) -> None:
    if address.is_private or address.is_multicast or address.is_reserved or address.is_loopback:
        assert refusal(address) or address in IPv4Network("192.0.0.0/24")


def test_a_wrong_network_is_named() -> None:
    with pytest.raises(SettingsError, match=r"10\.0\.0\.1/8"):
        parse_networks(["10.0.0.1/8"])
