"""A URL taken apart strictly. What two programs could read in two ways is refused. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, quote, urlsplit

from reelwarden.errors import EgressRefused
from reelwarden.ingest.addresses import Address

DEFAULT_PORTS = {"http": 80, "https": 443, "rtmp": 1935, "rtmps": 443, "rtsp": 554}
WEB = ("http", "https")
LIVE = tuple(DEFAULT_PORTS)
"""What a live stream may come by."""
LONGEST_URL = 8192
LONGEST_HOST = 253
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*://", re.IGNORECASE)
_AMBIGUOUS = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ud800-\udfff]")
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. `host` is lower-case ASCII without brackets; `address` is set when it is a literal."""

    scheme: str
    host: str
    port: int
    path: str
    address: Address | None

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if isinstance(self.address, IPv6Address) else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole URL. Not for reports: its query may hold a key."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def shown(self) -> str:
        """The URL for reports and messages: without the query, which may hold a signature or a key."""
        return f"{self.scheme}://{self.authority}{self.path.partition('?')[0]}"


def is_url(source: str) -> bool:
    return _SCHEME.match(source) is not None


def parse(url: str, schemes: Collection[str] = WEB) -> Target:
    """Takes a URL apart. Raises EgressRefused when it is not a plain address of one of the schemes."""
    if len(url) > LONGEST_URL:
        raise EgressRefused(f"the URL is {len(url)} characters long, the limit is {LONGEST_URL}")
    if _AMBIGUOUS.search(url):
        raise EgressRefused(
            "the URL holds a blank, a control character, half a letter or a backslash", "percent-encode it"
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise EgressRefused(f"the URL cannot be read: {error}") from error
    if parts.scheme not in schemes:
        hint = "only http:// and https:// are fetched; a live stream is submitted to the server"
        raise EgressRefused(f"{parts.scheme or 'no scheme'}: not a scheme that we fetch", hint)
    if "@" in parts.netloc:
        raise EgressRefused("the URL holds a user name before its host", "leave out the part before the @")
    host, address = _host(parts)
    port = DEFAULT_PORTS[parts.scheme] if port is None else port
    if port == 0:
        raise EgressRefused("port 0 is not a port")
    return Target(parts.scheme, host, port, _path(parts), address)


def _host(parts: SplitResult) -> tuple[str, Address | None]:
    """The host as ASCII, and its address when it is one."""
    host = parts.hostname or ""
    if parts.netloc.startswith("["):
        try:
            address = IPv6Address(host)
        except ValueError as error:
            raise EgressRefused(f"[{host}] is not an IPv6 address") from error
        if address.scope_id is not None:
            raise EgressRefused(f"[{host}] names a network interface")
        return str(address), address
    name = _ascii(host)
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return _literal(name)
    if len(name) > LONGEST_HOST or not _NAME.fullmatch(name):
        raise EgressRefused(f"{host[:80]!r} is not a host name")
    return name, None


def _ascii(host: str) -> str:
    """Lower-case ASCII, as the resolver will see it. Full-width digits and dots become plain ones here."""
    if len(host) > LONGEST_HOST + 1:
        raise EgressRefused("the host name is too long")
    try:
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise EgressRefused(f"{host[:80]!r} is not a host name") from error
    return name.lower().removesuffix(".")


def _literal(name: str) -> tuple[str, Address]:
    """A host that ends in a number is an IPv4 address, in its one plain form: 127.1 and 0x7f000001 are refused."""
    try:
        address = IPv4Address(name)
    except ValueError as error:
        raise EgressRefused(f"{name[:80]!r} is an odd way to write an address", "write it as 1.2.3.4") from error
    return str(address), address


def _path(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:=&~+!$,;'@()*[]|")
    return f"{path}?{quote(parts.query, safe='/%:=&?~+!$,;@()*[]|')}" if parts.query else path
