"""The parts that find, cut, read and remember lines, each with data made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from clips import text_picture

from reelwarden.detect.ocr import tesseract
from reelwarden.detect.ocr.lines import Line, boxes, cut
from reelwarden.detect.ocr.memory import Memory, Remembered, look
from reelwarden.detect.ocr.reader import NOTHING, Reading, spell
from reelwarden.detect.ocr.screen_text import believed

Pixels = np.typing.NDArray[np.uint8]


def line(left: float, top: float, right: float, bottom: float) -> Line:
    return Line(np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32))


class TestBoxes:
    def test_a_bar_of_probability_becomes_a_grown_box(self) -> None:
        likely = np.zeros((160, 320), np.float32)
        likely[50:60, 100:200] = 0.9
        (corners,) = boxes(likely)
        # 99 x 9 grow by area x 1.6 / perimeter = 6.6 on each side
        assert corners[0].tolist() == pytest.approx([93.4, 43.4], abs=0.2)
        assert corners[2].tolist() == pytest.approx([205.6, 65.6], abs=0.2)

    def test_faint_and_thin_marks_are_no_lines(self) -> None:
        likely = np.zeros((160, 320), np.float32)
        likely[20:30, 20:90] = 0.4
        likely[100:102, 20:90] = 0.9
        assert boxes(likely) == []

    def test_a_tall_box_is_read_from_the_bottom_up(self) -> None:
        likely = np.zeros((320, 160), np.float32)
        likely[100:200, 50:60] = 0.9
        (corners,) = boxes(likely)
        assert Line(corners).size() == pytest.approx((112.2, 22.2), abs=0.5)
        assert corners[0][1] > corners[1][1], "the text begins at the bottom"


class TestCut:
    def test_a_level_line_keeps_its_shape(self) -> None:
        pixels = np.random.default_rng(1).integers(0, 256, (100, 300, 3), np.uint8)
        assert np.array_equal(cut(pixels, line(20, 10, 220, 58), 48, 960), pixels[10:58, 20:220])

    def test_a_long_line_is_squeezed(self) -> None:
        assert cut(np.zeros((50, 3000, 3), np.uint8), line(0, 0, 3000, 40), 48, 960).shape == (48, 960, 3)

    def test_a_line_of_no_height_is_still_a_picture(self) -> None:
        assert cut(np.zeros((50, 50, 3), np.uint8), line(10, 10, 11, 10), 48, 960).shape[0] == 48


class TestSpell:
    LETTERS = ("", "a", "b", " ")

    def steps(self, *numbers: int, sure: float = 0.9) -> np.typing.NDArray[np.float32]:
        rows = np.full((len(numbers), 4), (1 - sure) / 3, np.float32)
        rows[np.arange(len(numbers)), numbers] = sure
        return rows

    @pytest.mark.parametrize(
        ("numbers", "text"),
        [((1, 1, 2), "ab"), ((1, 0, 1), "aa"), ((0, 1, 3, 2, 0), "a b"), ((3, 1, 3), "a"), ((0, 0), ""), ((3, 3), "")],
    )
    def test_repeats_are_one_and_blanks_part(self, numbers: tuple[int, ...], text: str) -> None:
        assert spell(self.steps(*numbers), self.LETTERS).text == text

    def test_the_score_is_the_letters_mean(self) -> None:
        rows = np.concatenate([self.steps(1, sure=0.7), self.steps(0, sure=1.0), self.steps(2, sure=0.9)])
        assert spell(rows, self.LETTERS).score == pytest.approx(0.8)


class TestMemory:
    def remembering(self, pixels: Pixels, where: Line) -> Memory:
        memory = Memory()
        memory.keep((Remembered(where, look(pixels, where), Reading("GOAL 1", 0.9)),))
        return memory

    def words(self, text: str, paper: tuple[int, int, int] = (20, 30, 60)) -> Pixels:
        return np.asarray(text_picture(text, (640, 120), paper=paper))

    WHERE = line(150, 30, 490, 90)

    def test_still_words_are_recalled_in_spite_of_noise_and_jitter(self) -> None:
        pixels = self.words("GOAL 1")
        noise = np.random.default_rng(2).integers(-4, 5, pixels.shape)
        noisy = np.clip(pixels.astype(int) + noise, 0, 255).astype(np.uint8)
        moved = Line(self.WHERE.corners + 3)
        found = self.remembering(pixels, self.WHERE).recall(noisy, moved)
        assert found is not None
        assert found.reading.text == "GOAL 1"

    def test_another_digit_is_read_again(self) -> None:
        assert self.remembering(self.words("GOAL 1"), self.WHERE).recall(self.words("GOAL 2"), self.WHERE) is None

    def test_another_place_is_read_again(self) -> None:
        pixels = self.words("GOAL 1")
        elsewhere = Line(self.WHERE.corners + np.array([40, 0], np.float32))
        assert self.remembering(pixels, self.WHERE).recall(pixels, elsewhere) is None

    def test_forget(self) -> None:
        memory = self.remembering(self.words("GOAL 1"), self.WHERE)
        memory.forget()
        assert memory.recall(self.words("GOAL 1"), self.WHERE) is None


@pytest.mark.parametrize(
    ("reading", "good"),
    [
        (Reading("sale", 0.71), True),
        (Reading("sale", 0.69), False),
        (Reading("O", 0.85), False),
        (Reading("7", 0.95), True),
        (Reading("★ -", 0.99), False),
        (NOTHING, False),
    ],
)
def test_short_readings_must_be_surer(reading: Reading, good: bool) -> None:
    assert believed(reading) is good


class TestTesseract:
    HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"

    def table(self, *words: tuple[int, int, float, str]) -> str:
        rows = [
            f"5\t1\t1\t1\t1\t{n}\t{left}\t0\t{width}\t30\t{sure}\t{word}"
            for n, (left, width, sure, word) in enumerate(words)
        ]
        return self.HEAD + "4\t1\t1\t1\t1\t0\t0\t0\t100\t30\t-1\t\n" + "\n".join(rows)

    def test_the_words_and_their_mean(self) -> None:
        reading = tesseract.words(self.table((0, 50, 90.0, "Купить"), (70, 50, 80.0, "дёшево")))
        assert reading == Reading("Купить дёшево", pytest.approx(0.85))

    def test_syllables_that_stand_together_are_one_word(self) -> None:
        assert (
            tesseract.words(self.table((0, 28, 90.0, "카"), (32, 28, 90.0, "카"), (90, 60, 90.0, "연락"))).text
            == "카카 연락"
        )

    @pytest.mark.parametrize("printed", ["", "no table", HEAD])
    def test_nothing_read(self, printed: str) -> None:
        assert tesseract.words(printed) == NOTHING

    @pytest.mark.parametrize(
        ("text", "ours"), [("Привет", True), ("연락 주세요", True), ("hello мир", False), ("ㆍㄴ", False), ("Я", False)]
    )
    def test_only_its_own_scripts_are_believed(self, text: str, ours: bool) -> None:
        assert tesseract.in_script(text) is ours

    def test_light_letters_become_black_on_white(self) -> None:
        picture = np.full((20, 60, 3), (120, 150, 190), np.uint8)
        picture[5:15, 10:20] = 250
        ink = tesseract.light_ink(picture)
        assert ink[10, 15] == 0
        assert ink[10, 40] == 255
