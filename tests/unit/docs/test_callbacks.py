"""docs/reference/callbacks.md lists the schedules as they are. Run this file to write its table again."""

from __future__ import annotations

from pathlib import Path

from reelwarden.deliver.schedules import ONLY_200, SCHEDULES, Schedule

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "callbacks.md"
BEGIN, END = "<!-- table -->", "<!-- end of table -->"
HEAD = "| dialect | arrived | limit of an attempt | attempts | waits between them | may grow by |"


def table() -> str:
    return "\n".join([HEAD, "|---" * 6 + "|", *(_row(name, schedule) for name, schedule in SCHEDULES.items())])


def _row(name: str, schedule: Schedule) -> str:
    arrived = "200 exactly" if schedule.received == ONLY_200 else "any 2xx"
    waits = ", ".join(_time(wait) for wait in schedule.waits)
    grows = f"{schedule.jitter:.0%}" if schedule.jitter else "nothing"
    return f"| `{name}` | {arrived} | {schedule.limit:g} s | {schedule.attempts} | {waits} | {grows} |"


def _time(seconds: float) -> str:
    if seconds < 120 or seconds % 60:
        return f"{seconds:g} s"
    return f"{seconds / 60:g} min" if seconds < 3600 else f"{seconds / 3600:g} h"


def test_the_page_lists_the_schedules_as_they_are() -> None:
    assert PAGE.read_text("utf-8").split(BEGIN)[1].split(END)[0].strip() == table()


if __name__ == "__main__":
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}", "utf-8")
