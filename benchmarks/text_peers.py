"""The peers of text_quality.py: a throw-away environment for them, and the program that runs in it, one peer a process.

    python text_peers.py PEER LANGUAGE < texts.jsonl

reads texts as JSON lines and answers 1 or 0 a line; the last line is the CPU time. Imports nothing of ours, and nothing
but the standard library until it is known which peer is asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
Judge = Callable[[Sequence[str]], Sequence[bool]]

VERSIONS = {
    "better-profanity": "==0.7.0",
    "alt-profanity-check": "==1.9.1",
    "glin-profanity": "==4.1.0",
    "badwords-py": "==3.0.0",
    "terlik": "==0.1.0",
    "safetext": "==0.3.3",
    "obscenity": "@0.4.6",
}
"""Fixed, so that the figures can be had again."""

NODE = ("obscenity",)
ENGLISH_ONLY = ("obscenity",)
SLOW = {"better-profanity": 400}
"""Peers at some dozens of texts a second: so many, evenly spread, of each set only."""
LEARNT = {"alt-profanity-check": ("davidson_5k",)}
"""Sets that a peer was itself trained on: no fair comparison."""

GLIN = {
    "zh": "chinese",
    "da": "danish",
    "nl": "dutch",
    "fi": "finnish",
    "fr": "french",
    "de": "german",
    "it": "italian",
    "ko": "korean",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ru": "russian",
    "es": "spanish",
    "sv": "swedish",
    "tr": "turkish",
    "en": "english",
}


def each(judge: Callable[[str], object]) -> Judge:
    """One text after the other; a text that a peer fails on counts as not flagged."""

    def flag(text: str) -> bool:
        try:
            return bool(judge(text))
        except Exception:
            return False

    return lambda texts: [flag(text) for text in texts]


def better_profanity(language: str) -> Judge:
    from better_profanity import profanity

    profanity.load_censor_words()
    return each(profanity.contains_profanity)


def alt_profanity_check(language: str) -> Judge:
    from profanity_check import predict

    return lambda texts: [bool(one) for one in predict(list(texts))]


def glin_profanity(language: str) -> Judge:
    from glin_profanity import Filter

    filter_ = Filter({"languages": [GLIN[language]], "detect_leetspeak": True})
    return each(filter_.is_profane)


def badwords_py(language: str) -> Judge:
    from badwords import ProfanityFilter

    filter_ = ProfanityFilter()
    filter_.init([language])
    return each(filter_.filter_text)


def terlik(language: str) -> Judge:
    from terlik import Terlik
    from terlik.types import TerlikOptions

    return each(Terlik(TerlikOptions(language=language)).contains_profanity)


def safetext(language: str) -> Judge:
    from safetext import SafeText

    return each(SafeText(language=language).check_profanity)


PEERS = {
    "better-profanity": better_profanity,
    "alt-profanity-check": alt_profanity_check,
    "glin-profanity": glin_profanity,
    "badwords-py": badwords_py,
    "terlik": terlik,
    "safetext": safetext,
}


@dataclass(frozen=True)
class Answers:
    """A flag for each text, and the CPU seconds they took."""

    flags: list[bool]
    seconds: float


class Peers:
    """An environment with those of the wanted peers that could be installed."""

    def __init__(self, wanted: Sequence[str], home: Path) -> None:
        self.home = home
        self.ready: list[str] = []
        self.missing: list[str] = []
        python = home / "venv/bin/python"
        if not python.exists() and any(name not in NODE for name in wanted):
            venv.create(home / "venv", with_pip=True)
        for name in wanted:
            what = name + VERSIONS[name]
            if name in NODE:
                self._note(name, ["npm", "install", "--silent", "--no-fund", "--prefix", str(home / "node"), what])
            else:
                self._note(name, [str(python), "-m", "pip", "install", "--quiet", what])

    def _note(self, name: str, install: list[str]) -> None:
        try:
            done = subprocess.run(install, capture_output=True, timeout=600, check=False).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            done = False
        (self.ready if done else self.missing).append(name)

    def ask(self, name: str, language: str, texts: Sequence[str]) -> Answers | None:
        """The peer's flags, or None where it cannot do the language."""
        if name in ENGLISH_ONLY and language != "en":
            return None
        if name in NODE:
            command = ["node", str(HERE / "text_peer.mjs"), str(self.home / "node/node_modules")]
        else:
            command = [str(self.home / "venv/bin/python"), str(Path(__file__).resolve()), name, language]
        lines = "\n".join(map(json.dumps, texts))
        done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=3600, check=False)
        if done.returncode:
            return None
        *flags, seconds = done.stdout.split()
        return Answers([flag == "1" for flag in flags], float(seconds))


def main() -> None:
    judge = PEERS[sys.argv[1]](sys.argv[2])
    texts = [json.loads(line) for line in sys.stdin]
    judge(["warm up"])
    began = time.process_time()
    for flag in judge(texts):
        print(int(flag))
    print(time.process_time() - began)


if __name__ == "__main__":
    main()
