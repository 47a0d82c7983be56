"""A transcript as WebVTT, the subtitles that browsers show. Pure."""

from __future__ import annotations

from reelwarden.speech.transcript import Transcript, Utterance

LINE = 42
"""Letters of a line; a cue has two lines at most where words allow it."""
SHORTEST = 0.3
"""Seconds that a cue is shown at least."""


def webvtt(transcript: Transcript) -> str:
    """The whole file. Cues of several tracks say which (`<v track 2>`); languages are noted where there are several."""
    several = len({one.track for one in transcript.utterances}) > 1
    notes = [f"NOTE languages: {', '.join(transcript.languages)}"] if transcript.languages else []
    cues = [_cue(number, one, several) for number, one in enumerate(transcript.utterances, 1)]
    return "\n\n".join(["WEBVTT", *notes, *cues]) + "\n"


def _cue(number: int, one: Utterance, several: bool) -> str:
    end = max(one.end, one.start + SHORTEST)
    voice = f"<v track {one.track + 1}>" if several else ""
    return f"{number}\n{clock(one.start)} --> {clock(end)}\n{voice}{_lines(escape(one.text))}"


def escape(text: str) -> str:
    """Nothing in the text is markup, ends the cue, or begins another."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return " ".join(plain.split())


def clock(seconds: float) -> str:
    """`HH:MM:SS.mmm`, rounded to the nearest millisecond."""
    whole, thousandths = divmod(max(0, round(seconds * 1000)), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{thousandths:03d}"


def _lines(text: str) -> str:
    """In two lines of about the same length where it is too long for one."""
    if len(text) <= LINE:
        return text
    spaces = [at for at, letter in enumerate(text) if letter == " "]
    if not spaces:
        return text
    middle = min(spaces, key=lambda at: abs(at - len(text) / 2))
    return f"{text[:middle]}\n{text[middle + 1 :]}"
