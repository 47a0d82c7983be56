"""Our text moderation beside its peers on the same texts, in one run.

Sets are JSON lines of `lang`, `text`, `y` (1 is unwanted), perhaps `fn` (the kind of case), as in
../shared/data/text, or in the folder that --data names. Peers go into a throw-away environment (--peers none: none);
which could not be is said. Each text counts as flagged when anything of our toxic categories is found in it.

    python benchmarks/text_quality.py [--data DIR] [--sets obf_en,traps_en] [--peers better-profanity,obscenity|none]
                                      [--most 5000] [--semantic] [--source clean|ocr]

Wanted: obf_en F1 >= .97 and every family's recall >= .95; traps_en <= 1 % flagged; clean_17 <= 0.5 % in every language.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import venv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "shared" / "data" / "text"
PYTHON_PEERS = ("better-profanity", "alt-profanity-check", "glin-profanity", "badwords-py", "terlik", "safetext")
NODE_PEERS = ("obscenity",)
SLOW = {"better-profanity": 400, "alt-profanity-check": 1500}
"""Peers that would take hours: so many texts of each set only."""

TOXIC = ("sexual", "insult", "discriminatory", "inappropriate", "violence", "self_harm", "extremism", "grooming")
Row = dict[str, Any]


@dataclass(frozen=True)
class Answers:
    """Flags for the first texts of a set, and the CPU seconds they took."""

    flags: list[bool]
    seconds: float

    @property
    def speed(self) -> str:
        return f"{len(self.flags) / max(self.seconds, 1e-9):,.0f}/s"


class Peers:
    """A throw-away environment with the peers that could be installed."""

    def __init__(self, wanted: Sequence[str], home: Path) -> None:
        self.home = home
        self.ready: list[str] = []
        self.missing: list[str] = []
        python = [name for name in PYTHON_PEERS if name in wanted]
        if python:
            venv.create(home / "venv", with_pip=True)
        for name in python:
            self._note(name, [str(home / "venv/bin/pip"), "install", "--quiet", name])
        for name in (name for name in NODE_PEERS if name in wanted):
            self._note(name, ["npm", "install", "--silent", "--no-fund", "--prefix", str(home / "node"), name])

    def _note(self, name: str, install: list[str]) -> None:
        try:
            done = subprocess.run(install, capture_output=True, timeout=600, check=False).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            done = False
        (self.ready if done else self.missing).append(name)

    def ask(self, name: str, language: str, texts: Sequence[str]) -> Answers | None:
        """The peer's flags, or None where it cannot do the language."""
        if name in NODE_PEERS:
            command = ["node", str(HERE / "text_peer.mjs"), str(self.home / "node/node_modules")]
            if language != "en":
                return None
        else:
            command = [str(self.home / "venv/bin/python"), str(HERE / "text_peers.py"), name, language]
        lines = "\n".join(map(json.dumps, texts))
        done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=3600, check=False)
        if done.returncode:
            return None
        *flags, seconds = done.stdout.split()
        return Answers([flag == "1" for flag in flags], float(seconds))


def ours(rows: Sequence[Row], semantic: bool, source: str, categories: Sequence[str] = TOXIC) -> Answers:
    from reelwarden.text.moderation import TextOptions, moderate_text

    options = {
        language: TextOptions(languages=(language,), categories=frozenset(categories), semantic=semantic, source=source)
        for language in {row["lang"] for row in rows}
    }
    for one in options.values():
        moderate_text("warm up", one)
    began = time.process_time()
    flags = [bool(moderate_text(row["text"], options[row["lang"]]).matches) for row in rows]
    return Answers(flags, time.process_time() - began)


def score(rows: Sequence[Row], flags: Sequence[bool]) -> str:
    """Precision / recall / F1, or the share flagged where nothing is unwanted."""
    wanted = [bool(row["y"]) for row in rows[: len(flags)]]
    hits = sum(a and b for a, b in zip(flags, wanted, strict=True))
    if not any(wanted):
        return f"flagged {sum(flags) / len(flags):.2%}"
    precision, recall = hits / max(sum(flags), 1), hits / sum(wanted)
    return f"P {precision:.3f}  R {recall:.3f}  F1 {2 * precision * recall / max(precision + recall, 1e-9):.3f}"


def by_kind(rows: Sequence[Row], flags: Sequence[bool], key: str) -> str:
    """The share flagged of each kind of case."""
    kinds: dict[str, list[bool]] = defaultdict(list)
    for row, flag in zip(rows, flags, strict=False):
        kinds[row[key]].append(flag)
    return "  ".join(f"{kind} {sum(found) / len(found):.3f}" for kind, found in kinds.items())


def line(name: str, said: str, answers: Answers) -> None:
    print(f"  {name:22} {said:32} {answers.speed:>12}", flush=True)


def run_set(path: Path, peers: Peers | None, args: argparse.Namespace) -> None:
    rows = [json.loads(text) for text in path.read_text("utf-8").splitlines()][: args.most]
    languages = sorted({row["lang"] for row in rows})
    print(f"{path.stem}: {len(rows)} texts, {sum(row['y'] for row in rows)} unwanted")
    answers = ours(rows, args.semantic, args.source)
    line("reelwarden", score(rows, answers.flags), answers)
    if path.stem.startswith("obf"):
        print(f"    {by_kind(rows, answers.flags, 'fn')}")
    if len(languages) > 1:
        print(f"    {by_kind(rows, answers.flags, 'lang')}")
        from reelwarden.text.match import CATEGORIES

        every = ours(rows, args.semantic, args.source, CATEGORIES)
        line("reelwarden, all kinds", score(rows, every.flags), every)
        print(f"    {by_kind(rows, every.flags, 'lang')}")
    for name in peers.ready if peers and len(languages) == 1 else ():
        part = rows[: SLOW.get(name, len(rows))] if path.stem != "obf_en" else rows[:: 3 if name in SLOW else 1]
        found = peers.ask(name, languages[0], [row["text"] for row in part])
        if found:
            line(name, score(part, found.flags), found)
        else:
            print(f"  {name:22} cannot do {languages[0]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--sets", default="")
    parser.add_argument("--peers", default=",".join((*PYTHON_PEERS, *NODE_PEERS)))
    parser.add_argument("--most", type=int, default=10_000)
    parser.add_argument("--semantic", action="store_true")
    parser.add_argument("--source", default="clean", choices=("clean", "ocr", "asr"))
    args = parser.parse_args()
    names = [name for name in args.sets.split(",") if name]
    paths = [path for path in sorted(args.data.glob("*.jsonl")) if not names or path.stem in names]
    if not paths:
        sys.exit(f"no sets in {args.data}")
    wanted = [name for name in args.peers.split(",") if name != "none"]
    with tempfile.TemporaryDirectory() as home:
        peers = Peers(wanted, Path(home)) if wanted else None
        if peers and peers.missing:
            print(f"could not be installed: {', '.join(peers.missing)}")
        for path in paths:
            run_set(path, peers, args)


if __name__ == "__main__":
    main()
