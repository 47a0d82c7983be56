"""Makes tables/fold.tsv from the Unicode Character Database and the confusables of UTS #39; run when either changes.

    python -m reelwarden.text.fold_table CONFUSABLES.json

CONFUSABLES.json is `confusables.json` of the package confusable_homoglyphs (MIT; Unicode's own data). Each line of the
table: the small Latin letters that the characters stand for, how sure that is (`styled`, `accent`, `look`), and the
characters.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NAMED = re.compile(
    r"(?:LATIN|FULLWIDTH|MATHEMATICAL|CIRCLED|SQUARED|NEGATIVE|PARENTHESIZED|REGIONAL INDICATOR|MODIFIER|DOUBLE-STRUCK)"
    r".*?(?:LETTER|CAPITAL|SMALL|SYMBOL) (?:SMALL CAPITAL |TURNED |REVERSED |SIDEWAYS |INSULAR )?([A-Z])(?: WITH .*)?$"
)
BY_HAND = {
    "a": "αаΛλдД卂ﾑ∀₳ᗩ",
    "b": "βвВъЪ乃♭฿ᗷ🅱",
    "c": "ς¢匚ᑕ₵©☾℃",
    "d": "đδ∂ᗪ刀ᗫ",
    "e": "εеΣΞ€єЄ∃モ乇ᗴэЭ",
    "f": "ƒ千ϝ₣ғ",
    "g": "ɢ₲Ꮆգ",
    "h": "нН卄ん♄ħђ",
    "i": "ιıіΙ丨工ﾉ",
    "j": "јﾌ",
    "k": "κкКΚҜ₭ズ",
    "l": "ℓㄥ£Łłㅣᒪ",
    "m": "мМ爪ᗰ㎜",
    "n": "ηпиПИ几ก₦刀ΠπℕЙй",
    "o": "οоσ○◯●⭕㊀ㄖ回口ØøѲθΘ¤°º☉",
    "p": "ρрРΡ卩ᑭ₱þþ",
    "q": "զq̃ԛ",
    "r": "гГЯя尺ᖇ®",
    "s": "ѕЅ§丂ᔕ₴",
    "t": "тТτ†ㄒ十₮ナㅜ┬",
    "u": "υцЦμµㄩ凵ᑌ∪",
    "v": "νѵ√∨ᐯ",
    "w": "шШωщЩ山ᗯ₩ѡ",
    "x": "χхХΧ乂×✕✖ж",
    "y": "уУγуץㄚ丫¥ყ",
    "z": "乙ʐ",
    "ss": "ß",
    "ae": "æ",
    "oe": "œ",
}
INVISIBLE = "\u00ad\u034f\u115f\u1160\u3164\uffa0"


def make(confusables: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    rows: dict[tuple[str, str], list[str]] = defaultdict(list)
    by_hand = {char: letters for letters, chars in BY_HAND.items() for char in chars}
    for code in (*range(0x80, 0xD800), *range(0xE000, 0x1F200)):
        char = chr(code)
        if char in by_hand:
            rows[by_hand[char], "accent" if char in "ßæœøłđıþ" else "look"].append(char)
        elif found := _letters(char, confusables):
            rows[found].append(char)
    for char in by_hand:
        if ord(char) >= 0x1F200:
            rows[by_hand[char], "styled"].append(char)
    lines = [f"{letters}\t{how}\t{''.join(chars)}" for (letters, how), chars in sorted(rows.items())]
    return "\n".join([*lines, f"\tnone\t{' '.join(_invisible())}"]) + "\n"


def _invisible() -> list[str]:
    """Ranges of the marks that add nothing to read: combining, formatting, fillers, tags."""
    codes = [code for code in range(0x80, 0xE01F0) if _is_invisible(chr(code))]
    starts = [code for code in codes if not _is_invisible(chr(code - 1))]
    ends = [code for code in codes if not _is_invisible(chr(code + 1))]
    return [f"{start:X}-{end:X}" for start, end in zip(starts, ends, strict=True)]


def _is_invisible(char: str) -> bool:
    return char in INVISIBLE or unicodedata.category(char) in ("Mn", "Me", "Cf")


def _letters(char: str, confusables: Mapping[str, Sequence[Mapping[str, Any]]]) -> tuple[str, str] | None:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return None
    whole = unicodedata.normalize("NFKD", char)
    base = "".join(c for c in whole if unicodedata.category(c) != "Mn").lower()
    if base != char and base.isascii() and base.isalnum():
        plain = unicodedata.decomposition(char)[:1] != "<"
        return (base if len(base) <= 2 else base[0]), ("accent" if plain else "styled")
    if named := NAMED.match(unicodedata.name(char, "")):
        return named[1].lower(), "styled"
    for part in dict.fromkeys((char, base)):
        by_hand = next((letters for letters, chars in BY_HAND.items() if part and part in chars), None)
        if by_hand:
            return by_hand, "look"
        for like in confusables.get(part, ()):
            letter = str(like["c"]).lower()
            if len(letter) == 1 and letter.isascii() and letter.isalpha():
                return letter, "look"
    return None


if __name__ == "__main__":
    table = make(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    Path(__file__).with_name("tables").joinpath("fold.tsv").write_text(table, "utf-8")
