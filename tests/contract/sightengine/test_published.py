"""The vendor's published curl lines as they are, but for the host, the names of files and addresses, and the key."""

from __future__ import annotations

import json
import re
import secrets
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from clips import make_clip, text_picture
from conftest import shared_path
from serving import until

pytestmark = [pytest.mark.slow, pytest.mark.models]
LINES = re.compile(r"^curl (?:.*\\\n)*.*$", re.M)


def published() -> list[list[str]]:
    """The words of each curl line of the pages that are kept."""
    folder = shared_path("seeds")
    pages = sorted(folder.glob("004_*.txt")) if folder.is_dir() else []
    found = [line for page in pages for line in LINES.findall(page.read_text("utf-8"))]
    return [shlex.split(line.replace("\\\n", " ")) for line in found if "api.sightengine.com" in line]


@pytest.fixture(scope="module")
def stream(api: Any, folder: Path) -> str:
    """A playlist, as the line for streams names one."""
    hls = folder / "published"
    hls.mkdir()
    card = text_picture("you fucking idiot", (640, 360))
    make_clip(
        hls / "video.m3u8", 3.0, fps=5, gop=5, size=(640, 360), picture=lambda *_: card, container="hls", b_frames=0
    )
    api.server.files.given |= {f"/published/{path.name}": path for path in hls.iterdir()}
    return str(api.server.files.url("/published/video.m3u8"))


def test_every_published_line_works(api: Any, picture: Path, clip: Path, stream: str) -> None:
    curl, lines = shutil.which("curl"), published()
    if not curl or not lines:
        pytest.skip("CURL OR SEEDS MISSING: this test needs curl, and ../shared/seeds beside the checkout")
    assert len(lines) == 5
    for words in lines:
        path = f"/ok/{secrets.token_hex(4)}"
        changes = {
            "https://api.sightengine.com": api.server.url,
            "{api_user}": api.account.number,
            "{api_secret}": api.account.secret,
            "/path/to/image.jpg": str(picture),
            "/path/to/video.mp4": str(clip),
            "https://sightengine.com/assets/img/examples/example-text-ocr-3.jpg": api.server.media(picture),
            "https://domain.tld/path/video.m3u8": stream,
            "https://yourcallback/path": api.server.receiver.url(path),
            "https://your.callback.url/path": api.server.receiver.url(path),
        }
        ours = [_changed(word, changes) for word in words]
        done = subprocess.run([curl, "-s", *ours[1:]], capture_output=True, text=True, timeout=100, check=True)
        answer = json.loads(done.stdout)
        assert answer["status"] == "success", (words, answer)
        assert "insult" in _categories(api, answer, path), words


def _changed(word: str, changes: dict[str, str]) -> str:
    for theirs, ours in changes.items():
        word = word.replace(theirs, ours)
    return word


def _categories(api: Any, answer: dict[str, Any], path: str) -> set[str]:
    """What was found, wherever the answer has it: at once, in frames, or in the last callback."""
    if "text" in answer:
        return set(answer["text"]["detected_categories"])
    data = answer.get("data")
    if data is None:

        def finished() -> dict[str, Any] | None:
            bodies = [json.loads(one.body) for one in list(api.server.receiver.received) if one.path == path]
            return next((body["data"] for body in bodies if body["data"]["status"] == "finished"), None)

        data = until(finished, 120, "the callback")
    return {category for frame in data["frames"] for category in frame["text"]["detected_categories"]}
