"""Network addresses: IPv4, also with hidden dots ("10[.]0[.]0[.]1", "10 dot 0 dot 0 dot 1"), and IPv6."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from reelwarden.text.entities.glyphs import Folded
from reelwarden.text.entities.places import Places
from reelwarden.text.match import Match

_SAID = r"(?:dot|point|punkt|punto|ponto|\.)"
_DOT = rf"(?:\.|\s?[\[({{]\s?{_SAID}\s?[\])}}]\s?|\s{_SAID}\s|[,·•]|\s\.|\.\s)"
_FOUR = re.compile(rf"(?<![\d.,])(?<!\d-)\d{{1,3}}({_DOT})\d{{1,3}}{_DOT}\d{{1,3}}{_DOT}\d{{1,3}}(?!\d|[.,-]\d)")
_SIX = re.compile(r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4})(?![\w:])")
_VERSION = re.compile(
    r"(?:§|\b(?:v|ver|version|versione|versie|wersja|surum|версия|firmware|driver|build|release|update|chapter|section|"
    r"kapitel|clause|paragraph|article|oid|dating|java|chrome|mozilla|safari|windows|android))[\s:/.#-]{0,3}$"
)
_RESOLVERS = ([1, 1, 1, 1], [8, 8, 8, 8], [8, 8, 4, 4], [9, 9, 9, 9])
_CONTEXT = re.compile(r"\bip\b|ipv4|address|server|host|ping|ssh|connect")


def find(folded: Folded) -> list[Match]:
    if folded.counted < 4 and folded.text.count(":") < 2:
        return []
    found: Places[Match] = Places()
    for start, end, value in (*_version_six(folded.text), *_version_four(folded)):
        found.add(Match("ip", *folded.span(start, end), value=value))
    return list(found)


def _version_four(folded: Folded) -> Iterator[tuple[int, int, str]]:
    if folded.counted < 4:
        return
    text = folded.text
    for match in _FOUR.finditer(text):
        numbers = [int(part) for part in re.findall(r"\d+", match[0])]
        if max(numbers) > 255 or _VERSION.search(text[max(0, match.start() - 16) : match.start()]):
            continue
        before = text[max(0, match.start() - 40) : match.start()]
        # "1,2,3,4" is a list, and "1 . 2 . 3 . 4" a title's number, unless an address is being spoken of.
        listlike = any(char in match[0] for char in ",·• ") and not re.search(r"[\[({]|dot|pun|poi", match[0])
        if (listlike or max(numbers) < 20) and not _CONTEXT.search(before) and not _well_known(numbers, listlike):
            continue
        yield match.start(), match.end(), ".".join(map(str, numbers))


def _well_known(numbers: list[int], listlike: bool) -> bool:
    return not listlike and (
        numbers in ([1, 1, 1, 1], [8, 8, 8, 8], [8, 8, 4, 4], [9, 9, 9, 9]) or numbers[0] in (10, 127)
    )


def _version_six(text: str) -> Iterator[tuple[int, int, str]]:
    if text.count(":") < 2:
        return
    for match in _SIX.finditer(text):
        groups = [group for group in match[0].split(":") if group]
        # "::" and C++ names such as "abc::def" are no addresses; "::1" and "fe80::" are.
        if not groups or not any(char.isdecimal() for char in match[0]) or (len(groups) < 2 and len(match[0]) > 6):
            continue
        try:
            value = str(ipaddress.IPv6Address(match[0]))
        except ValueError:
            continue
        yield match.start(), match.end(), value
