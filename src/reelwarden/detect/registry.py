"""Finds the detectors, and says which labels they can tell with the models that are installed.

Every module under detect/image, detect/ocr and detect/audio is looked into for classes that are detectors. A
module whose detectors depend on what the operator has installed offers a function `kinds(store)` that returns
such classes.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from types import ModuleType

from reelwarden.detect import audio, image, ocr
from reelwarden.detect.detector import Detector
from reelwarden.domain import Unavailable
from reelwarden.models.catalogue import catalogue
from reelwarden.models.store import ModelStore
from reelwarden.taxonomy import expand, within

NO_MODEL = "no model tells this yet"


def kinds(store: ModelStore) -> tuple[type[Detector], ...]:
    """The class of every detector there is, sorted by name, whether or not its models are installed."""
    found = {*_built_in(), *(kind for module in _modules() for kind in _offered(module, store))}
    return tuple(sorted(found, key=lambda kind: kind.name))


def available(store: ModelStore) -> frozenset[str]:
    """The labels that the installed models can tell."""
    return frozenset(label for kind in kinds(store) for label in _ready(kind, store))


def choose(asked: Collection[str], store: ModelStore) -> list[Detector]:
    """The detectors that the asked labels need, each made with those of its labels that were asked and can be
    told.

    `asked` holds labels or families. Raises UsageError for one that is not in the taxonomy.
    """
    wanted = expand(asked)
    mine = ((kind, _ready(kind, store) & wanted) for kind in kinds(store))
    return [kind(store, labels) for kind, labels in mine if labels]


def unavailable(asked: Collection[str], store: ModelStore) -> tuple[Unavailable, ...]:
    """The asked labels that nothing installed can tell, each with the reason, in the order of the taxonomy.

    A family counts as told as soon as one label under it is.
    """
    told = available(store)
    missing = (label for label in sorted(expand(asked)) if not any(within(t, label) for t in told))
    return tuple(Unavailable(label, _reason(label, store)) for label in missing)


def _ready(kind: type[Detector], store: ModelStore) -> frozenset[str]:
    return frozenset(label for label, models in kind.tells.items() if all(map(store.installed, models)))


def _reason(label: str, store: ModelStore) -> str:
    """The shortest way to have it told: the detector that lacks the fewest models."""
    lacks = [
        [model for model in models if not store.installed(model)]
        for kind in kinds(store)
        for told, models in kind.tells.items()
        if within(told, label)
    ]
    if not lacks:
        return NO_MODEL
    nearest = min(lacks, key=len)
    verb = "model is" if len(nearest) == 1 else "models are"
    return f"the {verb} not installed: reelwarden models install {' '.join(nearest)}{_acceptance(nearest)}"


def _acceptance(models: Iterable[str]) -> str:
    entries = catalogue()
    bound = (model for model in models if model in entries and entries[model].accept)
    return "".join(f" --accept-licence {model}" for model in bound)


@cache
def _modules() -> tuple[ModuleType, ...]:
    names = [
        info.name
        for package in (image, ocr, audio)
        for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    ]
    return tuple(importlib.import_module(name) for name in names)


@cache
def _built_in() -> tuple[type[Detector], ...]:
    return tuple(kind for module in _modules() for kind in _defined(module))


def _defined(module: ModuleType) -> Iterator[type[Detector]]:
    for _, kind in inspect.getmembers(module, inspect.isclass):
        if issubclass(kind, Detector) and kind.__module__ == module.__name__ and hasattr(kind, "name"):
            yield kind


def _offered(module: ModuleType, store: ModelStore) -> Collection[type[Detector]]:
    offer = getattr(module, "kinds", None)
    return offer(store) if offer else ()
