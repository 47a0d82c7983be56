"""For authors of lexicons: `check` says what is wrong and what is there, `try` what is found in a text, `telling`
reckons what the short way of dictionary words hangs on."""

from __future__ import annotations

import sys
from collections import Counter
from importlib import resources
from pathlib import Path

import click

from reelwarden.text.dull import WRITTEN_APART, mark, packed
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


@main.command("try")
@click.argument("language", type=click.Choice(LANGUAGES))
@click.argument("texts", nargs=-1)
def try_(language: str, texts: tuple[str, ...]) -> None:
    """Say what is found in each text, and which line of which file found it. Reads lines when no text is given."""
    from reelwarden.text.engine import engine

    for text in texts or (line.rstrip("\n") for line in sys.stdin):
        click.echo(text)
        for entry, start, end in engine(language).explain(text):
            severity = entry.severity.word if entry.severity else "-"
            click.echo(f"    {entry.category} {severity} {start}-{end} {text[start:end]!r}  <- {entry.place}")


@main.command()
@click.argument("language", type=click.Choice(LANGUAGES))
@click.option("--most", default=12, help="So many words for each stem.")
def stems(language: str, most: int) -> None:
    """List the most usual dictionary words that each stem or listed ending catches, with their Zipf frequency."""
    from reelwarden.text.vocabulary import caught

    for place, stem, words in caught(language, most):
        click.echo(f"{place}\t{stem}\t{' '.join(f'{word}:{zipf:.1f}' for word, zipf in words)}")


@main.command()
@click.argument("languages", nargs=-1, type=click.Choice(WRITTEN_APART))
def telling(languages: tuple[str, ...]) -> None:
    """Reckon anew which dictionary words bring something to a text. Takes one to four minutes a language."""
    from reelwarden.text.telling import telling

    home = Path(__file__).with_name("dull")
    for language in languages or WRITTEN_APART:
        found = telling(language)
        home.mkdir(exist_ok=True)
        home.joinpath(f"{language}.bin").write_bytes(packed(found, mark(language)))
        click.echo(f"{language}: {len(found)} telling words")


def _summary(lexicon: Lexicon) -> str:
    terms = Counter(term.category for term in lexicon.terms)
    patterns = Counter(pattern.category for pattern in lexicon.patterns)
    counts = (f"{name} {terms[name]}+{patterns[name]}" for name in sorted(terms | patterns))
    return f"terms+patterns: {', '.join(counts) or 'none'}; classes {len(lexicon.classes)}"


if __name__ == "__main__":
    main()
