"""The peers of text_quality.py, each in a process of its own: reads texts as JSON lines, answers 1 or 0 a line.

    python text_peers.py PEER LANGUAGE < texts.jsonl

Runs in the throw-away environment that text_quality.py makes; imports nothing of ours. The last line is the CPU time.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

Judge = Callable[[str], bool]


def better_profanity(language: str) -> Judge:
    from better_profanity import profanity

    profanity.load_censor_words()
    return lambda text: bool(profanity.contains_profanity(text))


def alt_profanity_check(language: str) -> Judge:
    from profanity_check import predict

    return lambda text: bool(predict([text])[0])


def glin_profanity(language: str) -> Judge:
    from glin_profanity import Filter

    names = {"en": "english", "es": "spanish", "nl": "dutch", "zh": "chinese", "ko": "korean", "de": "german"}
    filter_ = Filter({"languages": [names.get(language, "english")], "detect_leetspeak": True})
    return lambda text: bool(filter_.is_profane(text))


def badwords_py(language: str) -> Judge:
    from badwords import ProfanityFilter

    filter_ = ProfanityFilter()
    filter_.init([language])
    return lambda text: bool(filter_.filter_text(text))


def terlik(language: str) -> Judge:
    from terlik import Terlik
    from terlik.types import TerlikOptions

    filter_ = Terlik(TerlikOptions(language=language))
    return lambda text: bool(filter_.contains_profanity(text))


def safetext(language: str) -> Judge:
    from safetext import SafeText

    filter_ = SafeText(language=language)
    return lambda text: bool(filter_.check_profanity(text))


PEERS = {
    "better-profanity": better_profanity,
    "alt-profanity-check": alt_profanity_check,
    "glin-profanity": glin_profanity,
    "badwords-py": badwords_py,
    "terlik": terlik,
    "safetext": safetext,
}


def main() -> None:
    judge = PEERS[sys.argv[1]](sys.argv[2])
    texts = [json.loads(line) for line in sys.stdin]
    judge("warm up")
    began = time.process_time()
    for text in texts:
        try:
            print(int(judge(text)))
        except Exception:
            print(0)
    print(time.process_time() - began)


if __name__ == "__main__":
    main()
