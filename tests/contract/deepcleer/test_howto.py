"""The page for those who come from DeepCleer: its commands and its program are run as they stand."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.models]
PAGE = Path(__file__).resolve().parents[3] / "docs" / "howto" / "from-deepcleer.md"
COMMAND = re.compile(r"^    curl .*(?:\n    .*)*", re.MULTILINE)
PROGRAM = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_the_page_does_what_it_says(api: Any, clip: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("CURL MISSING: the page's commands need it")
    text = PAGE.read_text("utf-8").replace("http://127.0.0.1:8080", api.server.url)
    text = text.replace("YOUR_KEY", api.account.secret).replace("https://example.com/apple.mp4", api.server.media(clip))
    submit, change = (command.replace("\n    ", "\n")[4:] for command in COMMAND.findall(text))
    taken = json.loads(run(["bash", "-c", submit]))
    assert (taken["code"], taken["btId"], taken["message"]) == (1100, "clip-1", "Success")
    [program] = PROGRAM.findall(text)
    lines = run([sys.executable, "-c", program]).splitlines()
    assert lines[0] == "1100 REVIEW"
    assert lines[1] == "0.0 REVIEW QR code:QR code:Link"
    assert json.loads(run(["bash", "-c", change]))["dialects"]["deepcleer"]["secret_key"]


def run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
