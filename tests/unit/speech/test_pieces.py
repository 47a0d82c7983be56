"""Where running speech is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reelwarden.speech.pieces import LEAST, LONGEST, STEP, Cutter, Piece


def steps(seconds: float) -> int:
    return round(seconds / STEP)


def speech(seconds: float, probability: float = 0.9) -> list[float]:
    return [probability] * steps(seconds)


def silence(seconds: float) -> list[float]:
    return [0.02] * steps(seconds)


def cut(probabilities: list[float]) -> list[Piece]:
    cutter = Cutter()
    return cutter.feed(probabilities) + cutter.close()


def test_silence_has_no_piece() -> None:
    assert cut(silence(60)) == []


def test_speech_between_long_silences_is_one_piece() -> None:
    (piece,) = cut(silence(3) + speech(4) + silence(3))
    assert (piece.first, piece.last) == (steps(3), steps(3) + steps(4))


def test_a_short_pause_joins_and_a_long_one_parts() -> None:
    assert len(cut(speech(3) + silence(1.5) + speech(3))) == 1  # short speech waits for more
    assert len(cut(speech(3) + silence(2.5) + speech(3))) == 2
    assert len(cut(speech(8) + silence(1.5) + speech(3))) == 2  # enough speech: a second's pause will do


def test_speech_without_a_pause_is_cut_where_it_is_quietest() -> None:
    first, *rest = cut(speech(13) + [0.4] * 6 + speech(13))
    assert abs(first.last * STEP - 13.1) < 0.2
    assert rest[0].first == first.last  # nothing is lost between


def test_a_click_is_no_speech() -> None:
    assert cut(silence(1) + speech(LEAST / 3) + silence(5)) == []


@given(st.lists(st.tuples(st.floats(0.05, 40), st.booleans()), max_size=12))
def test_pieces_are_in_order_short_and_hold_all_speech(parts: list[tuple[float, bool]]) -> None:
    probabilities = [p for seconds, voiced in parts for p in (speech(seconds) if voiced else silence(seconds))]
    pieces = cut(probabilities)
    ends = [0, *(piece.last for piece in pieces)]
    assert all(end <= piece.first < piece.last for end, piece in zip(ends, pieces, strict=False))
    assert all((piece.last - piece.first) * STEP <= LONGEST + STEP for piece in pieces)
    held = sum(probabilities[piece.first : piece.last].count(0.9) for piece in pieces)
    # Only bursts too short to be speech may be left out.
    assert probabilities.count(0.9) - held <= len(parts) * steps(LEAST)


@given(st.lists(st.sampled_from([0.02, 0.4, 0.9]), max_size=3000), st.integers(1, 700))
def test_it_does_not_matter_how_the_sound_arrives(probabilities: list[float], block: int) -> None:
    cutter, found = Cutter(), []
    for at in range(0, len(probabilities), block):
        found += cutter.feed(probabilities[at : at + block])
        assert cutter.needed <= at + block
    assert found + cutter.close() == cut(probabilities)
