"""A receiver that answers 410, over HTTP: asked once, shown as closed, opened again by its owner."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from findings import seen
from receiver import Receiver
from serving import until

from reelwarden import doctor
from reelwarden.app import notify

pytestmark = pytest.mark.slow


def test_a_receiver_that_is_gone(opened: Callable[..., Any]) -> None:
    native = opened(allow_networks=("127.0.0.0/8",), callback_pace=0.01)
    tenant, other = native.tenant(), native.tenant()
    stop = threading.Event()
    notifier = threading.Thread(target=notify, args=(native.bench.settings, stop))
    notifier.start()

    def ended(url: str) -> Any:
        said = {"labels": "weapon", "callback": url}
        media = {"file": ("a.mp4", b"media")}
        id = native.ask(tenant, "POST", "/submissions", data=said, files=media).json()["id"]
        native.finish(id, seen("weapon.firearm", 1.0))

        def over() -> Any:
            (found,) = native.ask(tenant, "GET", f"/deliveries?submission={id}").json()["deliveries"]
            return found if found["state"] != "owed" else None

        return until(over, 30, "the end of the callback")

    try:
        with Receiver() as receiver:
            url = receiver.url("/status/410")
            first, second = ended(url), ended(url)
            assert (first["state"], first["attempts"]) == ("given_up", 1)
            assert (second["state"], second["attempts"]) == ("given_up", 0)
            assert len(receiver.received) == 1
            (closed,) = native.ask(tenant, "GET", "/endpoints").json()["closed"]
            assert (closed["url"], closed["why"], closed["delivery"]) == (url, "answered 410 Gone", first["id"])
            (said,) = [one for one in doctor.examine(native.bench.settings) if one.what == "callbacks"]
            assert (said.grade, said.said[-3:]) == (doctor.POOR, ": 1")
            again = f"/endpoints/{closed['id']}/open"
            assert native.ask(other, "GET", "/endpoints").json() == {"closed": []}
            assert native.ask(other, "POST", again).status_code == 404
            assert native.ask(tenant, "POST", again).json() == {"opened": url}
            assert native.ask(tenant, "POST", "/deliveries/again", json={}).json() == {"again": 2}
            until(lambda: len(receiver.received) >= 2 or None, 30, "another attempt")
    finally:
        stop.set()
        notifier.join(30)
