"""Where installed weight files lie, and how a detector gets at them.

`<directory>/<model id>/<file>` for each entry of the catalogue, with a manifest beside it; see catalogue.toml.
"""

from __future__ import annotations

from pathlib import Path

from reelwarden.errors import ModelMissing
from reelwarden.models.catalogue import CatalogueModel, catalogue
from reelwarden.models.manifest import NAME, read
from reelwarden.models.session import Session


class ModelStore:
    """The installed models in one directory. Sessions are opened once and shared."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._sessions: dict[str, Session] = {}
        self._versions: dict[str, str] = {}

    def path(self, model: str, file: str = "") -> Path:
        """A weight file of a model, the first of its files unless one is named. Raises ModelMissing."""
        entry = _entry(model)
        path = self.directory / model / (file or entry.files[0].name)
        if not (path.is_file() and (path.parent / NAME).is_file()):
            raise ModelMissing(
                f"the model {model} is not installed", f"run `reelwarden models install {model}`"
            )
        return path

    def installed(self, model: str) -> bool:
        try:
            return self.path(model).is_file()
        except ModelMissing:
            return False

    def version(self, model: str) -> str:
        """The first 12 hex digits of the source file's sha256: of the installed one, or else of the catalogue's."""
        if model not in self._versions:
            entry = _entry(model)
            found = read(self.directory / model)
            self._versions[model] = found.version if found else entry.version
        return self._versions[model]

    def session(self, model: str) -> Session:
        if model not in self._sessions:
            self._sessions[model] = Session(self.path(model))
        return self._sessions[model]


def _entry(model: str) -> CatalogueModel:
    entry = catalogue().get(model)
    if entry is None:
        raise ModelMissing(
            f"the model {model} is not in the catalogue", "`reelwarden models list` lists them all"
        )
    return entry
