"""What the pages say about the client and about uploads, run as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from clips import make_clip, qr_picture
from PIL import Image
from serving import Server

pytestmark = pytest.mark.slow
HOWTO = Path(__file__).resolve().parents[3] / "docs" / "howto"


def blocks(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (HOWTO / page).read_text("utf-8"), re.DOTALL)


@pytest.fixture
def at_home(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A folder with a clip.mp4 that shows a code."""
    shown = Image.new("RGB", (640, 360), (240, 240, 240))
    shown.paste(qr_picture("https://example.com/promo", 280), (180, 40))
    make_clip(tmp_path / "clip.mp4", 2.0, fps=10, size=(640, 360), picture=lambda *_: shown)
    monkeypatch.chdir(tmp_path)
    return server


def run(server: Server, blocks: list[str]) -> dict[str, object]:
    known: dict[str, object] = {"key": server.key()}
    for block in blocks:
        exec(block.replace("http://127.0.0.1:8080", server.url), known)
    return known


def test_the_client_page(at_home: Server, capsys: pytest.CaptureFixture[str]) -> None:
    endless = "for event in client.events():\n"
    # From the first one on: of those to come there may be none, since all that was handed in may have ended by now.
    begun = endless.replace("()", "(after=0)") + "    break\n"
    pages = [block.replace(endless, begun) for block in blocks("client.md")]
    known = run(at_home, [page.replace('b"…"', 'b"x"') for page in pages])
    said = capsys.readouterr().out
    assert "qr.link" in said
    assert "email" in said
    assert "404 not_found" in said
    assert known["ended"].state == "finished"  # type: ignore[attr-defined]


def test_the_upload_page(at_home: Server) -> None:
    known = run(at_home, blocks("upload.md"))
    client, submission = known["client"], known["submission"]
    assert client.wait(submission.id, timeout=120).state == "finished"  # type: ignore[attr-defined]
    assert submission.name == "clip.mp4"  # type: ignore[attr-defined]
