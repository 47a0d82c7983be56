"""A TF.js layers model that its package ships as scripts: the topology as an object literal, the weights in base64.

The literals are read, never run.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert.layers_model import build
from reelwarden.models.convert.manifest_weights import read

TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*")|(?P<flag>![01])|(?P<word>[A-Za-z_$][\w$]*)|(?P<number>-?[\d.][\w.+]*(?:(?<=e)-\d+)?)|(?P<mark>[][{}:,])"""
)
EXPORT = re.compile(r"\.exports\s*=\s*(?=[{\"])")


def convert(parts: Path, target: Path) -> None:
    """`model.js` and `weights.js` → `model.onnx` with the output `scores`."""
    document = literal((parts / "model.js").read_text("utf-8"))
    data = weights((parts / "weights.js").read_text("utf-8"))
    entries = [entry for group in document["weightsManifest"] for entry in group["weights"]]
    model = document["modelTopology"]["model_config"]
    build(model, read(entries, data), "scores").save(target / "model.onnx")


def weights(script: str) -> bytes:
    """The bytes behind the longest string of a script."""
    longest = max(re.findall(r'"([A-Za-z0-9+/=]*)"', script), key=len, default="")
    if not longest:
        raise ModelDamaged("the script has no weights in base64")
    try:
        return base64.b64decode(longest, validate=True)
    except ValueError as error:
        raise ModelDamaged(f"the script's weights are no base64: {error}") from error


def literal(script: str) -> Any:
    """The object that a script exports. Raises ModelDamaged where it is more than a literal."""
    starts = [
        match.end()
        for match in EXPORT.finditer(script)
        if script[match.end()] == "{" and script[match.end() + 1] != "}"
    ]
    if not starts:
        raise ModelDamaged("the script exports no object")
    return json.loads(_as_json(script, starts[-1]))


def _as_json(script: str, at: int) -> str:
    """The literal beginning at `at` as JSON: words become strings, `!0` and `!1` the truth values."""
    written: list[str] = []
    depth = 0
    while not written or depth:
        match = TOKEN.match(script, at)
        if match is None:
            raise ModelDamaged(f"the script's object is no plain literal near {script[at : at + 20]!r}")
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(match[0], 0)
        written.append(_token(match, followed_by_colon=script[match.end() : match.end() + 1] == ":"))
        at = match.end()
    return "".join(written)


def _token(match: re.Match[str], followed_by_colon: bool) -> str:
    text = match[0]
    match match.lastgroup:
        case "flag":
            return "true" if text == "!0" else "false"
        case "word" if followed_by_colon:
            return f'"{text}"'
        case "word" if text != "null":
            raise ModelDamaged(f"the script's object refers to {text}")
        case "number":
            return repr(float(text)) if "." in text or "e" in text else text
    return text
