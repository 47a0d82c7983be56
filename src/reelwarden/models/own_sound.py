"""The operator's own models of sound: a directory each under `<models>/own-sound/`, described by its config.json.

docs/concepts/listen.md explains every field. What a file says is checked when it is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reelwarden.errors import SettingsError
from reelwarden.models.fields import ID, Fields
from reelwarden.taxonomy import labels as taxonomy_labels

FOLDER = "own-sound"
CONFIG = "config.json"
TASKS = ("recognise", "classify", "embed")
RECOGNISERS = ("ctranslate2", "sherpa")
INPUTS = ("waveform", "fbank80", "yamnet_patch", "logmel128")
ACTIVATIONS = ("softmax", "sigmoid", "none")


@dataclass(frozen=True, slots=True)
class SoundInput:
    """What the model is given: windows of `window` seconds, every `hop` seconds.

    `kind`: `waveform` [n, samples]; `fbank80` [n, frames, 80] Kaldi's log-mel energies less their mean;
    `yamnet_patch` [n, 1, 96, 64]; `logmel128` [n, 128, frames] natural logarithm of mel energies.
    `voiced` gives it windows of speech only.
    """

    kind: str
    window: float
    hop: float
    voiced: bool


@dataclass(frozen=True, slots=True)
class OwnSound:
    """One directory. `kind` is the recogniser's kind; `labels`, `told` (label of the model → ours) and `threshold` are
    a classifier's; `options` is what sherpa-onnx is given.
    """

    id: str
    folder: Path
    task: str
    version: str
    kind: str = ""
    tells_language: bool = False
    input: SoundInput = SoundInput("waveform", 1.0, 1.0, False)
    activation: str = "none"
    labels: tuple[str, ...] = ()
    told: tuple[tuple[str, str], ...] = ()
    threshold: float = 0.5
    options: tuple[tuple[str, str | int | float | bool], ...] = ()

    @property
    def model(self) -> Path:
        return self.folder / "model.onnx"


def own_sounds(directory: Path) -> Mapping[str, OwnSound]:
    """The operator's models of sound by id (the name of the folder). Raises SettingsError where one is wrong."""
    found = sorted((directory / FOLDER).glob(f"*/{CONFIG}"))
    return MappingProxyType({path.parent.name: read(path) for path in found})


def own_recogniser(directory: Path) -> OwnSound | None:
    """The speech recogniser that takes the place of ours. Raises SettingsError where there are two."""
    found = [own for own in own_sounds(directory).values() if own.task == "recognise"]
    if len(found) > 1:
        names = " and ".join(own.id for own in found)
        raise SettingsError(f"{names} are both speech recognisers", "keep one of them under own-sound")
    return found[0] if found else None


def read(path: Path) -> OwnSound:
    """One config.json. CTranslate2's own config.json counts: it makes the folder a Whisper model."""
    try:
        text = path.read_text("utf-8")
        raw = json.loads(text)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    where = f"own sound {path.parent.name}"
    if not ID.fullmatch(path.parent.name) or not isinstance(raw, dict):
        raise SettingsError(f"{where}: the folder's name must be small letters, digits and _, its file an object")
    version = hashlib.sha256(text.encode()).hexdigest()[:12]
    if "task" not in raw and (path.parent / "model.bin").is_file():
        return OwnSound(path.parent.name, path.parent, "recognise", version, "ctranslate2", tells_language=True)
    return _read(Fields(raw, where), path.parent, version)


def _read(fields: Fields, folder: Path, version: str) -> OwnSound:
    task = fields.one_of("task", TASKS)
    match task:
        case "recognise":
            own = _recogniser(fields, folder, version)
        case "classify":
            own = _classifier(fields, folder, version)
        case _:
            own = OwnSound(folder.name, folder, task, version, threshold=fields.number("threshold", 0.45))
    fields.end()
    return own


def _recogniser(fields: Fields, folder: Path, version: str) -> OwnSound:
    kind = fields.one_of("kind", RECOGNISERS)
    options: dict[str, Any] = fields.take("options", dict, {})
    if not all(isinstance(v, str | int | float | bool) for v in options.values()):
        raise SettingsError(f"{fields.where}: `options` must hold texts and numbers only")
    return OwnSound(
        folder.name,
        folder,
        "recognise",
        version,
        kind,
        tells_language=fields.take("tells_language", bool, default=kind == "ctranslate2"),
        options=tuple(sorted(options.items())),
    )


def _classifier(fields: Fields, folder: Path, version: str) -> OwnSound:
    rate = fields.number("sample_rate", 16_000)
    if rate != 16_000:
        raise SettingsError(f"{fields.where}: sound is heard at 16000 Hz, not at {rate:g}")
    window = fields.number("window_s")
    own = OwnSound(
        folder.name,
        folder,
        "classify",
        version,
        input=SoundInput(
            fields.one_of("input", INPUTS),
            window,
            fields.number("hop_s", window),
            fields.take("voiced", bool, default=False),
        ),
        activation=fields.one_of("activation", ACTIVATIONS),
        labels=fields.texts("labels"),
        told=tuple((str(k), str(v)) for k, v in fields.take("map", dict).items()),
        threshold=fields.number("threshold", 0.5),
    )
    _check(own, fields.where)
    return own


def _check(own: OwnSound, where: str) -> None:
    for theirs, ours in own.told:
        if theirs not in own.labels:
            raise SettingsError(f"{where}: `map` names {theirs!r}, which is not among `labels`")
        if ours not in taxonomy_labels():
            raise SettingsError(f"{where}: there is no label {ours!r}", "`reelwarden labels` lists them all")
    if not own.told:
        raise SettingsError(f"{where}: `map` must name at least one label")
    if not (0.05 <= own.input.window <= 30 and 0.05 <= own.input.hop <= 30):
        raise SettingsError(f"{where}: `window_s` and `hop_s` must be 0.05 to 30 seconds")
    if not 0 <= own.threshold <= 1:
        raise SettingsError(f"{where}: `threshold` must be 0 to 1")
