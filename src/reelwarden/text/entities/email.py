"""E-mail addresses, plain and hidden: "john.doe [at] gmail [dot] com", "john.doe@gmail", letters in any style."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from reelwarden.text.entities.glyphs import Folded
from reelwarden.text.entities.hidden import Revealed, providers, word_set
from reelwarden.text.entities.hosts import COMMON_TLDS, is_host
from reelwarden.text.entities.places import Places
from reelwarden.text.match import Match

_AROUND = re.compile(r"@(?<=[\w%+.~-]@)(?=\w)")
_HOST = re.compile(r"[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9][a-z0-9-]{0,62}){0,8}")
_MAILBOX = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._%+~-")
_LONGEST_MAILBOX = 64
_CONTEXT = re.compile(
    r"e-?mail|mail me|contact|reach me|write (?:to )?me|adress|address|courriel|correo|posta|poczt|почт|е-?мейл|мыло|"
    r"이메일|메일|邮箱|邮件|eposta|sahkoposti|mejl|indirizzo|endereco|adres"
)

_FOREIGN = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
"""In the original: addresses of hosts in other scripts, which the fold would take apart."""

_NO_MAILBOX = word_set("no_mailbox")
_PROVIDER_WORDS = word_set("provider_words")
_Span = Callable[[int, int], tuple[int, int]]


def find(folded: Folded, revealed: Revealed | None) -> list[Match]:
    """Addresses in the text as folded, then those that only show once hidden signs are revealed."""
    found = Places(
        Match("email", *folded.span(start, end), value=value) for start, end, value in _addresses(folded.text, None)
    )
    if revealed is not None and "@" in revealed.text:
        for start, end, value in _addresses(revealed.text, revealed):
            match = Match("email", *folded.span(*revealed.span(start, end)), value=value)
            rivals = found.rivals(match)
            if all(rival.end - rival.start < match.end - match.start for rival in rivals):
                found.replace(match)
    for foreign in () if folded.original.isascii() else _FOREIGN.finditer(folded.original):
        host = foreign[0].lower().partition("@")[2]
        if not host.isascii() and is_host(host):
            found.add(Match("email", *foreign.span(), value=foreign[0].lower()))
    return list(found)


def _addresses(text: str, revealed: Revealed | None) -> Iterator[tuple[int, int, str]]:
    for at in _AROUND.finditer(text):
        start = _mailbox_start(text, at.start())
        host = _HOST.match(text, at.end())
        if host is None or start == at.start():
            continue
        name = host[0].rstrip("-_.")
        cut = _host_end(name)
        if cut is None:
            continue
        end = at.end() + cut
        mailbox = text[start : at.start()]
        if text[max(0, start - 1) : start] in ("@", "/"):
            continue
        if revealed is None or _believable(mailbox, text[at.end() : end], text, revealed, start, end):
            yield start, end, f"{mailbox}@{text[at.end() : end]}"


def _mailbox_start(text: str, at: int) -> int:
    start = at
    while start and at - start < _LONGEST_MAILBOX and text[start - 1] in _MAILBOX:
        start -= 1
    while start < at and text[start] in ".-_%~+":
        start += 1
    return start


def _host_end(name: str) -> int | None:
    """How much of the name is a host: all of it, what is before a word that was glued on, or a mail provider alone."""
    labels = name.split(".")
    for count in range(len(labels), 1, -1):
        host = ".".join(labels[:count])
        if is_host(host) and (count == len(labels) or labels[count - 1] in COMMON_TLDS):
            return len(host)
    return len(labels[0]) if labels[0] in providers() - _PROVIDER_WORDS else None


def _believable(mailbox: str, host: str, text: str, revealed: Revealed, start: int, end: int) -> bool:
    """Signs that were written as words or stand apart need more: a provider, a mailbox no sentence has, a context."""
    doubtful = [sign for sign in revealed.signs_within(start, end) if sign.char == "@" and not sign.sure]
    if not doubtful:
        return True
    telling = any(char in "0123456789._" for char in mailbox)
    context = _CONTEXT.search(text[max(0, start - 40) : start]) is not None
    provider = host.split(".")[0] in providers()
    if mailbox in _NO_MAILBOX and not context:
        return False
    if "." not in host:
        return telling or context
    return provider or telling or context
