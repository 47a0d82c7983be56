"""The curl lines of the migration page run as they stand; only address, key and URLs are ours."""

from __future__ import annotations

import json
import re
import secrets
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from serving import Server

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "howto" / "from-deepengin.md").read_text("utf-8")
LINES = re.findall(r"^    (curl .*?)\n\n", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="CURL MISSING: the page's lines are not run")
def test_the_lines_of_the_page_run(server: Server) -> None:
    key, hook = server.key(), f"/ok/{secrets.token_hex(4)}"
    media = server.media(b"no video", "apple.mp4")
    said = [_run(line, server, key, media, server.receiver.url(hook)) for line in LINES]
    assert said[0]["code"] == "200"
    assert said[1]["dialects"]["deepengin"] == {"single": True, "taxonomy": "legacy"}
    assert json.loads(server.callbacks(hook)[0].body)["filename"] == "apple.mp4"


def _run(line: str, server: Server, key: str, media: str, hook: str) -> dict[str, object]:
    ours = line.replace("http://127.0.0.1:8080", server.url).replace("YOUR_KEY", key)
    ours = ours.replace("https://example.com/apple.mp4", media).replace("https://example.com/done", hook)
    done = subprocess.run(["curl", "-s", *shlex.split(ours.replace("\\\n", " "))[1:]], capture_output=True, check=True)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer
