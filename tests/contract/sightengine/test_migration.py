"""The code of the migration page runs, and what its page says of errors and models is so."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
from pathlib import Path
from typing import Any

import pytest
from clients import RUNS_WITHIN, node_program, npm_client, python_client

from reelwarden.accounts import options
from reelwarden.accounts.plans import Plan
from reelwarden.api.sightengine import errors
from reelwarden.api.sightengine.account import Settings
from reelwarden.api.sightengine.models import catalogue

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE = (DOCS / "howto" / "from-sightengine.md").read_text("utf-8")
REFERENCE = (DOCS / "reference" / "sightengine.md").read_text("utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
(NODE,) = re.findall(r"```javascript\n(.*?)```", PAGE, re.DOTALL)


def test_every_model_is_on_the_page() -> None:
    named = set(re.findall(r"`([\w.-]+)`", REFERENCE))
    assert set(catalogue()) <= named


def test_every_error_is_on_the_page() -> None:
    rows = set(re.findall(r"\| `(\w+)` \| (\d+) \| ", REFERENCE))
    kinds = {(kind.type, str(kind.code)) for kind in vars(errors).values() if isinstance(kind, errors.Kind)}
    assert rows == kinds


def test_every_setting_is_on_the_page() -> None:
    named = re.findall(
        r"^\| `(\w+)` \| ", REFERENCE.partition("## Settings of an account")[2].partition("\n## ")[0], re.M
    )
    assert named == list(Settings.model_fields)


def test_the_settings_of_the_page_are_settings() -> None:
    (said,) = re.findall(r"accounts settings my-app '(.*)'", PAGE)
    document = options.validated(json.loads(said), Plan("any"))
    assert Settings.model_validate(document["dialects"]["sightengine"]).untold == "omit"


@pytest.fixture
def said(api: Any, code: Path, picture: Path, clip: Path) -> dict[str, str]:
    return {
        "SERVER": api.server.url,
        "API_USER": api.account.number,
        "API_SECRET": api.account.secret,
        "PICTURE": str(picture),
        "VIDEO_URL": api.server.media(clip),
        "CALLBACK_URL": api.server.receiver.url(f"/ok/{secrets.token_hex(4)}"),
    }


@pytest.mark.slow
@pytest.mark.models
@pytest.mark.parametrize(
    ("number", "packages", "prints"),
    [
        (0, ("sightengine==1.4.0", "requests>=2.32"), r"insult \[\{.*you fucking idiot"),
        (1, ("sightengine==1.4.0", "requests>=2.32"), r"\[\]\nmed_\w{21}\n"),
        (2, ("sightengine-async==0.2.0",), r"1\.0|0\.\d+"),
    ],
)
def test_the_python_of_the_page_runs(said: dict[str, str], number: int, packages: tuple[str, ...], prints: str) -> None:
    constants = "".join(f"{name} = {value!r}\n" for name, value in said.items())
    printed = run([str(python_client(*packages)), "-c", constants + PYTHON[number]], {})
    assert re.search(prints, printed, re.DOTALL), printed


@pytest.mark.slow
@pytest.mark.models
def test_the_javascript_of_the_page_runs(said: dict[str, str]) -> None:
    folder = npm_client("sightengine@1.3.1")
    command = [str(node_program()), "--no-deprecation", "-e", NODE]
    printed = run(command, said | {"NODE_PATH": str(folder / "node_modules")})
    assert re.search(r"photo: [\d.]+, illustration: [\d.]+", printed), printed


def run(command: list[str], environment: dict[str, str]) -> str:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | environment
    done = subprocess.run(command, capture_output=True, text=True, timeout=RUNS_WITHIN, env=variables, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
