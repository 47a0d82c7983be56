"""A policy file (TOML) becomes a policy. A mistake is named with its line and, where there is one, the cure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from importlib import resources
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reelwarden import taxonomy
from reelwarden.decide.rules import Policy, Rule
from reelwarden.domain import Outcome
from reelwarden.errors import PolicyError

__all__ = ["Policy", "Rule", "load", "parse"]

TOP_KEYS = {"name", "revision", "defaults", "labels"}
RULE_KEYS = {f.name for f in fields(Rule)}
ONLY_OF_LABELS = {"review", "reject"}
FAIL_OUTCOMES = {"pass": Outcome.PASS, "review": Outcome.REVIEW}


def load(path: Path | None = None) -> Policy:
    """The policy of a file, or the one that comes with the package. Raises PolicyError."""
    if path is None:
        return parse(default_text(), "default_policy.toml")
    try:
        return parse(path.read_text("utf-8"), str(path))
    except OSError as error:
        raise PolicyError(f"{path}: the policy cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path}: the policy is not UTF-8 text") from error


def default_text() -> str:
    """The built-in policy file, to read or to begin one's own with."""
    return resources.files("reelwarden.decide").joinpath("default_policy.toml").read_text("utf-8")


def parse(text: str, source: str) -> Policy:
    """The policy in `text`; `source` is the file's name, for messages. Raises PolicyError."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{source}: not TOML: {error}") from error
    return _Reader(text, source).policy(tree)


class _Reader:
    def __init__(self, text: str, source: str) -> None:
        self.lines = text.splitlines()
        self.source = source

    def policy(self, tree: Mapping[str, Any]) -> Policy:
        for key in tree:
            if key not in TOP_KEYS:
                raise self.wrong("", key, f"there is no key {key!r}", _near(key, TOP_KEYS))
        name, revision = tree.get("name", ""), tree.get("revision", 1)
        if not isinstance(name, str) or not name.strip():
            raise self.wrong("", "name", "a policy needs a name", 'write name = "my policy" at the top')
        if not _whole(revision) or revision < 1:
            raise self.wrong("", "revision", "revision must be a whole number from 1")
        defaults = self.rule(self.table(tree, "defaults"), "defaults", Rule())
        rules = {
            label: self.rule(entries, f"labels.{label}", defaults)
            for label, entries in self.flat(self.table(tree, "labels"), "")
        }
        return Policy(name.strip(), revision, defaults, MappingProxyType(rules))

    def table(self, tree: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        found = tree.get(key, {})
        if not isinstance(found, dict):
            raise self.wrong("", key, f"{key} must be a table", f"write it as [{key}]")
        return found

    def flat(self, tree: Mapping[str, Any], above: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Label tables, whether written [labels."a.b"] or [labels.a.b]."""
        for name, entries in tree.items():
            label = f"{above}.{name}" if above else name
            if not isinstance(entries, dict):
                raise self.wrong("labels", name, f"{name!r} must be a table", f"write it as [labels.{name}]")
            self.known(label)
            own = {key: value for key, value in entries.items() if not isinstance(value, dict)}
            if own or len(own) == len(entries):
                yield label, own
            yield from self.flat({k: v for k, v in entries.items() if isinstance(v, dict)}, label)

    def known(self, label: str) -> None:
        if any(taxonomy.within(known, label) for known in taxonomy.labels()):
            return
        families = {known.split(".")[0] for known in taxonomy.labels()}
        hint = _near(label, {*taxonomy.labels(), *families}) or "`reelwarden labels` lists them all"
        raise self.wrong(f"labels.{label}", "", f"there is no label {label!r}", hint)

    def rule(self, entries: Mapping[str, Any], table: str, below: Rule) -> Rule:
        """The rule of one table; what it does not say comes from `below`."""
        for key, value in entries.items():
            self.key(table, key)
            self.value(table, key, value)
        rule = replace(below, **{key: _typed(key, value) for key, value in entries.items()})
        self.ordered(table, rule)
        return rule

    def key(self, table: str, key: str) -> None:
        if key not in RULE_KEYS:
            raise self.wrong(table, key, f"there is no key {key!r}", _near(key, RULE_KEYS))
        if table == "defaults" and key in ONLY_OF_LABELS:
            hint = f"give {key} to the labels that should lead there; the others only inform"
            raise self.wrong(table, key, f"{key} cannot be a default", hint)

    def value(self, table: str, key: str, value: object) -> None:
        problem = _problem(key, value)
        if problem:
            hint = f"write {float(value) / 100:g}" if _percent(key, value) else ""  # type: ignore[arg-type]
            raise self.wrong(table, key, f"{key} must be {problem}, not {value!r}", hint)

    def ordered(self, table: str, rule: Rule) -> None:
        steps = [("keep", rule.keep), ("review", rule.review), ("reject", rule.reject)]
        said = [(name, score) for name, score in steps if score is not None]
        for (low_name, low), (high_name, high) in pairwise(said):
            if low > high:
                text = f"{low_name} ({low:g}) is above {high_name} ({high:g})"
                raise self.wrong(table, high_name, text, "the order is keep, review, reject")
        first = rule.review if rule.review is not None else rule.reject
        if rule.lone is not None and first is not None and rule.lone < first:
            text = f"lone ({rule.lone:g}) is under the threshold that it skips corroboration for ({first:g})"
            raise self.wrong(table, "lone", text, f"set lone to {first:g} or more")

    def wrong(self, table: str, key: str, what: str, hint: str = "") -> PolicyError:
        line = _line_of(self.lines, table, key)
        place = f"{self.source}:{line}" if line else self.source
        inside = f" in [{table}]" if table else ""
        return PolicyError(f"{place}: {what}{inside}", hint)


def _typed(key: str, value: Any) -> Any:
    if key == "unavailable":
        return FAIL_OUTCOMES[value]
    return value if key == "looks" else float(value)


def _problem(key: str, value: object) -> str:
    """What the value should have been; empty where it is right."""
    if key == "unavailable":
        return "" if isinstance(value, str) and value in FAIL_OUTCOMES else '"pass" or "review"'
    if key == "looks":
        return "" if _whole(value) and 1 <= value <= 100 else "a whole number from 1 to 100"  # type: ignore[operator]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if key in {"gap", "held"}:
        return "" if number and 0 <= value <= 86400 else "seconds, 0 to 86400"  # type: ignore[operator]
    return "" if number and 0 <= value <= 1 else "a score from 0 to 1"  # type: ignore[operator]


def _percent(key: str, value: object) -> bool:
    return key in {"keep", "review", "reject", "lone"} and _whole(value) and 1 < value <= 100  # type: ignore[operator]


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _near(word: str, known: set[str]) -> str:
    near = get_close_matches(word, sorted(known), n=3)
    return f"did you mean {' or '.join(near)}?" if near else ""


def _line_of(lines: list[str], table: str, key: str) -> int | None:
    """The number of the line that sets `key` in `table`, else of the table's header; None where neither is found."""
    here, header = "", None
    for number, line in enumerate(lines, 1):
        if found := re.match(r"\s*\[([^\[\]]+)\]", line):
            here = found[1].replace('"', "").replace("'", "").replace(" ", "")
            header = number if here == table else header
        elif key and here == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
            return number
        if not table and key and here == key:
            return number
    return header
