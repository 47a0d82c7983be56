"""Where installed weight files lie, and how a detector gets at them.

`<directory>/<model id>/<file>` for each entry of the catalogue; see catalogue.toml.
"""

from __future__ import annotations

from pathlib import Path

from reelwarden.errors import ModelMissing
from reelwarden.models.session import Session


class ModelStore:
    """The installed models in one directory. Sessions are opened once and shared."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._sessions: dict[str, Session] = {}

    def path(self, model: str) -> Path:
        """The weight file of a model. Raises ModelMissing."""
        raise ModelMissing(f"the model {model} is not installed", f"run `reelwarden models install {model}`")

    def installed(self, model: str) -> bool:
        try:
            return self.path(model).is_file()
        except ModelMissing:
            return False

    def version(self, model: str) -> str:
        """The first 12 hex digits of the source file's sha256, from the catalogue."""
        raise ModelMissing(f"the model {model} is not in the catalogue")

    def session(self, model: str) -> Session:
        if model not in self._sessions:
            self._sessions[model] = Session(self.path(model))
        return self._sessions[model]
