"""Many uploads at once, and slow ones: they wait for their senders, and nobody waits for them."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import urllib.error
import urllib.request

import pytest
from serving import Server

pytestmark = pytest.mark.slow
HEAD = (
    b"POST /reelwarden/v1/submissions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n"
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
)


def listing(server: Server, secret: str) -> int:
    url = f"{server.url}/reelwarden/v1/submissions"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {secret}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return int(answer.status)


def test_slow_senders_keep_nobody_waiting(server: Server) -> None:
    secret = server.key()
    host, _, port = server.url.removeprefix("http://").partition(":")
    with contextlib.ExitStack() as stack:
        for _ in range(40):
            wire = stack.enter_context(socket.create_connection((host, int(port)), 60))
            wire.sendall(HEAD % secret.encode() + b"a" * 1000)
        time.sleep(1.0)
        assert listing(server, secret) == 200


def test_many_large_uploads_all_arrive(server: Server) -> None:
    secret, statuses = server.key(), []
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        + b"\0" * (6 << 20)
        + b"\r\n--x--\r\n"
    )
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "multipart/form-data; boundary=x"}

    def upload() -> None:
        request = urllib.request.Request(f"{server.url}/reelwarden/v1/submissions?labels=qr", body, headers)
        with urllib.request.urlopen(request, timeout=200) as answer:
            statuses.append(answer.status)

    senders = [threading.Thread(target=upload) for _ in range(24)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(240)
    assert statuses == [202] * 24
