"""The form of lexicon files: what is accepted, what is refused, and that no refusal quotes an entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from reelwarden.text.lexicon.files import read
from reelwarden.text.lexicon.grammar import Choice, Edge, Gap, GrammarError, Slot, Word, parse_pattern
from reelwarden.text.match import LANGUAGES, Severity

WARNING = "# Content warning: test\n"


def faults_of(home: Path, name: str, text: str) -> list[str]:
    (home / name).write_text(text, "utf-8")
    faults: list[str] = []
    read("xx", home, faults)
    return faults


def test_a_term_with_everything(tmp_path: Path) -> None:
    (tmp_path / "classes.txt").write_text("@garden = rake | spade\n  | lawn mower\n", "utf-8")
    (tmp_path / "insult.tsv").write_text(WARNING + "some word*\thigh\twhole,unless:@garden\ta note\n", "utf-8")
    faults: list[str] = []
    lexicon = read("xx", tmp_path, faults)
    (term,) = lexicon.terms
    assert faults == []
    assert (term.text, term.after, term.before, term.severity) == ("some word", True, False, Severity.HIGH)
    assert (term.flags, term.unless, term.place) == ({"whole"}, "@garden", "xx/insult.tsv:2")
    assert lexicon.classes["@garden"][-1] == (Word("lawn"), Word("mower"))


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("insult.tsv", "secretword\thigh\n", "the content warning is missing"),
        ("nonsense.tsv", WARNING, "no category"),
        ("insult.tsv", WARNING + "secretword\n", "severity is missing"),
        ("insult.tsv", WARNING + "secretword\tgrave\n", "low, medium or high"),
        ("insult.tsv", WARNING + "secretword\thigh\tloud\n", "unknown flag"),
        ("insult.tsv", WARNING + "secretword\thigh\tnear:@nowhere\n", "not defined"),
        ("insult.tsv", WARNING + "sec*ret word\thigh\n", "stars"),
        ("drug.tsv", WARNING + "secretword\thigh\n", "not graded"),
        ("violence.patterns", WARNING + "secretword ... ( b\thigh\n", "brackets"),
        ("violence.patterns", WARNING + "secretword {nothing}\thigh\n", "slot"),
        ("violence.patterns", WARNING + "secretword ...99\thigh\n", "gap"),
        ("violence.patterns", WARNING + "... _\thigh\n", "needs an element"),
        ("classes.txt", "@twice = secretword\n@twice = b\n", "written once"),
        ("allow.tsv", "secretword\n", "categories"),
        ("language.toml", "suffixes = [", "language.toml"),
    ],
)
def test_a_fault_names_its_place_and_not_the_entry(tmp_path: Path, name: str, text: str, what: str) -> None:
    faults = faults_of(tmp_path, name, text)
    assert faults, name
    assert what in faults[0]
    assert faults[0].startswith(f"xx/{name}:")
    assert not any("secretword" in fault for fault in faults)


def test_the_elements_of_a_pattern() -> None:
    classes = {"@me": ((Word("me"),), (Word("to"), Word("us")))}
    found = parse_pattern("^ send|give @me [please] ...4 _ pic* {age<18} ?", classes)
    assert found == (
        Edge(start=True),
        Choice(((Word("send"),), (Word("give"),))),
        Choice(classes["@me"]),
        Choice(((Word("please"),),), optional=True),
        Gap(0, 4),
        Gap(1, 1),
        Choice(((Word("pic", after=True),),)),
        Choice(((Slot("age<18"),),)),
        Edge(start=False, question=True),
    )


def test_a_class_that_is_not_there_is_refused() -> None:
    with pytest.raises(GrammarError):
        parse_pattern("send @nobody", {})


@pytest.mark.parametrize("language", [*LANGUAGES, "any"])
def test_our_own_files_are_well_formed(language: str) -> None:
    from importlib import resources

    faults: list[str] = []
    read(language, resources.files("reelwarden.text.lexicon").joinpath(language), faults)
    assert faults == []
