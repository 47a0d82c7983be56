"""`reelwarden models`: list, install and verify the weight files, and say under which licences they are."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from reelwarden.models.catalogue import CatalogueModel
    from reelwarden.models.own import OwnModel
    from reelwarden.models.progress import Reporter

INSTALLED, NOT_INSTALLED = "installed", "not installed"
WIDE = 200
"""Columns of a table that no terminal shows."""


@click.group
def command() -> None:
    """List, install and verify the weight files.

    They come from public PyPI and npm packages, brought by your own pip and npm; nothing is downloaded unless you say
    `install`. docs/howto/air-gapped.md shows how to install without a network.
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_models(as_json: bool) -> None:
    """List the models: what each tells, its size and licence, and whether it is installed."""
    from reelwarden.models.catalogue import catalogue
    from reelwarden.models.own import own_models
    from reelwarden.settings import load

    settings = load()
    rows = [_row(model, _state(model, settings.models_dir)) for model in catalogue().values()]
    for own in own_models(settings.models_dir, settings.own_models).values():
        state = INSTALLED if own.installed else "file missing"
        tells = ", ".join(sorted(own.told))
        size = own.path.stat().st_size if own.path.is_file() else 0
        rows.append({"id": own.id, "tells": tells, "bytes": size, "licence": "your own", "state": state})
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    _table(("id", "tells", "MB", "licence", "state"), [_cells(row) for row in rows])
    installed = sum(row["state"] == INSTALLED for row in rows)
    click.echo(f"\n{installed} of {len(rows)} are installed in {settings.models_dir}")


@command.command()
@click.argument("ids", nargs=-1)
@click.option(
    "--from",
    "archives",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Take wheels and npm tarballs from this directory; no network is used.",
)
@click.option("--accept-licence", "accepted", multiple=True, metavar="ID", help="Accept the licence of this model.")
@click.option("--keep", is_flag=True, help="Keep the downloaded archives.")
def install(ids: tuple[str, ...], archives: Path | None, accepted: tuple[str, ...], keep: bool) -> None:
    """Install the models IDS, or all that need no acceptance of their licence.

    What is there already, undamaged, is left alone; an interrupted installation can simply be run again.
    """
    from rich.console import Console

    from reelwarden.models.catalogue import pick
    from reelwarden.models.install import Request
    from reelwarden.models.install import install as run
    from reelwarden.settings import load

    pick(accepted)
    models = pick(ids)
    directory = load().models_dir
    with ExitStack() as stack:
        report = _reporter(Console(stderr=True), stack)
        count = run(models, directory, Request(archives, accepted, keep), report)
    click.echo(f"{count} installed, {len(models) - count} were there already, in {directory}")


@command.command()
@click.argument("ids", nargs=-1)
@click.pass_context
def verify(context: click.Context, ids: tuple[str, ...]) -> None:
    """Check the installed models IDS, or all, and your own against their hashes. Exit code 1 where one is damaged."""
    from reelwarden.models.catalogue import catalogue, pick
    from reelwarden.models.own import own_models
    from reelwarden.settings import load

    settings = load()
    own = own_models(settings.models_dir, settings.own_models)
    models = pick([name for name in ids if name not in own]) if ids else tuple(catalogue().values())
    models = () if ids and all(name in own for name in ids) else models
    states = {model.id: _state(model, settings.models_dir) for model in models}
    states |= {name: _own_state(model) for name, model in own.items() if not ids or name in ids}
    for name, state in states.items():
        click.echo(f"{name:<20} {state}")
    # What was never installed is no damage, unless it was asked for by name.
    bad = [state for state in states.values() if state != INSTALLED and (ids or state != NOT_INSTALLED)]
    context.exit(1 if bad else 0)


@command.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def licences(as_json: bool) -> None:
    """Show the licence of each model's code and weights, its package and who made it."""
    from reelwarden.models.catalogue import catalogue

    models = catalogue().values()
    if as_json:
        click.echo(json.dumps([_licence(model) for model in models], indent=1))
        return
    for model in models:
        accept = ", must be accepted" if model.accept else ""
        click.echo(f"{model.id}: weights {model.weights_licence}, code {model.code_licence}{accept}")
        click.echo(f"    {model.provenance}")
        click.echo(f"    from {' or '.join(_packages(model))}")


def _licence(model: CatalogueModel) -> dict[str, object]:
    return {
        "id": model.id,
        "weights_licence": model.weights_licence,
        "code_licence": model.code_licence,
        "must_be_accepted": model.accept,
        "packages": _packages(model),
        "provenance": model.provenance,
    }


def _packages(model: CatalogueModel) -> list[str]:
    """One text for each source; its packages joined by `and`."""
    return [" and ".join(map(str, source.packages)) for source in model.sources]


def _state(model: CatalogueModel, directory: Path) -> str:
    from reelwarden.models import manifest

    folder = directory / model.id
    found = manifest.read(folder)
    if found is None:
        return NOT_INSTALLED if not folder.exists() else "damaged: it has no manifest"
    wrong = manifest.damage(found, model, folder)
    if wrong:
        return f"damaged: {'; '.join(wrong)}"
    return INSTALLED if manifest.current(found, model) else "outdated: install it again"


def _own_state(model: OwnModel) -> str:
    from reelwarden.errors import ModelDamaged

    if not model.installed:
        return f"damaged: {model.path} is missing"
    try:
        model.verify()
    except ModelDamaged as error:
        return f"damaged: {error}"
    return INSTALLED


def _row(model: CatalogueModel, state: str) -> dict[str, object]:
    licence = model.weights_licence + (" (must be accepted)" if model.accept else "")
    return {"id": model.id, "tells": model.tells, "bytes": model.bytes, "licence": licence, "state": state}


def _cells(row: dict[str, object]) -> tuple[str, ...]:
    size = row["bytes"]
    shown = f"{size / 1e6:.1f}" if isinstance(size, int) else ""
    return (str(row["id"]), str(row["tells"]), shown, str(row["licence"]), str(row["state"]))


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for head in heads:
        table.add_column(head, no_wrap=head in ("id", "MB"), justify="right" if head == "MB" else "left")
    for row in rows:
        table.add_row(*row)
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = WIDE
    console.print(table)


def _reporter(console: Console, stack: ExitStack) -> Reporter:
    """A bar for people, lines for logs."""
    from reelwarden.models.progress import Bar, Lines

    return stack.enter_context(Bar(console)) if console.is_terminal else Lines(console)
