"""`reelwarden labels`: the tree of labels, and which of them can be told here."""

from __future__ import annotations

import json

import click


@click.command
@click.argument("families", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON object: label → description, available, reason.")
def command(families: tuple[str, ...], as_json: bool) -> None:
    """List the labels, and which of them can be told here.

    FAMILIES narrows the list: `reelwarden labels weapon text`.
    """
    from reelwarden.models.store import ModelStore
    from reelwarden.moderate import unavailable
    from reelwarden.settings import load
    from reelwarden.taxonomy import descriptions, expand, labels

    wanted = expand(families) if families else frozenset(labels())
    settings = load()
    store = ModelStore(settings.models_dir, settings.own_models)
    reasons = {u.label: u.reason for u in unavailable(wanted, store)}
    rows = [(label, text, reasons.get(label)) for label, text in descriptions().items() if label in wanted]
    if as_json:
        document = {
            label: {"description": text, "available": reason is None, "reason": reason} for label, text, reason in rows
        }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    for label, text, reason in rows:
        mark = click.style("·", fg="yellow") if reason else click.style("✓", fg="green")
        click.echo(f"{mark} {label:<30} {text}" + (f"  ({reason})" if reason else ""))
    click.echo(f"\n{len(rows) - len(reasons)} of {len(rows)} labels can be told here.")
