"""Resumable uploads, with the public client of the protocol and with plain requests against its rules."""

from __future__ import annotations

import base64
import io
import resource
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from serving import until
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from reelwarden.jobs import retention, uploading
from reelwarden.store.tables.submissions import uploads

pytestmark = pytest.mark.slow
BYTES = "application/offset+octet-stream"
SPOKEN = {"Tus-Resumable": "1.0.0"}
BODY = bytes(range(256)) * 4096
Native = Any
Tenant = Any


@pytest.fixture(scope="module")
def tenant(native: Native) -> Tenant:
    return native.tenant()


def client(native: Native, tenant: Tenant) -> TusClient:
    return TusClient(f"{native.url}/reelwarden/v1/uploads", headers=tenant.headers)


def made(native: Native, tenant: Tenant, length: int = len(BODY), **headers: str) -> str:
    said = SPOKEN | {"Upload-Length": str(length)} | headers
    answer = native.ask(tenant, "POST", "/uploads", headers=said)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"]).rpartition("/")[2]


def sent(native: Native, tenant: Tenant, id: str, offset: int, body: Any, **headers: str) -> httpx.Response:
    said = SPOKEN | {"Upload-Offset": str(offset), "Content-Type": BYTES} | headers
    answer: httpx.Response = native.ask(tenant, "PATCH", f"/uploads/{id}", content=body, headers=said)
    return answer


def offset(native: Native, tenant: Tenant, id: str) -> int:
    answer = native.ask(tenant, "HEAD", f"/uploads/{id}", headers=SPOKEN)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return int(answer.headers["Upload-Offset"])


def submitted(native: Native, tenant: Tenant, id: str, **fields: Any) -> httpx.Response:
    answer: httpx.Response = native.ask(
        tenant, "POST", "/submissions", json={"upload": id, "labels": ["weapon"], **fields}
    )
    return answer


def media_of(native: Native, answer: httpx.Response) -> bytes:
    found: bytes = native.house.desk.blobs.get(native.submission(answer.json()["id"]).address)
    return found


@pytest.mark.parametrize("chunk", [len(BODY), 100_000])
def test_the_public_client_uploads(native: Native, tenant: Tenant, chunk: int) -> None:
    uploader = client(native, tenant).uploader(
        file_stream=io.BytesIO(BODY), chunk_size=chunk, metadata={"filename": "clip ü.mp4"}
    )
    uploader.upload()
    answer = submitted(native, tenant, str(uploader.url).rpartition("/")[2])
    assert answer.status_code == 202, answer.text
    assert answer.json()["name"] == "clip ü.mp4"
    assert media_of(native, answer) == BODY
    assert not list(native.house.desk.blobs.keys(f"uploads/{str(uploader.url).rpartition('/')[2]}"))


def test_the_public_client_goes_on_where_it_was_broken_off(native: Native, tenant: Tenant) -> None:
    first = client(native, tenant).uploader(file_stream=io.BytesIO(BODY), chunk_size=300_000)
    first.upload(stop_at=600_000)
    id = str(first.url).rpartition("/")[2]
    break_off(native, tenant, id, 600_000, BODY[600_000:700_000])
    there = until(lambda: at if (at := offset(native, tenant, id)) > 600_000 else None, 120, "the part that broke off")
    assert there <= 700_000, "what was still on its way when the line broke is lost"
    again = client(native, tenant).uploader(file_stream=io.BytesIO(BODY), url=first.url)
    assert again.offset == there
    again.upload()
    assert media_of(native, submitted(native, tenant, id)) == BODY


def break_off(native: Native, tenant: Tenant, id: str, at: int, body: bytes) -> None:
    """Sends some of a part that was to be longer, and hangs up."""
    place = urlsplit(native.url)
    with socket.create_connection((place.hostname, place.port)) as wire:
        said = SPOKEN | tenant.headers | {"Upload-Offset": str(at), "Content-Type": BYTES, "Host": place.netloc}
        head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        line = f"PATCH /reelwarden/v1/uploads/{id} HTTP/1.1\r\n{head}Content-Length: {len(BODY) - at}\r\n\r\n"
        wire.sendall(line.encode() + body)
        until(lambda: holder(native, id), 60, "the server to take it in")
        time.sleep(0.5)  # some of the bytes are read by now


def holder(native: Native, id: str) -> str | None:
    with native.bench.database.read() as connection:
        row = connection.execute(uploads.select().where(uploads.c.id == id)).one()
    found: str | None = row.facts.get("holder")
    return found


def test_one_request_at_a_time(native: Native, tenant: Tenant) -> None:
    id = made(native, tenant)
    go_on = threading.Event()

    def slowly() -> Iterator[bytes]:
        yield BODY[:1000]
        go_on.wait(200)
        yield BODY[1000:]

    answers: list[httpx.Response] = []
    slow = threading.Thread(target=lambda: answers.append(sent(native, tenant, id, 0, slowly())))
    slow.start()
    until(lambda: holder(native, id), 60, "the first request")
    refused = sent(native, tenant, id, 0, BODY)
    go_on.set()
    slow.join(120)
    assert (refused.status_code, refused.json()["error"]["code"]) == (423, "locked")
    assert answers[0].status_code == 204
    assert media_of(native, submitted(native, tenant, id)) == BODY


def test_who_was_silent_too_long_has_lost_it(native: Native, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploading, "HELD_FOR", 0.2)
    database, id = native.bench.database, made(native, tenant)
    upload, token = uploading.hold(database, tenant.account, id, 0)
    time.sleep(0.3)
    assert sent(native, tenant, id, 0, BODY[:10]).status_code == 204
    with pytest.raises(uploading.Held):
        uploading.keep(database, upload, token, "uploads/late", 5)
    assert offset(native, tenant, id) == 10


def test_offsets_are_checked(native: Native, tenant: Tenant) -> None:
    id = made(native, tenant, 100)
    assert sent(native, tenant, id, 5, b"x").status_code == 409
    assert sent(native, tenant, id, 0, b"x" * 40).headers["Upload-Offset"] == "40"
    assert sent(native, tenant, id, 0, b"x" * 40).status_code == 409
    assert sent(native, tenant, id, 40, b"x" * 61).status_code == 413
    assert offset(native, tenant, id) == 40
    assert submitted(native, tenant, id).status_code == 409


def test_what_is_no_part_is_refused(native: Native, tenant: Tenant) -> None:
    id = made(native, tenant, 100)
    assert sent(native, tenant, id, 0, b"x", **{"Content-Type": "text/plain"}).status_code == 415
    assert sent(native, tenant, id, 0, b"x", **{"Upload-Offset": "-1"}).status_code == 422
    old = sent(native, tenant, id, 0, b"x", **{"Tus-Resumable": "0.2.2"})
    assert (old.status_code, old.headers["Tus-Version"], old.headers["Tus-Resumable"]) == (412, "1.0.0", "1.0.0")
    assert native.ask(tenant, "POST", "/uploads", headers=SPOKEN).status_code == 422
    too_long = SPOKEN | {"Upload-Length": str(1 << 50)}
    assert native.ask(tenant, "POST", "/uploads", headers=too_long).status_code == 413


def test_the_first_part_may_come_with_the_creation(native: Native, tenant: Tenant) -> None:
    name = base64.b64encode(b"a.mp4").decode()
    said = SPOKEN | {"Upload-Length": "8", "Content-Type": BYTES, "Upload-Metadata": f"filename {name},quick"}
    answer = native.ask(tenant, "POST", "/uploads", content=b"1234", headers=said)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "4")
    place = answer.headers["Location"].rpartition("/")[2]
    assert sent(native, tenant, place, 4, b"5678").headers["Upload-Offset"] == "8"
    assert media_of(native, submitted(native, tenant, place)) == b"12345678"


def test_what_is_spoken(native: Native) -> None:
    answer = native.http.options("/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert "creation-with-upload" in answer.headers["Tus-Extension"]


def test_the_same_upload_twice_is_one_submission(native: Native, tenant: Tenant) -> None:
    id = made(native, tenant, 4)
    sent(native, tenant, id, 0, b"1234")
    first, second = submitted(native, tenant, id), submitted(native, tenant, id)
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json()["id"] == second.json()["id"]


def test_ended_and_expired_uploads_leave_nothing(native: Native, tenant: Tenant) -> None:
    blobs, ended, expired, taken = native.house.desk.blobs, *(made(native, tenant, 8) for _ in range(3))
    for id in (ended, expired):
        sent(native, tenant, id, 0, b"1234")
    sent(native, tenant, taken, 0, b"12345678")
    answer = submitted(native, tenant, taken)
    assert native.ask(tenant, "DELETE", f"/uploads/{ended}", headers=SPOKEN).status_code == 204
    assert native.ask(tenant, "HEAD", f"/uploads/{ended}", headers=SPOKEN).status_code == 404
    retention.sweep(native.bench, time.time() + uploading.OPEN_FOR + 1)
    assert not list(blobs.keys("uploads"))
    assert media_of(native, answer) == b"12345678"


def test_a_whole_upload_that_nobody_took_goes_too(native: Native, tenant: Tenant) -> None:
    id = made(native, tenant, 4)
    sent(native, tenant, id, 0, b"1234")
    prefix = f"media/{uploading.submission_of(id)}"
    assert list(native.house.desk.blobs.keys(prefix))
    retention.sweep(native.bench, time.time() + uploading.OPEN_FOR + 1)
    assert not list(native.house.desk.blobs.keys(prefix))


def test_a_killed_server_had_not_joined_the_parts(native: Native, tenant: Tenant) -> None:
    """The last byte was kept, and then nothing: the parts are joined when the upload is wanted."""
    database, blobs, id = native.bench.database, native.house.desk.blobs, made(native, tenant, 8)
    for at, body in ((0, b"1234"), (4, b"5678")):
        upload, token = uploading.hold(database, tenant.account, id, at)
        blobs.put(uploading.part_key(upload, token), body)
        uploading.keep(database, upload, token, uploading.part_key(upload, token), 4)
        uploading.let_go(database, upload, token)
    assert media_of(native, submitted(native, tenant, id)) == b"12345678"


def test_memory_does_not_grow_with_the_size(native: Native, tenant: Tenant) -> None:
    """300 MB in one request, cut into parts and joined; the API runs in this process.

    So does the client, and how many parts wait between the two is chance: the bound leaves room for several. 220 MB
    more would have to lie in memory if anything of them stayed there.
    """
    size, piece = 300 << 20, b"\1" * (1 << 20)
    warm = made(native, tenant, 80 << 20)
    sent(native, tenant, warm, 0, (piece for _ in range(80)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    id = made(native, tenant, size)
    assert sent(native, tenant, id, 0, (piece for _ in range(300))).status_code == 204
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert uploading.read(native.bench.database, tenant.account, id).whole
    assert grown < 80 << 10, f"{grown} kB"
    for one in (warm, id):
        native.ask(tenant, "DELETE", f"/uploads/{one}", headers=SPOKEN)


def test_another_tenant_sees_no_upload(native: Native, tenant: Tenant) -> None:
    other, id = native.tenant(), made(native, tenant, 4)
    assert native.ask(other, "HEAD", f"/uploads/{id}", headers=SPOKEN).status_code == 404
    assert sent(native, other, id, 0, b"1234").status_code == 404
    with pytest.raises(TusCommunicationError):
        client(native, other).uploader(file_stream=io.BytesIO(BODY), url=f"{native.url}/reelwarden/v1/uploads/{id}")
    sent(native, tenant, id, 0, b"1234")
    assert submitted(native, other, id).status_code == 404


def test_parts_in_a_bucket_are_joined_too(tmp_path: Path) -> None:
    """Where the store is no folder, the parts are read one after the other."""
    from obstore.store import MemoryStore

    from reelwarden.store.blobs import Blobs

    blobs = Blobs(MemoryStore())
    for number in range(3):
        blobs.put(f"uploads/u/{number}", bytes([number]) * 1000)
    blobs.join("media/m/source", [f"uploads/u/{number}" for number in range(3)])
    assert blobs.get("media/m/source") == b"".join(bytes([number]) * 1000 for number in range(3))
    assert list(blobs.keys("uploads")) == []


def test_the_same_in_a_real_bucket(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over S3 (a server of its protocol in this process): two parts, joined, read by range."""
    from moto.server import ThreadedMotoServer

    bucket = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    bucket.start()
    host, port = bucket.get_host_and_port()
    said = {"ENDPOINT_URL": f"http://{host}:{port}", "ALLOW_HTTP": "true", "REGION": "us-east-1"}
    for name, value in (said | {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x"}).items():
        monkeypatch.setenv(f"AWS_{name}", value)
    httpx.put(f"http://{host}:{port}/media").raise_for_status()
    try:
        native = opened(store_url="s3://media/here")
        tenant = native.tenant()
        for chunk in (len(BODY), 600_000):
            uploader = client(native, tenant).uploader(file_stream=io.BytesIO(BODY), chunk_size=chunk)
            uploader.upload()
            id = str(uploader.url).rpartition("/")[2]
            answer = submitted(native, tenant, id)
            part = native.ask(
                tenant, "GET", f"/submissions/{answer.json()['id']}/media", headers={"Range": "bytes=9-99"}
            )
            assert (part.status_code, part.content) == (206, BODY[9:100])
            assert media_of(native, answer) == BODY
            assert not list(native.house.desk.blobs.keys(f"uploads/{id}"))
    finally:
        bucket.stop()
