"""The native API on a free port of this process, over a real database and a real folder, without a worker."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from findings import CLIP
from serving import in_process

from reelwarden.accounts import accounts, keys
from reelwarden.accounts.caller import OWN_SCOPES
from reelwarden.api.door import House
from reelwarden.app import asgi, workbench
from reelwarden.decide.replay import Header
from reelwarden.domain import Signal
from reelwarden.jobs import close
from reelwarden.jobs.findings import Findings
from reelwarden.jobs.submissions import of_row
from reelwarden.jobs.workbench import Workbench
from reelwarden.settings import Settings
from reelwarden.store.tables.submissions import submissions


@dataclass(frozen=True)
class Tenant:
    """An account and its key."""

    account: str
    key: str
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}


@dataclass(frozen=True)
class Native:
    """`http` asks the API under /reelwarden/v1; `bench` does by hand what a worker would."""

    url: str
    http: httpx.Client
    house: House
    bench: Workbench

    def tenant(self, plan: str = "unlimited", scopes: Collection[str] = OWN_SCOPES, **said: Any) -> Tenant:
        with self.bench.database.begin() as connection:
            account = accounts.create(connection, f"test-{secrets.token_hex(6)}", plan, said)
            key, secret = keys.create(connection, account.id, "test", scopes)
        return Tenant(account.id, key, secret)

    def ask(self, who: Tenant, verb: str, path: str, **sent: Any) -> httpx.Response:
        return self.http.request(verb, path, headers=who.headers | sent.pop("headers", {}), **sent)

    def finish(self, id: str, *signals: Signal) -> None:
        """Ends it as a worker would that had found these."""
        at = tuple(float(number) for number in range(10))
        close.finish(self.bench, self.submission(id), Findings(Header("a.mp4", CLIP), signals, at, 10))

    def submission(self, id: str) -> Any:
        with self.bench.database.read() as connection:
            return of_row(connection.execute(submissions.select().where(submissions.c.id == id)).mappings().one())


@contextlib.contextmanager
def native_over(folder: Path, **settings: Any) -> Iterator[Native]:
    said = Settings(data_dir=folder, free_space=0, **settings)
    app = asgi(said)
    bench = workbench(said, "test")
    with in_process(app) as url, httpx.Client(base_url=f"{url}/reelwarden/v1", timeout=60) as http:
        yield Native(url, http, app.state.house, bench)
    bench.engine.close()
    bench.database.close()


@pytest.fixture(scope="session")
def native(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Native]:
    with native_over(tmp_path_factory.mktemp("native")) as running:
        yield running


@pytest.fixture(scope="session")
def serve() -> Any:
    """`with serve(folder, database_url=…) as native`."""
    return native_over


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Native]]:
    """Makes an API of the test's own: `opened(database_url=…)`."""
    with contextlib.ExitStack() as stack:
        yield lambda **said: stack.enter_context(native_over(tmp_path / secrets.token_hex(4), **said))
