"""Results as one self-contained page: no network, no storage, nothing of the media's words taken for markup."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reelwarden import __version__
from reelwarden.decide.identity import reads_words
from reelwarden.decide.verdict import clock
from reelwarden.domain import Outcome
from reelwarden.report import view
from reelwarden.report.plain import gravest, visible
from reelwarden.result import Failure, Result, Spoken

WORDS = "text.screen"
CODES = "qr"
SIGNS = {"pass": "Pass", "review": "Review", "reject": "Reject", "error": "Error"}
REASONS = 5
MOST_REASONS = 200
MOMENTS = 1500
"""More than these are counted, not shown: a browser must stay quick, and a person could not read them."""


def page(results: Sequence[Result | Failure]) -> str:
    """The whole page for one or several files, as HTML text."""
    files = [_file(result, f"f{number}") for number, result in enumerate(results, 1)]
    return (
        _environment()
        .get_template("page.html")
        .render(
            files=files,
            signs=SIGNS,
            counts=Counter(file["outcome"] for file in files),
            style=Markup(_asset("page.css")),  # noqa: S704  (our own file)
            script=Markup(_asset("page.js")),  # noqa: S704  (our own file)
            policy=_content_policy(),
            program=__version__,
            REASONS=REASONS,
        )
    )


def _file(result: Result | Failure, anchor: str) -> dict[str, Any]:
    if isinstance(result, Failure):
        said = {
            "code": result.error.code,
            "message": visible(str(result.error)),
            "hint": visible(result.error.hint),
        }
        return {"anchor": anchor, "name": visible(result.file), "outcome": "error", "error": said}
    speech, all_moments = result.speech, len(result.moments)
    result = replace(result, moments=gravest(result, MOMENTS))
    frames = view.frames(result, anchor)
    marks = view.marks(result, anchor, frames)
    length = view.span(result)
    hits = [mark for mark in marks if reads_words(mark.label) and mark.label != WORDS]
    return {
        "anchor": anchor,
        "name": visible(result.file),
        "outcome": result.verdict.outcome.value,
        "error": None,
        "facts": view.facts(result),
        "reasons": _reasons(result, marks),
        "reasons_in_all": len(result.verdict.reasons),
        "marks": marks,
        "left_out": all_moments - len(marks),
        "leading": sum(mark.outcome != Outcome.PASS.value for mark in marks),
        "rows": view.rows(marks) if length else (),
        "ticks": view.ticks(length) if length else (),
        "frames": list(frames.values()),
        "words": [mark for mark in marks if mark.label == WORDS],
        "hits": hits,
        "codes": [mark for mark in marks if mark.family == CODES],
        "transcript": None if speech is None else [_spoken(line, hits) for line in speech],
        "unavailable": _unavailable(result),
        "missing": len(result.unavailable),
        "how": _how(result),
        "detectors": [(visible(name), visible(version)) for name, version in sorted(result.detectors.items())],
        "shares": view.shares(result.timing.stages),
        "notes": [visible(note) for note in result.notes],
    }


def _reasons(result: Result, marks: Sequence[view.Mark]) -> list[dict[str, str]]:
    """The reasons, each with the moment that it stands for (none for an unavailable label)."""
    places = {(m.label, m.start, m.end): mark.anchor for m, mark in zip(result.moments, marks, strict=True)}
    return [
        {
            "outcome": r.outcome.value,
            "why": visible(r.why),
            "anchor": places.get((r.label, r.start, r.end), ""),
        }
        for r in result.verdict.reasons[:MOST_REASONS]
    ]


def _spoken(line: Spoken, hits: Sequence[view.Mark]) -> dict[str, Any]:
    who = " · ".join(filter(None, (visible(line.speaker), visible(line.language))))
    found = [hit.what for hit in hits if hit.what and line.start <= hit.start <= line.end]
    parts = _parts(visible(line.text), found)
    return {"start": line.start, "end": line.end, "time": clock(line.start), "who": who, "parts": parts}


def _parts(text: str, found: Sequence[str]) -> list[tuple[str, bool]]:
    """`text` cut so that what was found in it (the true parts) can be marked."""
    if not found:
        return [(text, False)]
    pattern = "|".join(re.escape(words) for words in sorted(found, key=len, reverse=True))
    pieces = re.split(f"({pattern})", text, flags=re.IGNORECASE)
    return [(piece, number % 2 == 1) for number, piece in enumerate(pieces) if piece]


def _unavailable(result: Result) -> list[tuple[str, list[str]]]:
    """Reasons, each with the labels that it holds for."""
    reasons: dict[str, list[str]] = {}
    for missing in sorted(result.unavailable, key=lambda u: u.label):
        reasons.setdefault(visible(missing.reason), []).append(missing.label)
    return sorted(reasons.items(), key=lambda pair: -len(pair[1]))


def _how(result: Result) -> list[tuple[str, str]]:
    policy = result.policy
    said = [
        ("Looked at", visible(result.plan)),
        ("Pictures analysed", "" if result.looked is None else str(result.looked)),
        ("Signals", str(result.signals)),
        ("Policy", visible(f"{policy.name}, revision {policy.revision}, {policy.digest}")),
        ("Program", f"reelwarden {__version__}"),
        ("Time", f"{result.timing.wall:.1f} s" if result.timing.wall else ""),
    ]
    return [(name, value) for name, value in said if value]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reelwarden.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _asset(name: str) -> str:
    return resources.files("reelwarden.report").joinpath("templates", name).read_text("utf-8")


@cache
def _content_policy() -> str:
    """Only our own script and style, by their hashes; pictures only as data; no address may be reached."""
    return (
        f"default-src 'none'; script-src {_hash('page.js')}; style-src {_hash('page.css')}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(name: str) -> str:
    digest = hashlib.sha256(_asset(name).encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
