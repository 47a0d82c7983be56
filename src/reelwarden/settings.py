"""Every setting, from the environment (`REELWARDEN_…`) or a TOML file named by `REELWARDEN_CONFIG`.

docs/reference/settings.md lists them; a test holds the two together. The environment wins over the file.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from reelwarden.errors import SettingsError


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "reelwarden"


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


CommaList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""A comma list in the environment, an array in the file."""


class Settings(BaseSettings):
    """The settings of one process. Use `load()`, which turns mistakes into SettingsError."""

    model_config = SettingsConfigDict(env_prefix="REELWARDEN_", extra="forbid", frozen=True)

    cache_dir: Path = Field(default_factory=_cache, description="Where downloads and built files are kept.")
    models_dir: Path = Field(
        default_factory=lambda data: data["cache_dir"] / "models",
        description="Where the installed weight files lie.",
    )
    own_models: Path | None = Field(None, description="A catalogue file of the operator's own models.")
    policy: Path | None = Field(None, description="The policy file used where none is given.")
    allow_networks: CommaList = Field((), description="Private networks (CIDR) that may be fetched from.")
    max_bytes: int = Field(4 << 30, gt=0, description="The largest media file, in bytes.")
    max_pixels: int = Field(7680 * 4320, gt=0, description="The largest picture, in pixels.")
    max_duration: float = Field(4 * 3600.0, gt=0, description="The longest media, in seconds.")
    decode_memory: int = Field(1536 << 20, gt=0, description="Memory of the decoding process, in bytes.")
    fetch_timeout: float = Field(300.0, gt=0, description="Total time of one download, in seconds.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file."""
        file = os.environ.get("REELWARDEN_CONFIG")
        toml = (TomlConfigSettingsSource(settings_cls, toml_file=Path(file)),) if file else ()
        return (init_settings, env_settings, *toml)


def load() -> Settings:
    """The settings of this process. Raises SettingsError naming the setting that is wrong."""
    file = os.environ.get("REELWARDEN_CONFIG")
    if file and not Path(file).is_file():
        raise SettingsError(f"REELWARDEN_CONFIG names {file}, which is not a file")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        hint = "docs/reference/settings.md lists every setting"
        raise SettingsError(f"the setting {name} is wrong: {first['msg']}", hint) from error
    except ValueError as error:
        raise SettingsError(f"{file or 'the environment'} cannot be read: {error}") from error
