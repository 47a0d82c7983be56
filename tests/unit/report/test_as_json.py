"""The JSON of a result, against its documented schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
from findings import HOSTILE, PHOTO, heard, result, seen

from reelwarden.domain import Box, Unavailable
from reelwarden.errors import MediaDamaged
from reelwarden.report import as_json
from reelwarden.result import Failure, Spoken
from reelwarden.result import heard as transcript

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[3] / "docs" / "reference" / "result.schema.json").read_text("utf-8")
)
REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "result.md"


def checked(made: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(as_json.line(made))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


def test_a_full_result_fits_its_schema() -> None:
    signals = [seen("nudity.explicit", t, 0.9, open_nsfw=0.93) for t in (1, 2, 3)]
    signals += [
        seen("text.screen", 2, text=HOSTILE, box=Box(0, 0, 1, 0.1)),
        heard("text.speech", 3, 5, text="hello"),
    ]
    document = checked(
        result(
            signals,
            unavailable=(Unavailable("drug", "no model"),),
            speech=(Spoken(3.0, 5.0, "hello", "A", "en"),),
        )
    )
    assert document["verdict"] == "reject"
    assert document["reasons"][0]["label"] == "nudity.explicit"
    explicit = next(m for m in document["moments"] if m["label"] == "nudity.explicit")
    assert (explicit["from"], explicit["to"], explicit["looks"], explicit["outcome"]) == (1, 3, 3, "reject")
    assert explicit["evidence"][0] == {"time": 1, "score": 0.9, "facts": {"open_nsfw": 0.93}}
    assert next(m for m in document["moments"] if m["label"] == "text.screen")["evidence"][0]["text"] == HOSTILE
    assert document["unavailable"] == [{"label": "drug", "reason": "no model"}]
    assert document["transcript"] == [{"from": 3.0, "to": 5.0, "text": "hello", "speaker": "A", "language": "en"}]


def test_an_image_with_nothing_in_it_fits_the_schema() -> None:
    document = checked(result([], media=PHOTO))
    assert (document["verdict"], document["moments"], document["transcript"]) == ("pass", [], None)


def test_a_failure_fits_the_schema_and_has_no_verdict() -> None:
    document = checked(Failure("bad.mp4", MediaDamaged("nothing could be decoded", "fetch it again")))
    assert document == {
        "file": "bad.mp4",
        "error": {"code": "media_damaged", "message": "nothing could be decoded", "hint": "fetch it again"},
    }


def test_a_line_is_one_line_of_ascii() -> None:
    line = as_json.line(result([seen("text.screen", 1, text=HOSTILE + "\n\ud800 你好")]))
    assert line.isascii() and "\n" not in line and "\x1b" not in line


def test_numbers_of_the_inference_libraries_become_numbers() -> None:
    made = result([seen("gore", 1, np.float32(0.5), n=np.float32(0.25))])  # type: ignore[arg-type]
    assert checked(made)["moments"][0]["evidence"][0]["facts"] == {"n": 0.25}


def test_the_transcript_is_made_of_the_speech() -> None:
    signals = [heard("text.speech", 3, 5, text="hello"), heard("text.speech", 6, 7, text="hello")]
    lines = transcript(result(signals).moments)
    assert lines is not None
    assert [(line.start, line.text) for line in lines] == [(3, "hello"), (6, "hello")]
    assert transcript(result([seen("text.screen", 1, text="x")]).moments) is None


def test_the_reference_names_every_field() -> None:
    text = REFERENCE.read_text("utf-8")
    missing = [name for name in _names(SCHEMA) if f"`{name}`" not in text]
    assert not missing


def _names(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(_names, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    own = set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
    return own.union(*(_names(value) for value in schema.values()))
