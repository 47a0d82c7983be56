"""Wheels and npm tarballs made on the spot, and catalogues that name what is inside."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

from reelwarden.models.catalogue import Catalogue, parse


def wheel(folder: Path, name: str, version: str, files: dict[str, bytes]) -> Path:
    path = folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in files.items():
            archive.writestr(member, data)
    return path


def tarball(folder: Path, name: str, version: str, files: dict[str, bytes]) -> Path:
    path = folder / f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for member, data in files.items():
            info = tarfile.TarInfo(member)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def entry(name: str, sources: list[list[tuple[str, str, bytes, str]]], *, accept: bool = False) -> str:
    """The TOML of a model without a converter; each take is package, path, bytes and the name that it gets."""
    outputs: dict[str, bytes] = {}
    for _, _, data, to in sources[0]:
        outputs[to] = outputs.get(to, b"") + data
    files = ", ".join(f'{{ name = "{n}", bytes = {len(d)}, sha256 = "{sha256(d)}" }}' for n, d in outputs.items())
    lines = [
        "[[model]]",
        f'id = "{name}"',
        'tells = "a thing"',
        'code_licence = "MIT"',
        f'weights_licence = "{"AGPL-3.0" if accept else "MIT"}"',
        'provenance = "made in a test"',
        f"accept = {str(accept).lower()}",
        f"files = [{files}]",
    ]
    for source in sources:
        takes = (f'{{ from = "{p}", path = "{m}", sha256 = "{sha256(d)}", to = "{to}" }}' for p, m, d, to in source)
        lines += ["[[model.source]]", f"take = [{', '.join(takes)}]"]
    return "\n".join(lines)


def catalogue_of(*entries: str) -> Catalogue:
    return parse("\n".join(entries))
