"""Real speech, music and effects for tests, from Debian packages: fetched once with apt, kept in the cache directory.

Nothing is installed: the packages are only unpacked. Where there is no apt, or no network, the tests that need them
are skipped, and say so.
"""

from __future__ import annotations

import gzip
import re
import shutil
import struct
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

RATE = 16_000
Samples = NDArray[np.float32]

VOICES = {
    "en": "en_US_f_Allison",
    "es": "es_MX_f_Allison",
    "fr": "fr_CA_f_June",
    "it": "it_IT_m_Carlo",
    "ru": "ru_RU_f_IvrvoiceRU",
}
"""Language = the folder of its prompts in asterisk-core-sounds-<language>-g722."""


@cache
def package(name: str) -> Path:
    """The unpacked tree of a Debian package."""
    from reelwarden.settings import load as settings

    place = settings().cache_dir / "test-sounds" / name
    if not place.is_dir():
        _unpack(name, place)
    return place


def _unpack(name: str, place: Path) -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        pytest.skip(f"REAL SOUND MISSING: {name} comes with apt, which is not here")
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        done = subprocess.run(["apt-get", "download", name], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"REAL SOUND MISSING: apt-get download {name}: {done.stderr.strip()[-120:]}")
        tree = Path(folder) / "tree"
        archive = next(Path(folder).glob("*.deb"))
        subprocess.run(["dpkg", "-x", archive, tree], check=True)
        if not place.exists():
            tree.rename(place)


@cache
def load(path: Path) -> Samples:
    """The first audio track as 16 kHz mono. Do not write to it."""
    options = {"g722": "g722"}
    with av.open(str(path), format=options.get(path.suffix[1:])) as container:
        resampler = av.AudioResampler("flt", "mono", RATE)
        parts = []
        for frame in container.decode(audio=0):
            frame.pts = None
            parts += [made.to_ndarray()[0] for made in resampler.resample(frame)]
        parts += [made.to_ndarray()[0] for made in resampler.resample(None)]
    return np.concatenate(parts).astype(np.float32)


def prompts(language: str) -> dict[str, Path]:
    """Name = file of the telephone prompts in that language, without digits and letters."""
    folder = package(f"asterisk-core-sounds-{language}-g722") / "usr/share/asterisk/sounds" / VOICES[language]
    return {path.stem: path for path in sorted(folder.glob("*.g722"))}


def long_prompts(language: str, seconds: float, count: int) -> dict[str, Samples]:
    """The first `count` prompts of at least that length, by name."""
    found = {name: load(path) for name, path in prompts(language).items() if _seconds(path) >= seconds}
    return dict(list(found.items())[:count])


def _seconds(path: Path) -> float:
    return path.stat().st_size / 8000  # G.722 is 64 kbit/s


def prompt_texts() -> dict[str, str]:
    """Name = what is said in the English prompts."""
    file = package("asterisk-core-sounds-en") / "usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz"
    lines = gzip.decompress(file.read_bytes()).decode("utf-8", "replace").splitlines()
    pairs = (line.split(":", 1) for line in lines if ":" in line and not line.startswith(";"))
    return {name.strip(): text.strip() for name, text in pairs if "[" not in text}


def librivox() -> list[tuple[Samples, str]]:
    """Five sentences of an audio book, and what is read in them."""
    folder = package("pocketsphinx-testdata") / "usr/share/pocketsphinx/test/data/librivox"
    found = []
    for line in (folder / "transcription").read_text("utf-8").splitlines():
        said = re.fullmatch(r"<s> (.*) </s> \((\S+)\)", line.strip())
        if said:
            found.append((load(folder / f"{said[2]}.wav"), said[1]))
    return found


def synthetic(text: str) -> Samples:
    """The text in a synthetic voice (Flite), for what no real recording at hand says."""
    binary = package("flite") / "usr/bin/flite"
    library = package("libflite1") / "usr/lib"
    folder = next(library.glob("*/libflite.so.1")).parent
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "said.wav"
        command = [binary, "-voice", "slt", "-t", text, "-o", file]
        subprocess.run(command, env={"LD_LIBRARY_PATH": str(folder)}, check=True, capture_output=True)
        return load(file).copy()


def music(seconds: float) -> Samples:
    """Instrumental music."""
    folder = package("asterisk-moh-opsound-g722") / "usr/share/asterisk/moh"
    parts, length = [], 0
    for path in sorted(folder.glob("*.g722")):
        parts.append(load(path))
        length += parts[-1].size
        if length >= seconds * RATE:
            break
    return np.concatenate(parts)[: round(seconds * RATE)]


def effect(name: str) -> Samples:
    """A sound of the game Freedoom: a lump of its data file, 8 bit unsigned after a header with the rate."""
    data = (package("freedoom") / "usr/share/games/doom/freedoom1.wad").read_bytes()
    count, directory = struct.unpack_from("<ii", data, 4)
    for at in range(count):
        start, size, raw = struct.unpack_from("<ii8s", data, directory + 16 * at)
        if raw.rstrip(b"\0").decode() == name:
            rate = struct.unpack_from("<H", data, start + 2)[0]
            samples = (np.frombuffer(data[start + 24 : start + size - 16], np.uint8).astype(np.float32) - 128) / 128
            grid = np.arange(0, samples.size / rate, 1 / RATE)
            return np.interp(grid, np.arange(samples.size) / rate, samples).astype(np.float32)
    raise LookupError(name)


def at_level(samples: Samples, decibels: float) -> Samples:
    """The same sound with its root mean square at that many dB below full scale."""
    level = float(np.sqrt(np.mean(samples**2)))
    return (samples * (10 ** (decibels / 20) / max(level, 1e-9))).astype(np.float32)
