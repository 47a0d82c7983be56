"""Entities in a text: e-mail addresses, links, network addresses, social security numbers, telephones, user names.

In: any text, the categories, countries and languages asked for. Out: matches with their places in the original text.
It knows nothing of lexicons and severities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from reelwarden.text.entities import email, glance, heard, ip, link, phone, ssn, username
from reelwarden.text.entities.glyphs import Folded
from reelwarden.text.entities.hidden import has_no_host, reveal
from reelwarden.text.entities.masks import blank
from reelwarden.text.entities.places import Places
from reelwarden.text.entities.versions import worth_a_look
from reelwarden.text.match import ENTITIES, Match
from reelwarden.text.recent import unknown

__all__ = ["DEFAULT_COUNTRIES", "find"]

DEFAULT_COUNTRIES = phone.DEFAULT_COUNTRIES

_ALL = frozenset(ENTITIES)
_PHONE_LINKS = ("wa.me/", "api.whatsapp.com/", "t.me/+")
"""A link that holds somebody's number does not hide it from the telephone numbers."""


def find(
    text: str,
    categories: frozenset[str] = frozenset(ENTITIES),
    countries: Sequence[str] = DEFAULT_COUNTRIES,
    languages: Sequence[str] = ("en",),
    source: str = "clean",
    listed: Mapping[str, str] | None = None,
    is_dull: Callable[[str], bool] = unknown,
) -> list[Match]:
    """The entities of the asked categories, in the order of the text; none overlaps another.

    Where two kinds claim a place, e-mail goes before link, ip, ssn, phone_number and username: also when the stronger
    kind was not asked for. `countries` are ISO 3166 codes in small letters; `languages` say which number words are the
    likeliest; `source` is clean, ocr or asr; `listed` maps domains to kinds of sites, before our own knowledge;
    `is_dull` tells chunks that are no part of any entity.
    """
    asked = categories & _ALL
    if not asked or not glance.may_hold(text.split(), is_dull):
        return []
    return search(text, asked, countries, languages, source, listed)


def search(
    text: str,
    asked: frozenset[str],
    countries: Sequence[str],
    languages: Sequence[str],
    source: str,
    listed: Mapping[str, str] | None,
) -> list[Match]:
    """The same for a text that was found to be worth a look."""
    # On a screen an address or a number may go on in the next line.
    folded = Folded(text.replace("\n", " ") if source == "ocr" else text)
    found: Places[Match] = Places()
    numbers: list[Match] = []
    if (asked != {"username"} or "." in text or "@" in text) and not has_no_host(folded):
        if source == "asr":
            _add(found, heard.find(folded))
        _add(found, _addresses(folded, listed))
    rest = _without(folded, found)
    if "ip" in asked or "phone_number" in asked or "username" in asked:
        rest = _claimed(found, ip.find(rest), folded, rest)
    if ("ssn" in asked or "phone_number" in asked) and worth_a_look(rest):
        rest = _claimed(found, ssn.find(rest, languages), folded, rest)
        if "phone_number" in asked:
            numbers = phone.find(rest, countries, languages)
            rest = _claimed(found, numbers, folded, rest)
    if "username" in asked:
        _add(found, username.find(rest))
    if not found:
        return []
    linked = [number for number in numbers if any(rival.category == "link" for rival in found.rivals(number))]
    return sorted((match for match in (*found, *linked) if match.category in asked), key=lambda match: match.start)


def _addresses(folded: Folded, listed: Mapping[str, str] | None) -> list[Match]:
    revealed = reveal(folded)
    found: Places[Match] = Places()
    if "@" in folded.text or revealed is not None:
        _add(found, email.find(folded, revealed))
    if "." in folded.text or revealed is not None:
        _add(found, link.find(folded, revealed, listed))
    return list(found)


def _add(found: Places[Match], more: Iterable[Match]) -> None:
    for match in more:
        found.add(match)


def _claimed(found: Places[Match], more: Sequence[Match], folded: Folded, rest: Folded) -> Folded:
    """Takes the matches in; what is left of the text."""
    if not more:
        return rest
    _add(found, more)
    return _without(folded, found)


def _without(folded: Folded, found: Places[Match]) -> Folded:
    """The text without what is already taken, as long as it was; links that hold a number are left to be read."""
    if not found:
        return folded
    taken = [(match.start, match.end) for match in found if not _holds_a_number(match)]
    return Folded(blank(folded.original, taken)) if taken else folded


def _holds_a_number(match: Match) -> bool:
    return match.category == "link" and any(part in (match.value or "") for part in _PHONE_LINKS)
