"""Where installed weight files lie, and how a detector gets at them.

`<directory>/<model id>/<file>` for each entry of the catalogue, with a manifest beside it; see catalogue.toml. The
operator's own models lie where own.toml says.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from reelwarden.errors import ModelMissing
from reelwarden.models.catalogue import catalogue
from reelwarden.models.manifest import NAME, read
from reelwarden.models.own import OwnModels, own_models
from reelwarden.models.session import Session

Opened = TypeVar("Opened")


class ModelStore:
    """The installed models in one directory. What is opened is opened once, and shared by all who have this store.

    Several threads may use one store. `named_own` is the file of own models that the settings name, besides
    `<directory>/own.toml`.
    """

    def __init__(self, directory: Path, named_own: Path | None = None) -> None:
        self.directory = directory
        self._named_own = named_own
        self._opened: dict[str, Any] = {}
        self._lock = RLock()
        self._versions: dict[str, str] = {}

    @cached_property
    def own(self) -> OwnModels:
        """The operator's own models by id. Raises SettingsError where own.toml is wrong."""
        return own_models(self.directory, self._named_own)

    def path(self, model: str, file: str = "") -> Path:
        """A weight file of a model, the first of its files unless one is named. Raises ModelMissing."""
        return self._own_path(model) if model in self.own else self._catalogue_path(model, file)

    def installed(self, model: str) -> bool:
        try:
            return self.path(model).is_file()
        except ModelMissing:
            return False

    def version(self, model: str) -> str:
        """The first 12 hex digits of the source file's sha256: of the installed one, or else of the catalogue's."""
        if model not in self._versions:
            self._versions[model] = self.own[model].version if model in self.own else self._catalogue_version(model)
        return self._versions[model]

    def session(self, model: str) -> Session:
        """The opened model. Raises ModelMissing, or ModelDamaged where it cannot be opened or is not the one named."""
        return self.once(model, lambda: self._open(model))

    def once(self, name: str, make: Callable[[], Opened]) -> Opened:
        """What `make` returns, called the first time that `name` is asked for.

        For whatever is large and the same for all media, so that detectors of many media at a time share it.
        """
        with self._lock:
            if name not in self._opened:
                self._opened[name] = make()
            result: Opened = self._opened[name]
            return result

    @property
    def held(self) -> frozenset[str]:
        """The names of what was opened so far, and is kept open."""
        with self._lock:
            return frozenset(self._opened)

    def _open(self, model: str) -> Session:
        path = self.path(model)
        if model in self.own:
            self.own[model].verify()
        return Session(path)

    def _own_path(self, model: str) -> Path:
        own = self.own[model]
        if not own.installed:
            raise ModelMissing(f"the file of your own model {model} is not there: {own.path}")
        return own.path

    def _catalogue_path(self, model: str, file: str) -> Path:
        _known(model)
        path = self.directory / model / (file or catalogue()[model].files[0].name)
        if not (path.is_file() and (path.parent / NAME).is_file()):
            raise ModelMissing(f"the model {model} is not installed", f"run `reelwarden models install {model}`")
        return path

    def _catalogue_version(self, model: str) -> str:
        _known(model)
        found = read(self.directory / model)
        return found.version if found else catalogue()[model].version


def _known(model: str) -> None:
    if model not in catalogue():
        raise ModelMissing(f"the model {model} is not in the catalogue", "`reelwarden models list` lists them all")
