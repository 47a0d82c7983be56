"""What all tests share: real media, and the installed models."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared_path(name: str) -> Path:
    """A file of the shared media or data folder beside the checkout (may not exist)."""
    return SHARED / name


@pytest.fixture(scope="session")
def shared_media() -> Callable[[str], Path]:
    """`shared_media("real/counter.mp4")` is the file; the test is skipped, and says so, where it is absent."""

    def find(name: str) -> Path:
        path = SHARED / "media" / name
        if not path.exists():
            pytest.skip(f"SHARED MEDIA MISSING: {name}: this test needs ../shared/media beside the checkout")
        return path

    return find


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The directory of installed models; a test that needs one is skipped, loudly, where it is not installed."""
    from reelwarden.settings import load

    directory = load().models_dir
    if not directory.is_dir():
        warnings.warn("no models are installed: run `reelwarden models install`", stacklevel=1)
        pytest.skip("MODELS MISSING: run `reelwarden models install`")
    return directory


@pytest.fixture
def demo_wheels(tmp_path: Path, shared_media: Callable[[str], Path]) -> Path:
    """A directory with the two packages of the demo clip, as far as it needs them."""
    from reelwarden.demo import FOOTAGE

    directory = tmp_path / "wheels"
    directory.mkdir()
    for one in FOOTAGE:
        name = f"{one.package.name.replace('-', '_')}-{one.package.version}-py3-none-any.whl"
        with zipfile.ZipFile(directory / name, "w") as wheel:
            wheel.write(shared_media(f"real/{one.name}"), one.path)
    return directory
