"""The operator's own models: a file own.toml beside the installed ones, or named by REELWARDEN_OWN_MODELS.

docs/howto/own-model.md explains every field. What a file says is checked when it is read; the weights' hash when they
are opened.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reelwarden.errors import ModelDamaged, SettingsError
from reelwarden.models.catalogue import catalogue
from reelwarden.models.fields import ID, SHA256, Fields
from reelwarden.models.manifest import digest
from reelwarden.taxonomy import labels as taxonomy_labels

NAME = "own.toml"
TASKS = ("classify", "embed", "detect-yolo", "detect-nanodet")
ACTIVATIONS = ("none", "softmax", "sigmoid")
FITS = ("stretch", "letterbox", "crop")
LARGEST_SIDE = 4096


@dataclass(frozen=True, slots=True)
class OwnInput:
    """How a picture becomes the model's input: `(value - mean) / std` of values 0..255, by channel of `channels`.

    `fit` says how it gets to `width` x `height`: stretched; letterbox: whole, in a corner of a picture of the colour
    `fill`; crop: the middle of it.
    """

    width: int
    height: int
    layout: str
    channels: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    fit: str
    fill: float


@dataclass(frozen=True, slots=True)
class Told:
    """A label of our taxonomy that is told by some of the model's labels, the `sources`, when they reach `floor`.

    `combine` says what several of them make together where the whole picture is judged: their sum, or the highest.
    """

    label: str
    sources: tuple[str, ...]
    floor: float
    combine: str


@dataclass(frozen=True, slots=True)
class OwnModel:
    """One entry. `labels` are the model's own, in the order of its outputs.

    `vectors` (task embed) is an .npy file [labels, size]: the embedding of each label, made beforehand; `scale` is what
    the cosines are multiplied with before the softmax over all labels. `overlap` (detection) is the share of two boxes
    above which the weaker one is dropped; `strides` and `centre` (NanoDet) describe its grid.
    """

    id: str
    path: Path
    sha256: str
    task: str
    input: OwnInput
    output: str
    activation: str
    labels: tuple[str, ...]
    tells: tuple[Told, ...]
    vectors: Path | None
    vectors_sha256: str
    scale: float
    overlap: float
    strides: tuple[int, ...]
    centre: float

    @property
    def told(self) -> frozenset[str]:
        """The labels of our taxonomy that it tells."""
        return frozenset(told.label for told in self.tells)

    @property
    def version(self) -> str:
        return self.sha256[:12]

    @property
    def installed(self) -> bool:
        return self.path.is_file() and (self.vectors is None or self.vectors.is_file())

    def verify(self) -> None:
        """Raises ModelDamaged where a file has not the sha256 that own.toml says."""
        for path, sha256 in ((self.path, self.sha256), (self.vectors, self.vectors_sha256)):
            if path is not None and digest(path) != sha256:
                hint = f"if you changed it on purpose, write `{digest(path)}` into {NAME}"
                raise ModelDamaged(f"{self.id}: {path.name} has another sha256 than {NAME} says", hint)


OwnModels = Mapping[str, OwnModel]


def own_models(directory: Path, named: Path | None = None) -> OwnModels:
    """The operator's models by id: those of `<directory>/own.toml` and of the file that the settings name.

    Raises SettingsError where a file is wrong, or names what there is already.
    """
    found: dict[str, OwnModel] = {}
    files = [directory / NAME] if (directory / NAME).is_file() else []
    if named is not None and named.resolve() not in [file.resolve() for file in files]:
        files.append(named)
    for file in files:
        for model in read(file):
            if model.id in found or model.id in catalogue():
                raise SettingsError(f"{file}: there is a model {model.id} already")
            found[model.id] = model
    return found


def read(file: Path) -> Iterable[OwnModel]:
    """The models of one file; paths in it are relative to it. Raises SettingsError."""
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from error
    fields = Fields(document, str(file))
    tables = fields.tables("model")
    fields.end()
    return [_model(Fields(raw, f"{file}, model number {at}"), file.parent) for at, raw in enumerate(tables, 1)]


def _model(fields: Fields, folder: Path) -> OwnModel:
    name = fields.match("id", ID)
    fields.where = f"own model {name}"
    task = fields.one_of("task", TASKS)
    own = fields.texts("labels")
    embeds, detects = task == "embed", task.startswith("detect")
    activation = fields.one_of("activation", ACTIVATIONS, "none" if embeds or detects else None)
    combine = "sum" if embeds or activation == "softmax" else "highest"
    model = OwnModel(
        id=name,
        path=folder / fields.take("file", str),
        sha256=fields.match("sha256", SHA256),
        task=task,
        input=_input(fields.table("input")),
        output=fields.take("output", str, ""),
        activation=activation,
        labels=own,
        tells=tuple(_told(Fields(raw, f"{fields.where}, tells"), own, combine) for raw in fields.tables("tells")),
        vectors=folder / fields.take("vectors", str) if embeds else None,
        vectors_sha256=fields.match("vectors_sha256", SHA256) if embeds else "",
        scale=fields.number("scale", 100.0) if embeds else 1.0,
        overlap=fields.number("overlap", 0.6) if detects else 0.0,
        strides=tuple(int(s) for s in fields.numbers("strides", 0, (8, 16, 32))) if task == "detect-nanodet" else (),
        centre=fields.number("centre", 0.5) if task == "detect-nanodet" else 0.5,
    )
    fields.end()
    _check_labels(model, fields.where)
    return model


def _check_labels(model: OwnModel, where: str) -> None:
    if len(set(model.labels)) != len(model.labels):
        raise SettingsError(f"{where}: a label stands twice in `labels`")
    if len(model.told) != len(model.tells):
        raise SettingsError(f"{where}: a label stands in two tables `tells`; give it one with a longer `from`")


def _input(fields: Fields) -> OwnInput:
    width, height = (int(side) for side in fields.numbers("size", 2, ()))
    if not (0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE):
        raise SettingsError(f"{fields.where}: `size` must be 1 to {LARGEST_SIDE}, as [width, height]")
    result = OwnInput(
        width=width,
        height=height,
        layout=fields.one_of("layout", ("NCHW", "NHWC"), "NCHW"),
        channels=fields.one_of("channels", ("RGB", "BGR"), "RGB"),
        mean=fields.numbers("mean", 3, (0.0, 0.0, 0.0)),
        std=fields.numbers("std", 3, (1.0, 1.0, 1.0)),
        fit=fields.one_of("fit", FITS, "stretch"),
        fill=fields.number("fill", 0.0),
    )
    if 0 in result.std:
        raise SettingsError(f"{fields.where}: `std` divides, so it cannot be 0")
    fields.end()
    return result


def _told(fields: Fields, own: tuple[str, ...], combine: str) -> Told:
    told = Told(
        label=fields.take("label", str),
        sources=fields.texts("from"),
        floor=fields.number("floor", 0.5),
        combine=fields.one_of("combine", ("sum", "highest"), combine),
    )
    fields.end()
    if told.label not in taxonomy_labels():
        raise SettingsError(f"{fields.where}: there is no label {told.label!r}", "`reelwarden labels` lists them all")
    unknown = [source for source in told.sources if source not in own]
    if unknown:
        raise SettingsError(f"{fields.where}: {', '.join(unknown)} is not among the model's `labels`")
    if not 0 <= told.floor <= 1:
        raise SettingsError(f"{fields.where}: `floor` must be 0 to 1")
    return told
