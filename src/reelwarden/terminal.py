"""The progress bar of long work, on standard error, and only where a person is watching."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class Bar:
    """A bar that takes what fetching and looking report."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def downloaded(self, done: int, whole: int | None) -> None:
        """Bytes so far, and bytes in all where known."""
        self._progress.update(self._task, completed=done, total=whole, doing=f"fetching {done / 1e6:.1f} MB")

    def looked(self, done: float, whole: float | None) -> None:
        """Seconds of media so far, and seconds in all where known."""
        total = max(whole, done) if whole else None
        self._progress.update(self._task, completed=done, total=total, doing=f"{_clock(done)} looked at")


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


@contextmanager
def progress_bar(name: str) -> Iterator[Bar]:
    """A bar that vanishes when the work is done; nothing at all where standard error is not a terminal."""
    columns = (
        TextColumn("{task.description}", style="bold"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[doing]}"),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(name.replace("[", r"\["), total=None, doing="starting")
        yield Bar(progress, task)
