"""Odd requests by the thousand, on the real application and a real database: always 200, a code, and never our fault.

`REELWARDEN_ODD_REQUESTS=10000` asks for so many. Nothing is looked at: whatever gets as far as a submission is
failed at once, as a worker would do with media that are none.
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from serving import in_process

from reelwarden.accounts import accounts, keys
from reelwarden.api.deepcleer.sealed import sealed
from reelwarden.api.deepcleer.vocabulary import names
from reelwarden.app import asgi, workbench
from reelwarden.errors import NotMedia
from reelwarden.jobs import close
from reelwarden.jobs.submissions import OPEN, of_row
from reelwarden.jobs.workbench import Workbench
from reelwarden.settings import Settings
from reelwarden.store.tables.submissions import submissions

pytestmark = pytest.mark.slow
MANY = int(os.environ.get("REELWARDEN_ODD_REQUESTS", "300"))
SECRET = "0123456789abcdef"
PATHS = ["/video/v4", "/video/query/v4", "/videostream/v4", "/finish_videostream/v4", "/video/v4/", "/video/nowhere"]
SEEN: Counter[int] = Counter()
CODES = {1100, 1101, 1902, 1904, 1905, 9101}

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
ODD = st.one_of(ANY, st.sampled_from(["", " ", "\0", "NaN", "-1", "1e999", "٣", "a" * 3000, "\ud83d", 10**400]))


def joined(kind: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(sorted(names(kind))), min_size=1, max_size=4).map("_".join)


def dictionary(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Usual values for any of the fields, often an odd one for one of them."""
    usual = st.fixed_dictionaries({}, optional=known)
    return st.builds(
        lambda said, odd: said | odd, usual, st.dictionaries(st.sampled_from(sorted(known)), ODD, max_size=1)
    )


VIDEO = "http://example.com/a.mp4"
URL = st.sampled_from([VIDEO, VIDEO, VIDEO, "http://127.0.0.1:9/x", "rtmp://example.com/live/x", "http://[::1"])
SWITCH = st.sampled_from([0, 1, "0", "1", True])
DATA = dictionary(
    btId=st.integers(0, 500).map(str),
    tokenId=st.text(max_size=30),
    url=URL,
    audioDetectStep=st.integers(0, 36),
    checkFrameCount=st.integers(0, 50),
    dataId=st.text(max_size=20),
    detectFrequency=st.floats(0.5, 60),
    deviceId=st.text(max_size=20),
    gender=st.sampled_from(["male", "female", "ambiguity"]),
    ip=st.just("123.171.34.3"),
    lang=st.sampled_from(["zh", "en", "ar"]),
    level=st.integers(0, 4),
    receiveTokenId=st.text(max_size=20),
    returnAllAudio=SWITCH,
    returnAllImg=SWITCH,
    videoTitle=st.text(max_size=20),
    channel=st.text(max_size=20),
    advancedFrequency=dictionary(
        durationPoints=st.just([300, 600]), frequencies=st.sampled_from([[1, 5, 10], [1, 2], []])
    ),
    extra=dictionary(passThrough=st.dictionaries(st.text(max_size=10), ANY, max_size=3)),
    streamType=st.sampled_from(["NORMAL", "NORMAL", "NORMAL", "NORMAL", "AGORA", "TRTC", "ZEGO"]),
    detectStep=st.integers(1, 9),
    imgBusinessDetectStep=st.integers(1, 9),
    imgCompareBase=URL,
    liveCover=URL,
    liveTitle=st.text(max_size=20),
    anchorName=st.text(max_size=20),
    returnAllText=SWITCH,
    returnFinishInfo=SWITCH,
    returnPreAudio=SWITCH,
    returnPreText=SWITCH,
    room=st.text(max_size=20),
    streamName=st.text(max_size=20),
    agoraParam=ANY,
    trtcParam=ANY,
)
BODY = dictionary(
    appId=st.just("default"),
    eventId=st.just("video"),
    btId=st.sampled_from(["one", "two", "three", "none"]),
    requestId=st.just("0" * 32),
    imgType=joined("image_types"),
    audioType=joined("audio_types"),
    imgBusinessType=joined("image_business"),
    audioBusinessType=joined("audio_business"),
    callback=URL,
    imgCallback=URL,
    audioCallback=URL,
    acceptLang=st.sampled_from(["zh", "en"]),
)
GOOD = {"appId": "default", "eventId": "video", "imgType": "QRCODE", "imgCallback": "http://example.com/"}
BYTES = st.binary(max_size=200) | st.sampled_from([b"", b"{", b"[1,2]", b"a=%zz&&=;", b'{"data":NaN}'])


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, str]]:
    said = Settings(data_dir=tmp_path_factory.mktemp("odd"), free_space=0)
    app = asgi(said)
    bench = workbench(said, "odd")
    with bench.database.begin() as connection:
        own = {"dialects": {"deepcleer": {"secret_key": SECRET}}}
        account = accounts.create(connection, "odd", settings=own)
        _, secret = keys.create(connection, account.id, "odd")
    over = threading.Event()
    failing = threading.Thread(target=_fail_all, args=(bench, over))
    failing.start()
    with in_process(app) as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client, secret
    over.set()
    failing.join(10)
    bench.engine.close()
    bench.database.close()


def _fail_all(bench: Workbench, over: threading.Event) -> None:
    while not over.wait(0.05):
        with bench.database.read() as connection:
            rows = connection.execute(submissions.select().where(submissions.c.state.in_(OPEN))).mappings().all()
        for row in rows:
            close.fail(bench, of_row(row), NotMedia("nothing of this is looked at here"))


@settings(
    max_examples=MANY,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(
    path=st.sampled_from(PATHS),
    verb=st.sampled_from(["POST"] * 9 + ["GET", "PUT", "DELETE"]),
    body=BODY,
    data=st.one_of(DATA, DATA, DATA, ODD),
    good=st.sampled_from([True, True, True, False]),
    sealing=st.sampled_from([False, False, False, True]),
    raw=st.one_of(st.none(), st.none(), st.none(), st.none(), BYTES),
    keyed=st.sampled_from([True, True, True, True, True, False]),
    kind=st.sampled_from(
        ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
    ),
)
def test_no_odd_request_is_our_fault(
    door: tuple[httpx.Client, str],
    path: str,
    verb: str,
    body: dict[str, Any],
    data: Any,
    good: bool,
    sealing: bool,
    raw: bytes | None,
    keyed: bool,
    kind: str,
) -> None:
    client, secret = door
    if good and isinstance(data, dict):
        data = {"btId": "one", "url": VIDEO, "streamType": "NORMAL"} | data
    said = (GOOD if good else {}) | body | {"data": data} | ({"accessKey": secret} if keyed else {})
    if sealing:
        said |= {"encryptType": "sm4", "data": _sealed(data)}
    content = json.dumps(said).encode() if raw is None else raw
    response = client.request(verb, path, content=content, headers={"Content-Type": kind})
    assert response.status_code == 200
    document = response.json()
    assert document["code"] in CODES, document
    SEEN[document["code"]] += 1
    assert len(document["requestId"]) == 32 or document["code"] == 1902
    assert not any(word in response.text for word in ("Traceback", "sqlalchemy", "<class", "Errno"))


def _sealed(data: Any) -> Any:
    try:
        return sealed(data, SECRET)
    except UnicodeEncodeError:
        return data


def test_good_requests_are_among_them(door: tuple[httpx.Client, str]) -> None:
    """The door that the odd requests knock at is open."""
    client, secret = door
    data = {"btId": "good", "url": "http://example.com/a.mp4", "streamType": "NORMAL"}
    for path in ("/video/v4", "/videostream/v4"):
        assert client.post(path, json=GOOD | {"accessKey": secret, "data": data}).json()["code"] == 1100
    print(f"\nanswers to odd requests by code: {dict(SEEN)}")
