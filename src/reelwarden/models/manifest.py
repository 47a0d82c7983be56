"""What lies beside installed weights: where they came from and what they are, so that they can be checked later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reelwarden.errors import ModelDamaged
from reelwarden.models.catalogue import CatalogueModel, OutputFile, Source
from reelwarden.models.convert.converters import CONVERTERS

NAME = "manifest.json"
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file that was taken out of a package: its package, path and sha256."""

    package: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files` are those that lie beside it, with the sizes and hashes that they had when they were installed."""

    model: str
    licence: str
    converter: str
    converter_version: int
    taken: tuple[TakenFile, ...]
    files: tuple[OutputFile, ...]

    @property
    def version(self) -> str:
        """The first 12 hex digits of the source file's sha256."""
        return self.taken[0].sha256[:12]

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")


def make(model: CatalogueModel, source: Source, folder: Path) -> Manifest:
    """The manifest of freshly made files. Raises ModelDamaged where one is missing or not the catalogue's."""
    files = []
    for wanted in model.files:
        path = folder / wanted.name
        if not path.is_file():
            raise ModelDamaged(f"the source of {model.id} did not bring {wanted.name}")
        found = OutputFile(wanted.name, path.stat().st_size, digest(path))
        if wanted.sha256 and found.sha256 != wanted.sha256:
            raise ModelDamaged(f"{model.id}: {wanted.name} has the sha256 {found.sha256}, not {wanted.sha256}")
        files.append(found)
    return Manifest(
        model=model.id,
        licence=model.licence,
        converter=model.converter,
        converter_version=CONVERTERS.get(model.converter, 0),
        taken=_taken(source),
        files=tuple(files),
    )


def _taken(source: Source) -> tuple[TakenFile, ...]:
    return tuple(TakenFile(str(take.package), take.path, take.sha256) for take in source.takes)


def read(folder: Path) -> Manifest | None:
    """The manifest in a folder; None where there is none, or none that can be read."""
    try:
        raw: dict[str, Any] = json.loads((folder / NAME).read_text("utf-8"))
        return Manifest(
            **{
                **raw,
                "taken": tuple(TakenFile(**one) for one in raw["taken"]),
                "files": tuple(OutputFile(**one) for one in raw["files"]),
            }
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def current(manifest: Manifest | None, model: CatalogueModel) -> bool:
    """Whether it was made from one of the catalogue's sources as they are now, by today's converter."""
    if manifest is None or manifest.model != model.id or manifest.converter != model.converter:
        return False
    hashes = [take.sha256 for take in manifest.taken]
    return manifest.converter_version == CONVERTERS.get(model.converter, 0) and any(
        [take.sha256 for take in source.takes] == hashes for source in model.sources
    )


def damage(manifest: Manifest, model: CatalogueModel, folder: Path) -> Sequence[str]:
    """What is wrong with the files that lie there, one sentence each; nothing when all is well."""
    pinned = {file.name: file.sha256 for file in model.files}
    found = []
    for file in manifest.files:
        path = folder / file.name
        if not path.is_file():
            found.append(f"{file.name} is missing")
        elif path.stat().st_size != file.bytes:
            found.append(f"{file.name} has {path.stat().st_size} bytes, not {file.bytes}")
        elif digest(path) != file.sha256 or pinned.get(file.name, "") not in ("", file.sha256):
            found.append(f"{file.name} has another sha256")
    return found


def digest(path: Path) -> str:
    """The sha256 of a file, in hex."""
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            sha256.update(block)
    return sha256.hexdigest()
