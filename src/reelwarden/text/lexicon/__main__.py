"""For authors of lexicons: `check` says what is wrong and what is there, `try` what is found in a text."""

from __future__ import annotations

from collections import Counter
from importlib import resources

import click

from reelwarden.text.lexicon.files import ANY, Lexicon, read
from reelwarden.text.match import LANGUAGES


@click.group()
def main() -> None:
    """Check and try lexicon files."""


@main.command()
@click.argument("languages", nargs=-1, type=click.Choice([*LANGUAGES, ANY]))
def check(languages: tuple[str, ...]) -> None:
    """Say every fault by file and line, and how many entries each category has."""
    faulty = False
    for language in languages or (ANY, *LANGUAGES):
        faults: list[str] = []
        lexicon = read(language, resources.files(__package__).joinpath(language), faults)
        for fault in faults:
            click.echo(fault)
        click.echo(f"{language}: {_summary(lexicon)}")
        faulty = faulty or bool(faults)
    raise SystemExit(1 if faulty else 0)


def _summary(lexicon: Lexicon) -> str:
    terms = Counter(term.category for term in lexicon.terms)
    patterns = Counter(pattern.category for pattern in lexicon.patterns)
    counts = (f"{name} {terms[name]}+{patterns[name]}" for name in sorted(terms | patterns))
    return f"terms+patterns: {', '.join(counts) or 'none'}; classes {len(lexicon.classes)}"


if __name__ == "__main__":
    main()
