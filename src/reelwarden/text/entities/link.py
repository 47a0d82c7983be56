"""Links and bare domains, plain and hidden ("example dot com", "hxxp://", "example[.]com"), with the kind of site."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reelwarden.text.entities.glyphs import Folded
from reelwarden.text.entities.hidden import Revealed, word_set
from reelwarden.text.entities.hosts import COMMON_TLDS, category, is_address, is_host
from reelwarden.text.entities.places import Places
from reelwarden.text.entities.wordlists import words
from reelwarden.text.match import Match

_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_PATH = r"(?P<path>[/?#][^\s<>\"\0\u3000-\u9fff\uac00-\ud7a3]*)?"
_URL = re.compile(
    rf"(?P<scheme>(?:h\s?[tx]{{2}}\s?ps?|ftp|wss?)\s?[:;]\s?/\s?/\s?)(?P<user>[\w.%+:-]{{1,60}}@)?"
    rf"(?P<host>\[[0-9a-f:.]{{2,45}}\]|(?:{_LABEL}\.){{1,8}}{_LABEL})(?::\d{{2,5}})?{_PATH}"
)
_BARE = re.compile(
    rf"(?<![a-z0-9_@.-])(?P<host>(?:{_LABEL}\.){{1,8}}(?:[a-z]{{2,24}}|xn--[a-z0-9-]{{2,40}}))"
    rf"(?![a-z0-9_@-])(?::\d{{2,5}})?{_PATH}"
)
_FOREIGN = re.compile(
    r"(?<![\w@.-])(?:https?://)?(?P<host>(?:[^\W_][\w-]{0,62}\.){1,8}[^\W\d_]{2,24})(?:/[^\s<>\"\0]*)?", re.I
)
"""In the original: hosts in other scripts, which the fold would take apart."""
_DOTTED = re.compile(r"[^\W_]\.[^\W_]")
_SPOKEN_TLDS = words("com net org co ru de fr it es nl pl me tv gg io xyz app uk kr cn tr ph se no dk fi pt br")
_TRAILING = ".,;:!?)]}>'\"»”’…"
_NO_HOST = word_set("no_host")
_ABBREVIATIONS = words("e.g i.e a.m p.m u.s u.k asp.net vb.net ado.net")
_CODE_ENDINGS = words("py js ts rb rs go md sh cc pl so ps mk zip mov")
"""Top-level domains that are file endings more often than not."""


def find(folded: Folded, revealed: Revealed | None, listed: Mapping[str, str] | None = None) -> list[Match]:
    """Links; `detail` is the kind of site (see hosts.category) and `value` the address as it can be opened."""
    found: Places[Match] = Places()
    if "." in folded.text or "://" in folded.text:
        for start, end, value, kind in _links(folded.text, folded, listed, None):
            found.add(Match("link", *folded.span(start, end), detail=kind, value=value))
    if revealed is not None and "." in revealed.text:
        for start, end, value, kind in _links(revealed.text, folded, listed, revealed):
            found.add(Match("link", *folded.span(*revealed.span(start, end)), detail=kind, value=value))
    for match in () if folded.original.isascii() else _foreign(folded.original, listed):
        found.add(match)
    return list(found)


def _foreign(text: str, listed: Mapping[str, str] | None) -> Iterator[Match]:
    for match in _FOREIGN.finditer(text):
        host = match["host"].lower()
        if not host.rpartition(".")[2].isascii() and is_host(host):
            yield Match("link", *match.span(), detail=category(host, "", listed), value=f"https://{host}")


_Link = tuple[int, int, str, str | None]


def _links(text: str, folded: Folded, listed: Mapping[str, str] | None, revealed: Revealed | None) -> Iterator[_Link]:
    taken = 0
    if "//" in text or "/ /" in text:
        for match in _URL.finditer(text):
            host = match["host"]
            if is_host(host) or is_address(host):
                end = _end(match)
                yield (
                    match.start(),
                    end,
                    _opened(match, end, folded, revealed),
                    _kind(match, end, folded, listed, revealed),
                )
    if not _DOTTED.search(text):
        return
    for match in _BARE.finditer(text):
        if match.start() < taken or not _believable(match, text, revealed):
            continue
        end = _end(match)
        taken = end
        yield (
            match.start(),
            end,
            _opened(match, end, folded, revealed),
            _kind(match, end, folded, listed, revealed),
        )


def _end(match: re.Match[str]) -> int:
    whole = match[0]
    stripped = whole.rstrip(_TRAILING)
    if stripped.count("(") > stripped.count(")") and whole[len(stripped) :].startswith(")"):
        stripped += ")"
    return max(match.start() + len(stripped), match.end("host"))


def _opened(match: re.Match[str], end: int, folded: Folded, revealed: Revealed | None) -> str:
    """The address as a browser takes it; the path keeps its capitals where they are known."""
    host = match["host"]
    rest = match.string[match.end("host") : end]
    if revealed is None and rest:
        first, last = folded.span(match.end("host"), end)
        rest = folded.original[first:last]
    scheme = match.groupdict().get("scheme") or "https"
    return f"{'https' if 's' in scheme else 'http'}://{host}{rest}"


def _kind(
    match: re.Match[str],
    end: int,
    folded: Folded,
    listed: Mapping[str, str] | None,
    revealed: Revealed | None,
) -> str | None:
    """The kind of site, from the host as it was written: a look-alike letter tells."""
    start, stop = match.span("host")
    if revealed is None:
        first, last = folded.span(start, stop)
        written = folded.original[first:last].lower()
    else:
        written = match["host"]
    groups = match.groupdict()
    if groups.get("user") and "." in groups["user"]:
        return "deceptive"
    return category(written, (groups["path"] or "")[: max(0, end - match.end("host"))], listed)


def _believable(match: re.Match[str], text: str, revealed: Revealed | None) -> bool:
    """A bare name is a link where it has a well-known ending, or a path behind a real one."""
    host, path = match["host"], match["path"]
    labels = host.split(".")
    if not is_host(host) or host in _ABBREVIATIONS or text[max(0, match.start() - 3) : match.start()] == "://":
        return False
    if labels[0] == "www":
        return len(labels) > 2
    tld = labels[-1]
    if tld not in COMMON_TLDS:
        return tld not in _CODE_ENDINGS and (path or "")[:1] == "/" and len(path or "") > 1
    if tld in _CODE_ENDINGS or len(host) < 5 or all(len(label) == 1 for label in labels):
        return False
    doubtful = revealed is not None and any(not s.sure for s in revealed.signs_within(*match.span("host")))
    if doubtful:
        return labels[-2] not in _NO_HOST and len(labels[-2]) > 2 and tld in _SPOKEN_TLDS
    return True
