"""No message shows what a text or a list says: the engine prints nothing, and errors name files and categories."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import reelwarden.text
from reelwarden.errors import UsageError
from reelwarden.text.lists import read_list

HOME = Path(reelwarden.text.__file__).parent
TOOLS = {"__main__.py", "fold_table.py", "train.py"}
"""Programs for authors of lexicons and tables, who look at the words."""

FAIR = {"MODEL", "LONGEST_GAP", "SLOTS", "category", "line", "name", "there", "what", "why", "wrong", "sorted", "join"}
"""What errors may interpolate: names of files, models, categories, languages."""

SPEAKS = {"print", "echo", "debug", "info", "warning", "error", "exception", "warn", "log"}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(HOME.rglob("*.py")):
        if path.name not in TOOLS:
            yield path, ast.parse(path.read_text("utf-8"))


def test_errors_show_names_only() -> None:
    shown = {
        (path.name, part.id if isinstance(part, ast.Name) else "")
        for path, tree in trees()
        for raised in ast.walk(tree)
        if isinstance(raised, ast.Raise) and raised.exc is not None
        for value in ast.walk(raised.exc)
        if isinstance(value, ast.FormattedValue)
        for part in ast.walk(value.value)
        if isinstance(part, ast.Name)
    }
    assert shown
    assert not {one for one in shown if one[1] not in FAIR | {"ALL", "LANGUAGES"}}


def test_the_engine_says_nothing() -> None:
    for path, tree in trees():
        called = {
            node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
        }
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert not called & SPEAKS, path.name
        assert not imported & {"logging", "structlog", "warnings", "click"}, path.name


@pytest.mark.parametrize(
    "source",
    [
        '{"entries": [{"text": "blorpo", "language": "blorpo"}]}',
        '{"entries": [{"text": "x", "match": "blorpo"}]}',
        '{"entries": ["blorpo",]}',
        '{"kind": "blorpo", "entries": []}',
    ],
)
def test_a_faulty_list_is_not_quoted(source: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_list(source, "mine.json")
    chain = (raised.value, raised.value.__cause__)
    assert all("blorpo" not in str(error) and not hasattr(error, "doc") for error in chain)
