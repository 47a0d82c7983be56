"""Signing in at a camera: Digest (RFC 2617, MD5: what RTSP servers speak), or Basic where that is all they know."""

from __future__ import annotations

import base64
import hashlib
import os
import re

PAIR = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^,\s]+))')


class Login:
    """Nothing is sent until a server asks for it."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password
        self._scheme = ""
        self._said: dict[str, str] = {}
        self._count = 0

    def challenged(self, header: str) -> bool:
        """Takes up a server's demand. False when there is nothing (more) that we could answer."""
        scheme, _, rest = header.strip().partition(" ")
        if not self._user or scheme.lower() not in ("digest", "basic") or (self._scheme and not self._is_stale(rest)):
            return False
        self._scheme, self._said = scheme.lower(), {m[1].lower(): m[2] or m[3] or "" for m in PAIR.finditer(rest)}
        return True

    def header(self, method: str, url: str) -> str:
        """The value of `Authorization`; empty before a challenge."""
        if self._scheme == "basic":
            return "Basic " + base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
        if self._scheme != "digest":
            return ""
        realm, nonce = self._said.get("realm", ""), self._said.get("nonce", "")
        owner, asked = _md5(f"{self._user}:{realm}:{self._password}"), _md5(f"{method}:{url}")
        pairs = {"username": self._user, "realm": realm, "nonce": nonce, "uri": url}
        if "auth" in self._said.get("qop", "").split(","):
            self._count += 1
            once, count = os.urandom(8).hex(), f"{self._count:08x}"
            pairs |= {"response": _md5(f"{owner}:{nonce}:{count}:{once}:auth:{asked}"), "cnonce": once}
            more = f", qop=auth, nc={count}"
        else:
            pairs["response"], more = _md5(f"{owner}:{nonce}:{asked}"), ""
        if "opaque" in self._said:
            pairs["opaque"] = self._said["opaque"]
        return "Digest " + ", ".join(f'{name}="{_plain(value)}"' for name, value in pairs.items()) + more

    def _is_stale(self, rest: str) -> bool:
        return "stale=true" in rest.replace('"', "").replace(" ", "").lower()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _plain(value: str) -> str:
    return value.replace("\\", "").replace('"', "")
