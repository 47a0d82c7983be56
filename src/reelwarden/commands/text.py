"""`reelwarden text`: moderate one text, or a stream of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from reelwarden.errors import UsageError

if TYPE_CHECKING:
    from reelwarden.text.moderation import TextOptions, TextResult

FOUND = 1


@click.command("text")
@click.argument("text", required=False)
@click.option(
    "--lang", help="Languages that the text may be in, as ISO 639-1 codes with commas; all 17 when not given."
)
@click.option("--countries", help="Countries of telephone numbers, as ISO 3166 codes with commas (us,fr,gb).")
@click.option("--categories", help="Categories to look for, with commas; all when not given.")
@click.option(
    "--source", type=click.Choice(["clean", "ocr", "asr"]), default="clean", help="Where the text comes from."
)
@click.option("--list", "lists", type=click.Path(path_type=Path), multiple=True, help="A text list; may be repeated.")
@click.option("--no-semantic", is_flag=True, help="Words and patterns only, no second opinion of a model.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@click.option("--jsonl", is_flag=True, help='Read {"text", "lang"?} objects from standard input, one a line.')
def command(
    text: str | None,
    lang: str | None,
    countries: str | None,
    categories: str | None,
    source: str,
    lists: tuple[Path, ...],
    no_semantic: bool,
    as_json: bool,
    jsonl: bool,
) -> None:
    """Say what is unwanted in TEXT (- reads standard input), where, and how grave it is.

    Exit code 0: nothing was found; 1: something was; 2: an error. With --jsonl: 0 unless there was an error.
    """
    options = _options(lang, countries, categories, source, lists, not no_semantic)
    if text is None and not jsonl:
        raise UsageError("no text was given", "reelwarden text 'some words', or --jsonl for a stream")
    from reelwarden.text.moderation import moderate_text, semantic_unavailable

    if why := semantic_unavailable(options):
        click.echo(f"no second opinion: {why}", err=True)
    if jsonl:
        for line in _stream(sys.stdin, options):
            click.echo(line)
        return
    result = moderate_text(sys.stdin.read() if text == "-" else text or "", options)
    click.echo(json.dumps(result.as_json(), ensure_ascii=False) if as_json else _table(result))
    sys.exit(FOUND if result.matches else 0)


def _options(
    lang: str | None,
    countries: str | None,
    categories: str | None,
    source: str,
    lists: tuple[Path, ...],
    semantic: bool,
) -> TextOptions:
    from reelwarden.text.lists import read_list
    from reelwarden.text.moderation import DEFAULTS

    changes: dict[str, Any] = {"source": source, "semantic": semantic}
    if lang:
        changes["languages"] = _split(lang)
    if countries:
        changes["countries"] = _split(countries)
    if categories:
        changes["categories"] = frozenset(_split(categories))
    changes["lists"] = tuple(read_list(_read(path), path.name) for path in lists)
    return replace(DEFAULTS, **changes)


def _split(value: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in value.split(",") if part.strip())


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the text list {path} cannot be read") from error


def _stream(lines: TextIO, options: TextOptions) -> Iterator[str]:
    """A result for each line, in order; `{"error": …}` for a line that is no object with a text."""
    from reelwarden.text.moderation import moderate_text

    for line in lines:
        try:
            said = json.loads(line)
            text, lang = said["text"], said.get("lang")
            if not isinstance(text, str):
                raise TypeError
            one = replace(options, languages=_split(lang)) if lang else options
        except (ValueError, KeyError, TypeError, AttributeError, UsageError) as error:
            why = str(error) if isinstance(error, UsageError) else 'a line is an object {"text": "…", "lang"?: "…"}'
            yield json.dumps({"error": why})
            continue
        yield json.dumps(moderate_text(text, one).as_json())


def _table(result: TextResult) -> str:
    """What was found, a line each."""
    if not result.matches:
        return f"nothing found (language: {result.language})"
    lines = [f"language: {result.language}"]
    for category in result.categories:
        severity = result.severities.get(category)
        lines.append(f"{category}{f' ({severity.word})' if severity else ''}")
        for match in result.matches:
            if match.category == category:
                notes = [match.severity.word if match.severity else "", match.country or "", match.detail or ""]
                said = ", ".join(note for note in notes if note)
                lines.append(f"  {match.start}-{match.end}  {match.slice(result.text)!r}{f'  {said}' if said else ''}")
    return "\n".join(lines)
