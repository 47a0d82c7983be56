"""The parts of the client that need no server."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from reelwarden.client import Moment, Result, Submission, records
from reelwarden.client.listening import _messages
from reelwarden.client.sending import flat, form, opened
from reelwarden.client.wire import path


def test_records_take_what_they_know() -> None:
    said = {"id": "sub_1", "state": "running", "asked": ["a"], "created": "2026-11-23T16:00:00.000Z", "new_field": 1}
    submission = records.of(Submission, said)
    assert submission.created == datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert (submission.asked, submission.open, submission.ended) == (("a",), True, None)


def test_moments_have_their_times() -> None:
    moment = {"label": "weapon", "from": 1.5, "to": 3.0, "peak": 0.9, "peak_time": 2.0, "evidence": [{"score": 0.5}]}
    result = records.of(Result, {"verdict": "review", "moments": [moment]})
    assert isinstance(result.moments[0], Moment)
    assert (result.moments[0].start, result.moments[0].end) == (1.5, 3.0)
    assert result.moments[0].evidence[0].score == 0.5


def test_server_sent_events() -> None:
    stream = b'id: 4\n: listening\n\nid: 7\nevent: x\ndata: {"id":\ndata: 7}\n\n: still here\n\ndata:{"id": 8}\r\n\r\n'
    assert list(_messages(io.BytesIO(stream))) == [("4", None), ("7", {"id": 7}), ("7", None), ("7", {"id": 8})]


def test_a_form_is_as_long_as_it_says() -> None:
    with opened(b"0123456789") as (file, size, _):
        body = form({"name": "ü", "keep": False}, file, size, 'a"b\r\n.mp4')
        whole = b"".join(body.pieces)  # type: ignore[arg-type]
    assert len(whole) == body.length
    assert b'filename="a_b__.mp4"' in whole
    assert whole.count(b"0123456789") == 1


def test_values_as_a_form_has_them() -> None:
    assert [flat(value) for value in (True, ["a", "b"], {"every": 1}, 5)] == ["true", "a,b", '{"every": 1}', "5"]


def test_paths_keep_odd_names() -> None:
    assert path("lists", "a/b ü?#") == "/lists/a%2Fb%20%C3%BC%3F%23"


@pytest.mark.slow
def test_it_is_light() -> None:
    """Nothing but the standard library and our errors comes with it."""
    code = (
        "import sys, reelwarden.client; print(sorted({m.split('.')[0] for m in sys.modules} - sys.stdlib_module_names))"
    )
    said = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    names = eval(said.stdout)
    assert not {"httpx", "requests", "sqlalchemy", "fastapi", "pydantic", "numpy", "av"} & set(names)
    rooms = "import sys, reelwarden.client; print(sorted(m for m in sys.modules if m.startswith('reelwarden.')))"
    said = subprocess.run([sys.executable, "-I", "-c", rooms], capture_output=True, text=True, check=True)
    assert {name.split(".")[1] for name in eval(said.stdout)} == {"client", "errors"}
