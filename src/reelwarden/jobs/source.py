"""The bytes of a submission as a local file, wherever they are: a folder, S3, or a URL that is fetched once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from reelwarden.accounts import accounts
from reelwarden.accounts.domains import allowed
from reelwarden.errors import FetchError, NotMedia
from reelwarden.ingest.egress import Hosts
from reelwarden.ingest.fetch import fetch
from reelwarden.jobs import traced
from reelwarden.jobs.submissions import UPLOAD, Submission
from reelwarden.jobs.workbench import Workbench


def blob_key(submission: str) -> str:
    """Where the media of a submission lies in the store of bytes."""
    return f"media/{submission}/source"


@contextmanager
def opened(bench: Workbench, submission: Submission) -> Iterator[Path]:
    """The media as a file, good within the block. A URL's bytes are kept for other workers, unless not to be kept.

    Raises FetchError, NotMedia, LimitExceeded.
    """
    key = submission.address if submission.source == UPLOAD else blob_key(submission.id)
    if submission.source == UPLOAD or _stored(bench, submission, key):
        with _local(bench, key) as path:
            yield path
        return
    most = min(bench.settings.max_bytes, submission.options.most_bytes or bench.settings.max_bytes)
    settings = bench.settings.model_copy(update={"max_bytes": most})
    hosts = hosts_of(bench, submission)
    with traced.fetch(submission, lambda: fetch(submission.address, settings, hosts=hosts)) as found:
        if submission.options.keep:
            bench.blobs.put_file(key, found.path)
        yield found.path


def hosts_of(bench: Workbench, submission: Submission) -> Hosts | None:
    """Where the account lets its media come from, as its list is now; None: from anywhere."""
    with bench.database.read() as connection:
        patterns = accounts.settings_of(connection, submission.account).get("media_domains")
    return partial(allowed, patterns=patterns) if patterns else None


def _stored(bench: Workbench, submission: Submission, key: str) -> bool:
    try:
        return submission.options.keep and bench.blobs.size(key) >= 0
    except FileNotFoundError:
        return False


@contextmanager
def _local(bench: Workbench, key: str) -> Iterator[Path]:
    path = bench.blobs.path(key)
    if path is not None:
        yield _checked(path)
        return
    folder = bench.settings.cache_dir / "downloads"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        try:
            for piece in bench.blobs.stream(key):
                file.write(piece)
        except FileNotFoundError as error:
            raise FetchError("the uploaded media is no longer there") from error
        file.flush()
        yield Path(f"/proc/self/fd/{file.fileno()}")


def _checked(path: Path) -> Path:
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise FetchError("the uploaded media is no longer there") from error
    if size == 0:
        raise NotMedia("the uploaded media is empty")
    return path
