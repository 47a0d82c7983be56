"""Our text moderation beside its peers on the same texts, in one run, and one table at the end.

Sets are JSON lines of `lang`, `text`, `y` (1 is unwanted), perhaps `fn` (the kind of case), as in
../shared/data/text, or in the folder that --data names; and, for every language, our own held-out lines
(tests/text_lines: what is toxic in them, and the harmless lines). A text counts as flagged when anything of our toxic
categories is found in it. Peers go into a throw-away environment, or into the one that --home keeps (--peers none:
none); which could not be is said. `words` is our lexicons alone, `+model` with the second opinion (--no-semantic: not).

    python benchmarks/text_quality.py [--data DIR] [--sets obf_en,traps_en] [--peers better-profanity,obscenity|none]
                                      [--most N] [--no-semantic] [--vectors FILE] [--home DIR] [--source clean|ocr]

The model is slow (about 40 ms a text): --vectors keeps what it said of a text in a file, for the next run.
Wanted: obf_en F1 >= .97 and every family's recall >= .95; traps_en <= 1 % flagged; clean_17 <= 0.5 % in every language,
which text_reviewed.json helps to judge: it says which of its sentences are rightly found, by the number of their line.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from text_peers import LEARNT, SLOW, VERSIONS, Answers, Peers

from reelwarden import settings
from reelwarden.models.store import ModelStore
from reelwarden.text.match import CATEGORIES, LANGUAGES, Match
from reelwarden.text.moderation import TextOptions, moderate_text, semantic_unavailable
from reelwarden.text.semantic.e5 import Embedder, Vector
from reelwarden.text.semantic.head import head
from reelwarden.text.semantic.opinion import Opinion

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "shared" / "data" / "text"
LINES = HERE.parent / "tests" / "text_lines"
REVIEWED = HERE / "text_reviewed.json"

TOXIC = ("sexual", "insult", "discriminatory", "inappropriate", "violence", "self_harm", "extremism", "grooming")
Row = dict[str, Any]


class Remembering(Embedder):
    """The model, with a file of the vectors it has given before."""

    def __init__(self, store: ModelStore, file: Path | None) -> None:
        super().__init__(store)
        self._kept = sqlite3.connect(file or ":memory:")
        self._kept.execute("create table if not exists e (t text primary key, v blob)")

    def vector(self, text: str) -> Vector:
        import numpy as np

        row = self._kept.execute("select v from e where t = ?", (text,)).fetchone()
        if row:
            return np.frombuffer(row[0], np.float32)
        found = super().vector(text)
        with self._kept:
            self._kept.execute("insert into e values (?, ?)", (text, found.tobytes()))
        return found


@dataclass
class Ours:
    """What we say of a set: by words and patterns, and with the model (`also`) where there is one."""

    words: Answers
    model: list[bool] | None


def judged(rows: Sequence[Row], opinion: Opinion | None, source: str, categories: Sequence[str] = TOXIC) -> Ours:
    """Both answers in one go: the model is asked as moderate_text asks it, where words settled nothing."""
    asked = frozenset(categories)
    options = {
        language: TextOptions(languages=(language,), categories=asked, semantic=False, source=source)  # type: ignore[arg-type]
        for language in {row["lang"] for row in rows}
    }
    for one in options.values():
        moderate_text("warm up", one)
    began = time.process_time()
    found: list[Sequence[Match]] = [moderate_text(row["text"], options[row["lang"]]).matches for row in rows]
    words = Answers([bool(matches) for matches in found], time.process_time() - began)
    if opinion is None:
        return Ours(words, None)
    texts = zip(rows, found, strict=True)
    return Ours(words, [bool(known) or bool(opinion.find(row["text"], asked, known)) for row, known in texts])


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1, or the share flagged of a set in which nothing is unwanted."""

    value: float
    said: str
    clean: bool

    def __str__(self) -> str:
        return f"{self.value:.2%}" if self.clean else f"{self.value:.3f}"


def score(rows: Sequence[Row], flags: Sequence[bool]) -> Score:
    wanted = [bool(row["y"]) for row in rows]
    if not any(wanted):
        share = sum(flags) / len(flags)
        return Score(share, f"flagged {share:.2%}", clean=True)
    hits = sum(a and b for a, b in zip(flags, wanted, strict=True))
    precision, recall = hits / max(sum(flags), 1), hits / sum(wanted)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return Score(f1, f"P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}", clean=False)


def by_kind(rows: Sequence[Row], flags: Sequence[bool], key: str) -> str:
    """The share flagged of each kind of case."""
    kinds: dict[str, list[bool]] = defaultdict(list)
    for row, flag in zip(rows, flags, strict=True):
        kinds[row[key]].append(flag)
    return "  ".join(f"{kind} {sum(found) / len(found):.3f}" for kind, found in kinds.items())


@dataclass
class TableRow:
    """A set's line in the last table."""

    name: str
    texts: int
    words: Score
    model: Score | None
    peers: dict[str, Score] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Ahead of the best peer or behind it, words alone and with the model; trained-on sets are no comparison."""
        fair = {name: one for name, one in self.peers.items() if self.name not in LEARNT.get(name, ())}
        if self.words.clean or not fair:
            return "-"
        best = max(fair, key=lambda name: fair[name].value)
        sides = [("words", self.words), *([("+model", self.model)] if self.model else [])]
        said = [f"{side} {'ahead' if one.value > fair[best].value else 'BEHIND'}" for side, one in sides]
        return f"{', '.join(said)} of {best}"


def line(name: str, said: str, answers: Answers | None = None) -> None:
    speed = f"{len(answers.flags) / max(answers.seconds, 1e-9):>12,.0f}/s" if answers else ""
    print(f"  {name:22} {said:36}{speed}", flush=True)


def run_set(name: str, rows: Sequence[Row], peers: Peers | None, opinion: Opinion | None, source: str) -> TableRow:
    print(f"{name}: {len(rows)} texts, {sum(row['y'] for row in rows)} unwanted")
    ours = judged(rows, opinion, source)
    words = score(rows, ours.words.flags)
    model = score(rows, ours.model) if ours.model is not None else None
    line("words", words.said, ours.words)
    if name.startswith("obf"):
        print(f"    {by_kind(rows, ours.words.flags, 'fn')}")
    if model:
        line("+model", model.said)
    row = TableRow(name, len(rows), words, model)
    for peer in peers.ready if peers else ():
        part = spread(rows, SLOW.get(peer, len(rows)))
        found = asked(peers, peer, part) if peers else None
        if found:
            row.peers[peer] = score(part, found.flags)
            line(peer, row.peers[peer].said, found)
        else:
            line(peer, "cannot do the language")
    return row


def spread(rows: Sequence[Row], most: int) -> Sequence[Row]:
    """So many of the rows at most, from all over the set."""
    return rows if len(rows) <= most else [rows[at * len(rows) // most] for at in range(most)]


def asked(peers: Peers, name: str, rows: Sequence[Row]) -> Answers | None:
    """A peer's answers; of sets in many languages by language, where it can do all of them."""
    languages = list(dict.fromkeys(row["lang"] for row in rows))
    flags: list[bool] = [False] * len(rows)
    seconds = 0.0
    for language in languages:
        places = [at for at, row in enumerate(rows) if row["lang"] == language]
        found = peers.ask(name, language, [rows[at]["text"] for at in places])
        if found is None:
            return None
        seconds += found.seconds
        for at, flag in zip(places, found.flags, strict=True):
            flags[at] = flag
    return Answers(flags, seconds)


def everything(name: str, rows: Sequence[Row], opinion: Opinion | None, source: str) -> None:
    """A clean set by language, all of our categories: sentences found, and those of them that are no false alarms."""
    reviewed = {int(number) for number in json.loads(REVIEWED.read_text("utf-8")).get(name, {})}
    ours = judged(rows, opinion, source, CATEGORIES)
    for side, flags in (("words", ours.words.flags), ("+model", ours.model)):
        if flags is None:
            continue
        print(f"  {name}, every category, {side}: flagged of each language's sentences (rightly, after review)")
        cells, reached = [], 0
        for language in LANGUAGES:
            found = [row["line"] for row, flag in zip(rows, flags, strict=True) if flag and row["lang"] == language]
            count = sum(row["lang"] == language for row in rows)
            wrong = [number for number in found if number not in reviewed]
            cells.append(f"{language} {len(found)}/{count} ({len(found) - len(wrong)})")
            reached += len(wrong) <= 0.005 * count
            if wrong:
                print(f"    {language}: false alarms in lines {', '.join(map(str, wrong))}")
        print(f"    {'  '.join(cells)}\n    at most 0.5 % false: {reached} of {len(LANGUAGES)} languages")


def table(rows: Sequence[TableRow], peers: Sequence[str]) -> None:
    """F1, or the share flagged of sets in which nothing is unwanted; `-`: cannot do the language."""
    short = {name: name[:10] for name in peers}
    print(f"\n{'set':14}{'texts':>6} {'words':>7} {'+model':>7} " + " ".join(f"{short[name]:>10}" for name in peers))
    for row in rows:
        cells = []
        for name in peers:
            star = "*" if row.name in LEARNT.get(name, ()) else "~" if row.texts > SLOW.get(name, row.texts) else ""
            cells.append(f"{row.peers[name]}{star}" if name in row.peers else "-")
        print(
            f"{row.name:14}{row.texts:>6} {row.words!s:>7} {'-' if row.model is None else str(row.model):>7} "
            + " ".join(f"{cell:>10}" for cell in cells)
            + f"  {row.verdict}"
        )
    behind = [row.name for row in rows if "BEHIND" in row.verdict]
    print(f"* was trained on this set; ~ on a part of it; behind the best other peer: {', '.join(behind) or 'nowhere'}")


def sets(args: argparse.Namespace) -> dict[str, list[Row]]:
    """The sets by name, each at most so long."""
    found = {
        path.stem: [{**json.loads(text), "line": at} for at, text in enumerate(path.read_text("utf-8").splitlines(), 1)]
        for path in sorted(args.data.glob("*.jsonl"), key=lambda path: (path.stem.startswith("clean"), path.stem))
    }
    for language in LANGUAGES:
        rows = [json.loads(text) for text in (LINES / f"{language}.jsonl").read_text("utf-8").splitlines()]
        found[f"own_{language}"] = [
            {"lang": language, "text": row["text"], "y": int(row["category"] is not None)}
            for row in rows
            if row["category"] is None or row["category"] in TOXIC
        ]
    names = [name for name in args.sets.split(",") if name]
    return {name: list(spread(rows, args.most)) for name, rows in found.items() if not names or name in names}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--sets", default="")
    parser.add_argument("--peers", default=",".join(VERSIONS))
    parser.add_argument("--most", type=int, default=100_000)
    parser.add_argument("--no-semantic", action="store_true")
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--source", default="clean", choices=("clean", "ocr", "asr"))
    return parser.parse_args()


def main() -> None:
    args = arguments()
    chosen = sets(args)
    if not chosen:
        sys.exit(f"no sets in {args.data}")
    opinion = None
    if why := "switched off" if args.no_semantic else semantic_unavailable():
        print(f"no second opinion: {why}")
    else:
        opinion = Opinion(Remembering(ModelStore(settings.load().models_dir), args.vectors), head())
    wanted = [name for name in args.peers.split(",") if name != "none"]
    with tempfile.TemporaryDirectory() as throw_away:
        peers = Peers(wanted, args.home or Path(throw_away)) if wanted else None
        if peers and peers.missing:
            print(f"could not be installed: {', '.join(peers.missing)}")
        rows = []
        for name, texts in chosen.items():
            rows.append(run_set(name, texts, peers, opinion, args.source))
            if name.startswith("clean"):
                everything(name, texts, opinion, args.source)
        table(rows, peers.ready if peers else ())


if __name__ == "__main__":
    main()
