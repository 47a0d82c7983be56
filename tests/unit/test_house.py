"""The house keeps its order: which room may know which, how long things are, what must not be committed."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "reelwarden"
MODULES = sorted(PACKAGE.rglob("*.py"))

# From docs/concepts/the-house.md: a room may import those of a lower or its own rank.
RANKS = [
    {"domain", "errors", "taxonomy"},
    {"settings", "store", "client", "telemetry"},
    {"ingest", "media", "text", "models", "speech", "banks"},
    {"detect", "decide", "words"},
    {"result"},
    {"moderate", "report", "terminal"},
    {"deliver", "review", "accounts"},
    {"jobs"},
    {"api", "console"},
    {"app", "demo", "commands", "supervisor", "logs", "doctor"},
    {"cli", "__main__"},
]
STRANGERS = {
    "client": {"domain", "taxonomy", "settings", "store", "telemetry"},
    "detect": {"media", "ingest", "decide", "telemetry"},
    "decide": {"detect", "telemetry"},
    "media": {"models", "text", "ingest", "telemetry"},
}
ONLY_IN = {
    "onnxruntime": "models/session.py",
    "ctranslate2": "speech/whisper.py",
    "av": "media",
    "dbos": "jobs/engine.py",
    "opentelemetry": "telemetry/otlp.py",
}


@cache
def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rank(name: str) -> int | None:
    return next((n for n, rooms in enumerate(RANKS) if name in rooms), None)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_a_room_knows_only_those_below_it(path: Path) -> None:
    own = room(path)
    if own == "__init__":
        return
    assert rank(own) is not None, f"{own} has no place in RANKS"
    others = {name.split(".")[1] for name in imports(path) if name.startswith("reelwarden.")} - {own}
    for other in others:
        other_rank, own_rank = rank(other), rank(own)
        assert other_rank is not None and own_rank is not None, f"{other} has no place in RANKS"
        assert other_rank <= own_rank, f"{own} must not import {other}"
        assert other not in STRANGERS.get(own, set()), f"{own} must not know {other}"


@pytest.mark.parametrize(("library", "place"), ONLY_IN.items())
def test_a_library_is_imported_in_one_place(library: str, place: str) -> None:
    users = {p.relative_to(PACKAGE).as_posix() for p in MODULES if library in {n.split(".")[0] for n in imports(p)}}
    assert {u for u in users if not u.startswith(place)} <= {"demo.py"}, f"{library} belongs in {place}"


def test_functions_and_files_stay_short() -> None:
    long = []
    for path in MODULES:
        text = path.read_text("utf-8")
        if text.count("\n") > 400:
            long.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or 0) - node.lineno + 1
                if size > 60:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {size} lines")
    assert not long, "\n".join(long)


def test_nothing_of_this_machine_is_committed() -> None:
    listing = subprocess.run(["git", "-C", ROOT, "ls-files"], capture_output=True, text=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    bad = re.compile(r"/(work|farm|root)/|https?://\S*(py" + r"pi|npm|debian)")
    hits = []
    for name in listing.stdout.splitlines():
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 2_000_000:
            lines = path.read_text("utf-8", errors="ignore").splitlines()
            hits += [f"{name}:{n}: {line[:80]}" for n, line in enumerate(lines, 1) if bad.search(line)]
    assert not [h for h in hits if not h.startswith("tests/unit/test_house.py")], "\n".join(hits)


def test_every_room_says_what_it_is() -> None:
    missing = [
        p.relative_to(ROOT).as_posix() for p in MODULES if not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]
    assert not missing
