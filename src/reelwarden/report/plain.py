"""Words that came out of a media, made harmless; and a moment in a few words. Terminal and page share them."""

from __future__ import annotations

import unicodedata

from reelwarden.decide.identity import NAMING_FACTS
from reelwarden.decide.verdict import GRAVITY, outcome_of
from reelwarden.domain import MediaInfo, MediaKind, Moment
from reelwarden.result import Result

LONGEST = 2000
UNITS = ("bytes", "kB", "MB", "GB", "TB")


def visible(text: str, longest: int = LONGEST) -> str:
    """`text` in one line, with nothing in it that steers a terminal or turns the direction of what follows.

    Control and format characters (escape sequences, direction overrides, zero-width ones) become their code,
    like `\\x1b` or `\\u202e`. Joiners stay: emoji, Persian and Indic words need them.
    """
    shown = "".join(_shown(c) for c in text[: longest + 1])
    return shown if len(text) <= longest else f"{shown[:longest]}…"


def _shown(character: str) -> str:
    if character in "\n\t\r\u2028\u2029":
        return " "
    if character in "\u200c\u200d" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co"}:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def what(moment: Moment) -> str:
    """What was found, in a few words: the words read, the content of a code, the kind of object; may be empty."""
    best = moment.evidence[0] if moment.evidence else None
    if best is None:
        return ""
    if best.text:
        return visible(best.text)
    if years := best.facts.get("years"):
        return f"about {visible(str(years))} years"
    named = next((visible(str(best.facts[name])) for name in NAMING_FACTS if best.facts.get(name)), "")
    return named if named != moment.label else ""


def gravest(result: Result, most: int) -> tuple[Moment, ...]:
    """The moments to show, in their order: those that lead furthest, then the surest, at most so many."""
    moments = result.moments
    if len(moments) <= most:
        return moments
    gravity = [GRAVITY[outcome_of(moment, result.policy.rule(moment.label))] for moment in moments]
    order = sorted(range(len(moments)), key=lambda n: (-gravity[n], -moments[n].peak, n))
    return tuple(moments[n] for n in sorted(order[:most]))


def size(count: int) -> str:
    """`12.3 MB`."""
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.1f} {UNITS[unit]}" if unit else f"{count} bytes"


def media_facts(media: MediaInfo) -> list[str]:
    """The media in a few words each: `1920 × 1080`, `30 frames/s`, `h264 + aac`, `12.3 MB`."""
    picture = f"{media.width} × {media.height}" if media.width else ""
    rate = f"{media.frame_rate:.4g} frames/s" if media.frame_rate and media.kind is MediaKind.VIDEO else ""
    codecs = " + ".join(filter(None, [media.video_codec, media.audio_codec]))
    turned = f"rotated {media.rotation}°" if media.rotation else ""
    return [fact for fact in (media.container, picture, rate, codecs, turned, size(media.bytes)) if fact]
