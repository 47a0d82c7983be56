"""Every setting, from the environment (`REELWARDEN_…`) or a TOML file named by `REELWARDEN_CONFIG`.

docs/reference/settings.md lists them; a test holds the two together. The environment wins over the file.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

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


def _data() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
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

    data_dir: Path = Field(
        default_factory=_data, description="Where a server on one machine keeps its database and media."
    )
    database_url: str = Field(
        default_factory=lambda data: f"sqlite:///{data['data_dir'] / 'reelwarden.db'}",
        description="The server's database: `sqlite:///file`, or `postgresql://…` for many machines.",
    )
    store_url: str = Field(
        default_factory=lambda data: str(data["data_dir"] / "store"),
        description="Where uploads and evidence lie: a folder, or `s3://bucket/prefix`.",
    )
    host: str = Field("127.0.0.1", description="The address that the API listens on.")
    port: int = Field(8080, ge=0, lt=65536, description="The port that the API listens on; 0 takes a free one.")
    public_url: str = Field("", description="How others reach the API, for links; empty: as the request came.")
    workers: int = Field(0, ge=0, description="Worker processes that `serve` starts; 0: one a core.")
    streams_per_worker: int = Field(8, ge=1, description="Live streams that one worker watches at a time.")
    stream_patience: float = Field(
        20.0, gt=0, description="Seconds for which a stream is asked again that never gave anything."
    )
    retention: float = Field(3 * 86400.0, gt=0, description="Seconds after which results and media are deleted.")
    review_retention: float = Field(
        90 * 86400.0, gt=0, description="Seconds after the last word on a review item when it loses its content."
    )
    review_waiting: float = Field(
        180 * 86400.0, gt=0, description="Seconds after which a review item that nobody decided on loses its content."
    )
    author_retention: float = Field(
        365 * 86400.0, gt=0, description="Seconds after an author was last seen when they are forgotten."
    )
    submission_timeout: float = Field(6 * 3600.0, gt=0, description="Seconds after which a submission has failed.")
    piece_seconds: float = Field(3.0, gt=0, description="Seconds of work between two checkpoints of a submission.")
    piece_attempts: int = Field(3, ge=1, description="Times that a media may bring a worker down before it has failed.")
    lease: float = Field(10.0, gt=0.5, description="Seconds of silence after which a worker counts as gone.")
    callbacks_at_once: int = Field(64, ge=1, description="Callbacks that one notifier posts at a time.")
    callback_pace: float = Field(1.0, gt=0, description="A factor on all waits between attempts, for tests.")
    free_space: int = Field(512 << 20, ge=0, description="Bytes of free disk below which nothing is accepted.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged.")
    telemetry_url: str = Field(
        "",
        pattern=r"^(https?://[^\s/]\S*)?$",
        description="The operator's OpenTelemetry collector (OTLP over HTTP) that traces are sent to; empty: none.",
    )

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
