"""The text command: a table, JSON, a stream, lists, exit codes. Content warning."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reelwarden.commands.text import command
from reelwarden.errors import UsageError
from reelwarden.text import semantic


def run(*args: str, given: str | None = None) -> Result:
    return CliRunner().invoke(command, [*args, "--lang", "en"], input=given, catch_exceptions=True)


def test_a_table_and_exit_code_one_when_something_is_found() -> None:
    done = run("you moron, write to me")
    assert done.exit_code == 1
    assert "insult (medium)" in done.stdout
    assert "4-9  'moron'  medium" in done.stdout


def test_nothing_found_is_exit_code_zero() -> None:
    done = run("a lovely day")
    assert done.exit_code == 0
    assert "nothing found" in done.stdout


def test_json_and_standard_input() -> None:
    done = run("-", "--json", given="you moron")
    assert json.loads(done.stdout)["detections"]["insult"]["details"][0]["start"] == 4


def test_a_stream_keeps_its_order_and_goes_on_after_a_bad_line() -> None:
    lines = ['{"text": "you moron"}', "no json", '{"text": "hello", "lang": "en"}', '{"text": "x", "lang": "xx"}', "{}"]
    done = run("--jsonl", given="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 0
    assert [answer.get("detected_categories") for answer in answers] == [["insult"], None, [], None, None]
    assert "no such language" in answers[3]["error"]


@pytest.mark.parametrize("how", [[], ["--json"], ["--jsonl"]])
def test_a_missing_second_opinion_is_said_aside(
    how: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REELWARDEN_MODELS_DIR", str(tmp_path))
    semantic.usual.cache_clear()
    given = '{"text": "a lovely day"}\n'
    asked = run(*([] if "--jsonl" in how else ["a lovely day"]), *how, given=given)
    waived = run(*([] if "--jsonl" in how else ["a lovely day"]), *how, "--no-semantic", given=given)
    semantic.usual.cache_clear()
    assert asked.stderr.startswith("no second opinion: ")
    assert waived.stderr == ""
    assert asked.stdout == waived.stdout != ""


def test_a_list_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("blorpo\n", "utf-8")
    done = run("see bl0rpo", "--list", str(tmp_path / "mine.txt"), "--json")
    assert json.loads(done.stdout)["detected_categories"] == ["blacklist"]


@pytest.mark.parametrize("args", [[], ["x", "--categories", "nonsense"], ["x", "--list", "no such file"]])
def test_a_wrong_call_is_said_in_a_line(args: list[str]) -> None:
    done = run(*args)
    assert isinstance(done.exception, UsageError)
    assert "\n" not in str(done.exception)
