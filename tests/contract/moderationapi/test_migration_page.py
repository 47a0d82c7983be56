"""The page that says how to come from this vendor: its code runs, with the real client."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
from clients import answer_of, python_client
from serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.models]
PAGE = Path(__file__).parents[3] / "docs" / "howto" / "from-moderationapi.md"


def test_its_python_runs(server: Server, clip: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    code = "import os\nKEY, SERVER, VIDEO = (os.environ[name] for name in ('KEY', 'SERVER', 'VIDEO'))\n" + code
    code = code.replace("print(answer", "import json; print(json.dumps(answer").rstrip() + ")\n"
    said = {"KEY": server.key(), "SERVER": server.url, "VIDEO": server.media(clip)}
    assert answer_of([str(python_client("moderation-api==2.2.0")), "-c"], code, **said) in ("review", "reject")


def test_its_settings_are_taken(server: Server) -> None:
    (body,) = re.findall(r"-d '(\{.*\})'", PAGE.read_text("utf-8"))
    headers = {"Authorization": f"Bearer {server.key()}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
        client.patch("/reelwarden/v1/account/settings", json=json.loads(body)).raise_for_status()
        answer = client.post("/v1/moderate", json={"content": {"type": "text", "text": "you idiot"}}).json()
    (toxic,) = [policy for policy in answer["policies"] if policy["id"] == "toxicity"]
    assert toxic["flagged"] == (toxic["probability"] >= 0.7)
