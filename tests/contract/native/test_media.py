"""Media by ranges, pictures kept as evidence, and which labels can be told."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from reelwarden.store.tables.submissions import evidence

pytestmark = pytest.mark.slow
Native = Any
BODY = bytes(range(250)) * 1000


@pytest.fixture(scope="module")
def tenant(native: Native) -> Any:
    return native.tenant()


@pytest.fixture(scope="module")
def id(native: Native, tenant: Any) -> str:
    files, data = {"file": ("clip.mp4", BODY)}, {"labels": "weapon,gore"}
    answer = native.ask(tenant, "POST", "/submissions", data=data, files=files)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, 250_000),
        ("bytes=-10", 249_990, 250_000),
        ("bytes=249999-", 249_999, 250_000),
        ("bytes=5-5", 5, 6),
        ("bytes=0-999999999", 0, 250_000),
        ("bytes=-999999999", 0, 250_000),
    ],
)
def test_a_range_of_the_media(native: Native, tenant: Any, id: str, asked: str, first: int, end: int) -> None:
    answer = native.ask(tenant, "GET", f"/submissions/{id}/media", headers={"Range": asked})
    assert answer.content == BODY[first:end]
    whole = (first, end) == (0, len(BODY))
    assert answer.status_code == (200 if whole else 206)
    assert whole or answer.headers["Content-Range"] == f"bytes {first}-{end - 1}/{len(BODY)}"


@pytest.mark.parametrize("asked", ["", "bytes=-", "bytes=9-3", "bytes=a-b", "lines=1-2", "bytes=1-2,5-6"])
def test_what_is_no_range_gives_all(native: Native, tenant: Any, id: str, asked: str) -> None:
    answer = native.ask(tenant, "GET", f"/submissions/{id}/media", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, BODY)
    assert (answer.headers["Content-Type"], answer.headers["Accept-Ranges"]) == ("video/mp4", "bytes")


@pytest.mark.parametrize("asked", ["bytes=250000-", "bytes=999999999-", "bytes=-0"])
def test_what_is_behind_the_end(native: Native, tenant: Any, id: str, asked: str) -> None:
    answer = native.ask(tenant, "GET", f"/submissions/{id}/media", headers={"Range": asked})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(BODY)}")


def test_a_page_is_never_served_as_one(native: Native, tenant: Any) -> None:
    files = {"file": ("x.html", b"<script>alert(1)</script>")}
    id = native.ask(tenant, "POST", "/submissions", data={"labels": "gore"}, files=files).json()["id"]
    answer = native.ask(tenant, "GET", f"/submissions/{id}/media")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_evidence(native: Native, tenant: Any, id: str) -> None:
    assert native.ask(tenant, "GET", f"/submissions/{id}/evidence").json() == {"evidence": []}
    keep_picture(native, id, 1.04)
    listed = native.ask(tenant, "GET", f"/submissions/{id}/evidence").json()["evidence"]
    assert [one["time"] for one in listed] == [1.04]
    answer = native.http.get(f"{native.url}{listed[0]['url']}", headers=tenant.headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert answer.content[:3] == b"\xff\xd8\xff"
    assert native.ask(tenant, "GET", f"/submissions/{id}/evidence/1.1").status_code == 404


def keep_picture(native: Native, id: str, time: float) -> None:
    import io

    jpeg = io.BytesIO()
    Image.new("RGB", (8, 8)).save(jpeg, "JPEG")
    key = f"media/{id}/evidence/{time}.jpg"
    native.bench.blobs.put(key, jpeg.getvalue())
    with native.bench.database.begin() as connection:
        connection.execute(evidence.insert().values(submission=id, time=time, blob=key))


def test_labels(native: Native, tenant: Any) -> None:
    from reelwarden.moderate import unavailable
    from reelwarden.taxonomy import labels

    told = native.ask(tenant, "GET", "/labels").json()["labels"]
    assert [one["label"] for one in told] == list(labels())
    missing = {one.label for one in unavailable(labels(), native.house.models)}
    assert {one["label"] for one in told if not one["available"]} == missing
    some = native.ask(tenant, "GET", "/labels?family=weapon").json()["labels"]
    assert {one["label"].split(".")[0] for one in some} == {"weapon"}
    assert native.ask(tenant, "GET", "/labels?family=none").status_code == 422
