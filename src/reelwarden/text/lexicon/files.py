"""Reads the files of one language. Errors name file and line, never the entry: entries are offensive."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from reelwarden.text.lexicon.grammar import (
    Classes,
    Element,
    GrammarError,
    Phrase,
    parse_alternatives,
    parse_pattern,
)
from reelwarden.text.match import CATEGORIES, GRADED, Severity

ANY = "any"
FLAGS = frozenset(["exact", "strict", "whole", "embed", "case", "ctx", "intl", "name", "question"])
WARNING = "# Content warning"
MINOR_FILES = {"classes.txt", "allow.tsv", "language.toml"}


class LexiconError(ValueError):
    """A lexicon file is ill-formed; the message is `language/file:line: what`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What terms and patterns share. `near`, `unless`, `with_` name classes."""

    category: str
    severity: Severity | None
    flags: frozenset[str]
    place: str
    near: str | None = None
    unless: str | None = None
    with_: str | None = None


@dataclass(frozen=True, slots=True)
class Term(Entry):
    """`text`: the phrase without stars; `before`, `after`: a star at the beginning, at the end."""

    text: str = ""
    before: bool = False
    after: bool = False


@dataclass(frozen=True, slots=True)
class Pattern(Entry):
    elements: tuple[Element, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowed:
    text: str
    categories: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """What language.toml says."""

    suffixes: tuple[str, ...] = ()
    short: frozenset[str] = frozenset()
    elisions: frozenset[str] = frozenset()
    numbers: Mapping[str, int] = field(default_factory=dict)
    ordinals: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lexicon:
    language: str
    terms: tuple[Term, ...]
    patterns: tuple[Pattern, ...]
    classes: Classes
    allowed: tuple[Allowed, ...]
    rules: Rules


@cache
def load(language: str) -> Lexicon:
    """The lexicon of a language or of `any`, without its faulty lines (a test sees to it that there are none)."""
    return read(language, resources.files("reelwarden.text.lexicon").joinpath(language), [])


def read(language: str, home: Traversable, faults: list[str]) -> Lexicon:
    """The lexicon in a directory; faults are gathered so that an author sees all of them."""
    shared = load(ANY).classes if language != ANY else {}
    terms: list[Term] = []
    patterns: list[Pattern] = []
    files = {item.name: item for item in home.iterdir()} if home.is_dir() else {}
    classes = _classes(files.get("classes.txt"), shared, f"{language}/classes.txt", faults)
    for name, file in sorted(files.items()):
        category, _, kind = name.rpartition(".")
        if name in MINOR_FILES or kind not in ("tsv", "patterns"):
            continue
        if category not in CATEGORIES:
            faults.append(f"{language}/{name}:1: no category has this name")
        elif not file.read_text("utf-8").startswith(WARNING):
            faults.append(f"{language}/{name}:1: the content warning is missing")
        elif kind == "tsv":
            terms += _terms(file, f"{language}/{name}", category, classes, faults)
        else:
            patterns += _patterns(file, f"{language}/{name}", category, classes, faults)
    allowed = _allowed(files.get("allow.tsv"), f"{language}/allow.tsv", faults)
    rules = _rules(files.get("language.toml"), f"{language}/language.toml", faults)
    return Lexicon(language, tuple(terms), tuple(patterns), classes, allowed, rules)


def _lines(file: Traversable | None) -> Iterator[tuple[int, str]]:
    if file is None:
        return
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line


def _columns(line: str) -> list[str]:
    return [column.strip() for column in line.split("\t") if column.strip()]


def _terms(file: Traversable, name: str, category: str, classes: Classes, faults: list[str]) -> Iterator[Term]:
    for number, line in _lines(file):
        place = f"{name}:{number}"
        try:
            text, shared = _entry(line, category, place, classes)
            yield _term(text, shared)
        except ValueError as fault:
            faults.append(f"{place}: {fault}")


def _term(text: str, shared: dict[str, Any]) -> Term:
    plain = " ".join(text.strip("*").split())
    if not plain or "  " in plain:
        raise LexiconError("an empty term")
    if "|" in plain or "{" in plain or "@" in plain:
        raise LexiconError("alternatives, classes and slots belong in a .patterns file")
    if any("*" in piece.rstrip("*") for piece in plain.split()):
        raise LexiconError("stars stand only at the ends of words")
    return Term(**shared, text=plain, before=text[0] == "*", after=text[-1] == "*")


def _patterns(file: Traversable, name: str, category: str, classes: Classes, faults: list[str]) -> Iterator[Pattern]:
    for number, line in _lines(file):
        place = f"{name}:{number}"
        try:
            text, shared = _entry(line, category, place, classes)
            yield Pattern(**shared, elements=parse_pattern(text, classes))
        except ValueError as fault:
            faults.append(f"{place}: {fault}")


def _entry(line: str, category: str, place: str, classes: Classes) -> tuple[str, dict[str, Any]]:
    columns = _columns(line)
    if len(columns) < 2:
        raise LexiconError("the severity is missing (is the separator a tab?)")
    shared: dict[str, Any] = {
        "category": category,
        "severity": _severity(columns[1], category),
        "place": place,
        **_flags(columns[2] if len(columns) > 2 else "", classes),
    }
    return columns[0], shared


def _severity(word: str, category: str) -> Severity | None:
    if category in GRADED:
        if word not in ("low", "medium", "high"):
            raise LexiconError(f"{category} wants low, medium or high")
        return Severity[word.upper()]
    if word != "-":
        raise LexiconError(f"{category} is not graded: write - for the severity")
    return None


def _flags(text: str, classes: Classes) -> dict[str, Any]:
    plain: set[str] = set()
    named: dict[str, Any] = {}
    for flag in text.replace(",", " ").split():
        if flag in FLAGS:
            plain.add(flag)
            continue
        name, _, reference = flag.partition(":")
        if name not in ("near", "unless", "with"):
            raise LexiconError("an unknown flag (the third column is for flags, the fourth for notes)")
        if reference not in classes:
            raise LexiconError("a flag refers to a class that is not defined")
        named[name if name != "with" else "with_"] = reference
    return {"flags": frozenset(plain), **named}


def _classes(file: Traversable | None, shared: Classes, name: str, faults: list[str]) -> Classes:
    classes: dict[str, tuple[Phrase, ...]] = dict(shared)
    for number, line in _joined(file):
        left, equals, right = line.partition("=")
        key = left.strip()
        try:
            if not equals or not key.startswith("@") or (key in classes and key not in shared):
                raise LexiconError("a class is written once, as @name = a | b")
            classes[key] = parse_alternatives(right, classes, slots=False)
        except (GrammarError, LexiconError) as fault:
            faults.append(f"{name}:{number}: {fault}")
    return classes


def _joined(file: Traversable | None) -> Iterator[tuple[int, str]]:
    """Lines with their continuations."""
    start, whole = 0, ""
    for number, line in _lines(file):
        if line[0].isspace():
            whole += " " + line.strip()
            continue
        if whole:
            yield start, whole
        start, whole = number, line
    if whole:
        yield start, whole


def _allowed(file: Traversable | None, name: str, faults: list[str]) -> tuple[Allowed, ...]:
    found = []
    for number, line in _lines(file):
        columns = _columns(line)
        names = columns[1].replace(",", " ").split() if len(columns) > 1 else []
        if not names or any(category not in CATEGORIES for category in names if category != "*"):
            faults.append(f"{name}:{number}: categories or * are missing, or unknown")
            continue
        found.append(Allowed(columns[0], frozenset(CATEGORIES if "*" in names else names)))
    return tuple(found)


def _rules(file: Traversable | None, name: str, faults: list[str]) -> Rules:
    if file is None:
        return Rules()
    try:
        said = tomllib.loads(file.read_text("utf-8"))
        return Rules(
            suffixes=tuple(said.get("suffixes", ())),
            short=frozenset(said.get("short", ())),
            elisions=frozenset(said.get("elisions", ())),
            numbers={str(word): int(value) for word, value in said.get("numbers", {}).items()},
            ordinals={str(word): int(value) for word, value in said.get("ordinals", {}).items()},
        )
    except (tomllib.TOMLDecodeError, ValueError, TypeError) as fault:
        faults.append(f"{name}:1: {fault}")
        return Rules()
