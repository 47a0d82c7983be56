"""An account's list of domains is kept to by the worker that fetches, not only when a submission is accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from servers import PRIVATE, PUBLIC, Server, redirects, says

from reelwarden.errors import EgressRefused
from reelwarden.jobs import source

pytestmark = pytest.mark.slow


def test_a_redirect_to_another_domain_is_refused(opened: Callable[..., Any]) -> None:
    native = opened(allow_networks=("127.0.0.0/8",))
    with Server(says(b"media"), PUBLIC) as other, Server(redirects(other.url("/a.mp4")), PRIVATE) as listed:
        ids = []
        for domains in ([], [PRIVATE]):
            tenant = native.tenant(media_domains=domains)
            said = {"url": listed.url("/a.mp4"), "labels": ["weapon"]}
            ids.append(native.ask(tenant, "POST", "/submissions", json=said).json()["id"])
        refused = native.ask(tenant, "POST", "/submissions", json={"url": other.url("/a.mp4"), "labels": ["weapon"]})
        assert refused.status_code == 422, "at the door already"
        with source.opened(native.bench, native.submission(ids[0])) as path:
            assert path.read_bytes() == b"media"
        assert other.connections == 1
        with pytest.raises(EgressRefused, match="none of the domains"):
            source.opened(native.bench, native.submission(ids[1])).__enter__()
        assert other.connections == 1
