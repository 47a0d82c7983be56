"""Messages a second of text moderation on one core, without the semantic stage, a text list of 10,000 entries included.

CPU time, for the English texts of some sets in ../shared/data/text or --data, then for a set in all 17 languages, told
and found out. Each row is measured in a process of its own, whose engines are compiled and have read nothing yet:

- first: every text once, in a random order;
- unseen: the second half of that, when the first half has been read;
- later: the best of the passes after that, when every word is known.

Before that the time to compile the list, after it two more things: a *stream* of messages of random words, as frequent
as in the language and as many as in its sentences, so that rare words keep coming as they do on a server (five
stretches of it, one after another); and the growth with the length of a text.

    python benchmarks/text_speed.py [--data DIR] [--sets davidson_5k,clean_17] [--entries 10000] [--categories sexual,…]
                                    [--stream en,fi]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

from reelwarden.text import dictionary
from reelwarden.text.lists import ListEntry, TextList
from reelwarden.text.match import CATEGORIES, ENTITIES, LANGUAGES
from reelwarden.text.moderation import TextOptions, moderate_text

PASSES = 4
STRETCHES, STRETCH = 5, 20_000
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "text"


def pseudo_words(count: int) -> list[str]:
    """Words that no language has, of 6 to 12 letters."""
    source = random.Random(1)
    syllables = [a + b for a in "bcdfghjklmnpqrstvwxz" for b in "aeiou"]
    return ["".join(source.choices(syllables, k=source.randint(3, 6))) for _ in range(count)]


Asked = list[tuple[str, TextOptions]]


def seconds(asked: Asked) -> float:
    began = time.process_time()
    for text, options in asked:
        moderate_text(text, options)
    return time.process_time() - began


def measure(name: str, what: str, asked: Asked) -> None:
    random.Random(1).shuffle(asked)
    half = len(asked) // 2
    begun, unseen = seconds(asked[:half]), seconds(asked[half:])
    later = min(seconds(asked) for _ in range(PASSES))
    rates = len(asked) / (begun + unseen), (len(asked) - half) / unseen, len(asked) / later
    print(f"{name:14} {what:17}" + "".join(f"{rate:10,.0f}/s" for rate in rates), flush=True)


def random_messages(language: str, sizes: list[int], count: int) -> list[str]:
    """Messages of words drawn by their frequency, each with as many words as one of `sizes`."""
    source = random.Random(1)
    listed = [(word, 10.0 ** (-cost / 100)) for word, cost in dictionary.words(language) if word.isalpha()]
    known, weights = [word for word, _ in listed], list(accumulate(weight for _, weight in listed))
    rows = (source.choices(known, cum_weights=weights, k=source.choice(sizes)) for _ in range(count))
    return [f"{' '.join(row).capitalize()}{source.choice('..?!')}" for row in rows]


def stream(language: str, sizes: list[int], options: TextOptions) -> None:
    """The rates of STRETCHES of new messages, one after another."""
    asked = [(message, options) for message in random_messages(language, sizes, STRETCHES * STRETCH)]
    moderate_text("warm up", options)
    rates = [STRETCH / seconds(asked[first : first + STRETCH]) for first in range(0, len(asked), STRETCH)]
    print(f"stream, {language}: {STRETCH:,} messages each" + "".join(f"{rate:10,.0f}/s" for rate in rates), flush=True)


def show(name: str, what: str, asked: Asked) -> None:
    """One row, measured in a fork of this process."""
    for options in {one.languages: one for _, one in asked}.values():
        for language in options.languages:
            moderate_text("warm up", replace(options, languages=(language,)))
    in_fork(measure, name, what, asked)


def in_fork(function: Callable[..., None], *args: object) -> None:
    """Call a function in a process of its own that has all that this one has read."""
    process = multiprocessing.get_context("fork").Process(target=function, args=args)
    process.start()
    process.join()


def read_rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--sets", default="clean_17,davidson_5k,hatecheck_en,traps_en")
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--categories", default=",".join(CATEGORIES))
    parser.add_argument("--stream", default="en,fi", help="languages, or nothing")
    args = parser.parse_args()
    categories = frozenset(args.categories.split(","))

    TextList([ListEntry("warm up")]).find("warm up", ("en",))
    words = pseudo_words(args.entries)
    began = time.process_time()
    listed = TextList([ListEntry(word) for word in words])
    print(f"a list of {args.entries:,} entries compiles in {(time.process_time() - began) * 1000:.0f} ms of CPU time")

    def options(languages: tuple[str, ...], asked: frozenset[str] = categories) -> TextOptions:
        return TextOptions(languages=languages, categories=asked, lists=(listed,), semantic=False)

    print(f"{'':32}{'first':>12}{'unseen':>12}{'later':>12}")
    for name in args.sets.split(","):
        rows = read_rows(args.data / f"{name}.jsonl")
        texts = [row["text"] for row in rows if row["lang"] == "en"]
        for what, asked in (("all categories", categories), ("without entities", categories - set(ENTITIES))):
            show(name, what, [(text, options(("en",), asked)) for text in texts])
        if len({row["lang"] for row in rows}) > 1:
            show(name, "languages told", [(row["text"], options((row["lang"],))) for row in rows])
            show(name, "languages found", [(row["text"], options(LANGUAGES)) for row in rows])
    for language in filter(None, args.stream.split(",")):
        clean = (row["text"] for row in read_rows(args.data / "clean_17.jsonl") if row["lang"] == language)
        in_fork(stream, language, [len(text.split()) for text in clean], options((language,)))
    for size in (10_000, 100_000, 1_000_000):
        text = ("The quick brown fox jumps over the lazy dog, " * (size // 45 + 1))[:size]
        began = time.process_time()
        moderate_text(text, TextOptions(languages=("en",), categories=categories - set(ENTITIES), semantic=False))
        print(f"one text of {size:9,} characters: {time.process_time() - began:.3f} s")


if __name__ == "__main__":
    main()
