"""Hosts: is the name a host at all, and what kind of site does it belong to?

Everything is decided from the name: no list of the size of the web, no network. An operator's own list comes first.
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from reelwarden.text.entities.glyphs import plain
from reelwarden.text.entities.wordlists import words

COMMON_TLDS = words(
    """
    com net org io co gg tv me ly xyz info biz ru de fr uk us it es nl pl se no dk fi eu cn tw kr jp br ca au tr ph be
    ch at in pt gr cz ro hu ie nz mx ar app dev live online site shop store club top vip link click porn sex xxx adult
    cam bet casino fans to cc ai gov edu onion
    """
)
"""What people know as the end of an address; others ("zip", "how", "map") need a scheme or a path to count."""

_CATEGORIES = ("adult", "gambling", "drugs")


@cache
def _tlds() -> frozenset[str]:
    lines = files(__package__).joinpath("tlds.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if line[0] != "#" for word in line.split()) | {"onion"}


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("domains.toml").read_text("utf-8"))


@cache
def _domains(category: str) -> frozenset[str]:
    return frozenset(_data()[category].get("domains", "").split())


@cache
def _words(category: str, key: str) -> tuple[str, ...]:
    return tuple(_data()[category].get(key, "").split())


@cache
def _brands() -> Mapping[str, frozenset[str]]:
    return {name: frozenset(owned.split()) for name, owned in _data()["deceptive"]["brands"].items()}


def known_tld(tld: str) -> bool:
    return tld in _tlds() or (tld.startswith("xn--") and len(tld) > 5)


def is_host(host: str) -> bool:
    """Labels of legal length, and a top-level domain that exists."""
    labels = host.split(".")
    return (
        len(labels) > 1
        and len(host) <= 253
        and all(0 < len(label) <= 63 and label[0] != "-" and label[-1] != "-" for label in labels)
        and known_tld(labels[-1])
    )


def category(host: str, path: str = "", listed: Mapping[str, str] | None = None) -> str | None:
    """adult, gambling, drugs, deceptive, unsafe, shortener, a word of the operator's list, or None.

    `host` is in small letters, as written (look-alike letters not folded); `listed` maps domains to categories.
    """
    for domain in _parents(plain(host)):
        if listed and domain in listed:
            return listed[domain]
        for name in ("unsafe", *_CATEGORIES, "shortener"):
            if domain in _domains(name):
                return name
    if _deceptive(host):
        return "deceptive"
    if _unsafe(host, path):
        return "unsafe"
    return _by_name(plain(host))


def _parents(host: str) -> Iterator[str]:
    """The host and the domains above it."""
    labels = host.split(".")
    for start in range(len(labels) - 1):
        yield ".".join(labels[start:])


def _by_name(host: str) -> str | None:
    labels = host.split(".")
    parts = {part for label in labels[:-1] for part in label.split("-")}
    for name in _CATEGORIES:
        if labels[-1] in _words(name, "tlds") or parts & set(_words(name, "words")):
            return name
        if any(fragment in label for label in labels[:-1] for fragment in _words(name, "fragments")):
            return name
    return None


def _unsafe(host: str, path: str) -> bool:
    if host.rpartition(".")[2] in _words("unsafe", "tlds"):
        return True
    if is_address(host):
        return True
    ending = path.split("?")[0].rpartition("/")[2].rpartition(".")[2]
    return "." in path and ending in _words("unsafe", "endings")


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _deceptive(host: str) -> bool:
    """Does the host pretend to be a brand that it does not belong to?"""
    shown = _unpuny(host)
    folded = plain(shown)
    labels = folded.split(".")
    homograph = folded != shown
    for brand, owned in _brands().items():
        if not homograph and any(domain in owned for domain in _parents(folded)):
            return False
        if labels[-1] in owned:
            return False
        if any(_pretends(label, brand, homograph=homograph) for label in labels[:-1]):
            return True
        if any(domain in folded and not folded.endswith(domain) for domain in owned if "." in domain):
            return True
    return False


def _pretends(label: str, brand: str, *, homograph: bool) -> bool:
    parts = label.split("-")
    if label == brand:
        return homograph
    if brand in parts or brand in label:
        rest = label.replace(brand, "").strip("-")
        return homograph or any(lure.replace("-", "") in rest for lure in _words("deceptive", "lures"))
    digits = label.translate(_DIGIT_LETTERS)
    if digits != label and brand in digits.split("-"):
        return True
    return len(brand) >= 6 and any(_one_edit(part, brand) for part in parts)


_DIGIT_LETTERS = str.maketrans("0134578", "oleastb")


def _one_edit(word: str, brand: str) -> bool:
    """A doubled, missing, swapped or wrong letter inside the word; the first letter must be right."""
    if word == brand or abs(len(word) - len(brand)) > 1 or word[:1] != brand[:1]:
        return False
    if len(word) == len(brand):
        wrong = [place for place in range(len(word)) if word[place] != brand[place]]
        if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
            return word[wrong[0]] == brand[wrong[1]] and word[wrong[1]] == brand[wrong[0]]
        return len(wrong) == 1
    short, long = sorted((word, brand), key=len)
    return any(long[:place] + long[place + 1 :] == short for place in range(len(long)))


def _unpuny(host: str) -> str:
    return ".".join(_unpuny_label(label) for label in host.split("."))


def _unpuny_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").lower()
    except (UnicodeError, ValueError):
        return label
