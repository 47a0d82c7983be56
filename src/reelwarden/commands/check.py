"""`reelwarden check`: looks at files and URLs, one after the other, and says what is wrong, where and when."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from reelwarden.errors import FetchError, MediaError, ModelError, UsageError

if TYPE_CHECKING:
    from reelwarden.media.sampling import Plan
    from reelwarden.moderate import Moderator, Wishes
    from reelwarden.result import Failure, Result
    from reelwarden.settings import Settings
    from reelwarden.text.moderation import TextOptions

EXIT_PASS, EXIT_FOUND, EXIT_ERROR = 0, 1, 2


@click.command
@click.argument("sources", metavar="FILE_OR_URL…", nargs=-1, required=True)
@click.option("--labels", help="Only these labels or families, as a comma list: nudity,weapon,qr.", metavar="LIST")
@click.option("--every", help="Look at one picture every so often: 1s, 500ms, 2m.", metavar="TIME")
@click.option("--frames", type=click.IntRange(min=1), help="Look at so many pictures, the first and the last included.")
@click.option("--key-frames", is_flag=True, help="Look at the pictures that the encoder stored whole: the cheapest.")
@click.option("--lang", help="The languages that words may be in: en,fr (default: all 17).", metavar="LIST")
@click.option("--countries", help="Whose telephone numbers count: us,fr (default: us,fr,gb).", metavar="LIST")
@click.option("--policy", "policy_file", type=click.Path(path_type=Path), help="A policy file (default: built in).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a file, one a line.")
@click.option("--html", type=click.Path(path_type=Path), help="Write a page that shows all there is to see.")
@click.option("--save", type=click.Path(path_type=Path), help="Store the signals for `reelwarden replay`.")
def command(
    sources: tuple[str, ...],
    labels: str | None,
    every: str | None,
    frames: int | None,
    key_frames: bool,
    lang: str | None,
    countries: str | None,
    policy_file: Path | None,
    as_json: bool,
    html: Path | None,
    save: Path | None,
) -> None:
    """Look at videos, images and audio files, and say what is wrong, where and when.

    Exit code 0: everything passes; 1: something is for review or rejected; 2: a file or the call was in error
    (the other files are looked at all the same).
    """
    from reelwarden.decide import policy
    from reelwarden.media.limits import Limits
    from reelwarden.models.store import ModelStore
    from reelwarden.moderate import Moderator, Wishes
    from reelwarden.settings import load
    from reelwarden.taxonomy import labels as all_labels

    settings = load()
    wishes = Wishes(
        policy=policy.load(policy_file or settings.policy),
        plan=plan_of(every, frames, key_frames),
        limits=Limits.of(settings),
        pictures=html is not None,
    )
    asked = comma_list(labels) or all_labels()
    if save and len(sources) > 1 and not save.is_dir():
        raise UsageError("with several files --save takes a directory", f"mkdir {save}")
    text = text_options(comma_list(lang), comma_list(countries)) if lang or countries else None
    moderator = Moderator(ModelStore(settings.models_dir, settings.own_models), asked, text)
    if not moderator.versions:
        raise UsageError("none of these labels can be told here", "run `reelwarden models install`")
    outcomes = []
    for source in sources:
        outcome = check(source, moderator, wishes, settings, _record_of(save, source))
        show(outcome, as_json)
        outcomes.append(outcome)
    if html:
        write_page(html, outcomes)
    sys.exit(exit_code(outcomes))


def comma_list(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def text_options(languages: tuple[str, ...], countries: tuple[str, ...]) -> TextOptions:
    from reelwarden.text.moderation import TextOptions

    usual = TextOptions()
    return TextOptions(languages or usual.languages, countries or usual.countries)


def plan_of(every: str | None, frames: int | None, key_frames: bool) -> Plan:
    """The sampling plan that the options state; they exclude each other."""
    from reelwarden.media.sampling import Count, Every, KeyFrames, parse_seconds
    from reelwarden.moderate import STEP

    if sum((every is not None, frames is not None, key_frames)) > 1:
        raise UsageError("--every, --frames and --key-frames exclude each other")
    if frames is not None:
        return Count(frames)
    if key_frames:
        return KeyFrames()
    return Every(parse_seconds(every) if every is not None else STEP)


def check(
    source: str, moderator: Moderator, wishes: Wishes, settings: Settings, record: Path | None = None
) -> Result | Failure:
    """Looks at one source with a progress bar; what goes wrong with it becomes a Failure."""
    from reelwarden.ingest.fetch import fetch
    from reelwarden.result import Failure
    from reelwarden.terminal import progress_bar

    try:
        with (
            progress_bar(Path(source).name or source) as bar,
            fetch(source, settings, progress=bar.downloaded) as found,
            _opened(record) as stream,
        ):
            return moderator.check(found.path, found.name, replace(wishes, record=stream, progress=bar.looked))
    except (FetchError, MediaError, ModelError) as error:
        return Failure(source, error)


def show(outcome: Result | Failure, as_json: bool) -> None:
    """Prints one outcome: as a line of JSON, or for people."""
    from rich.console import Console

    from reelwarden.report import as_json as documents
    from reelwarden.report.terminal import print_result

    if as_json:
        click.echo(documents.line(outcome))
    else:
        print_result(outcome, Console())


def write_page(path: Path, outcomes: list[Result | Failure]) -> None:
    from reelwarden.report import html

    try:
        path.write_text(html.page(outcomes), "utf-8")
    except OSError as error:
        raise UsageError(f"the page {path} cannot be written: {error.strerror}") from error
    click.echo(f"the report is in {path}", err=True)


def exit_code(outcomes: list[Result | Failure]) -> int:
    from reelwarden.domain import Outcome
    from reelwarden.result import Failure

    if any(isinstance(outcome, Failure) for outcome in outcomes):
        return EXIT_ERROR
    found = any(not isinstance(o, Failure) and o.verdict.outcome is not Outcome.PASS for o in outcomes)
    return EXIT_FOUND if found else EXIT_PASS


def _record_of(save: Path | None, source: str) -> Path | None:
    return save / f"{Path(source).name}.jsonl" if save and save.is_dir() else save


def _opened(record: Path | None) -> AbstractContextManager[TextIO | None]:
    return _created(record) if record else nullcontext()


@contextmanager
def _created(record: Path) -> Iterator[TextIO]:
    try:
        stream = record.open("w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"the signals cannot be saved to {record}: {error.strerror}") from error
    with stream:
        yield stream
