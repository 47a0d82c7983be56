"""`reelwarden doctor`: what is wrong with this set-up, and what to do."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from reelwarden.settings import load

MARKS = {"good": "✓", "poor": "!", "bad": "✗"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def command(as_json: bool) -> None:
    """Say what is wrong with this set-up, and what to do. Exit code 1 where something does not work."""
    from reelwarden.doctor import BAD, examine

    findings = []
    for finding in examine(load()):
        findings.append(finding)
        if not as_json:
            click.echo(f"{MARKS[finding.grade]} {finding.what:10} {finding.said}")
            if finding.cure:
                click.echo(f"  {'':10} → {finding.cure}")
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings]))
    sys.exit(1 if any(finding.grade == BAD for finding in findings) else 0)
