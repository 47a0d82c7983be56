"""What an installation says while it runs: a bar with sizes and the time left in a terminal, plain lines elsewhere."""

from __future__ import annotations

from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

MEGABYTE = 1_000_000


class Reporter(Protocol):
    """`begin` gives the bytes to download in all; `arrived` those of the running download; `settle` ends one."""

    def begin(self, total: int) -> None: ...

    def step(self, model: str, what: str) -> None: ...

    def arrived(self, count: int) -> None: ...

    def settle(self, count: int) -> None: ...

    def done(self, model: str, size: int) -> None: ...

    def note(self, text: str) -> None: ...


class Lines:
    """One line for each thing that happens."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def begin(self, total: int) -> None:
        if total:
            self.note(f"{megabytes(total)} to download")

    def step(self, model: str, what: str) -> None:
        self.note(f"{model}: {what}")

    def arrived(self, count: int) -> None:
        pass

    def settle(self, count: int) -> None:
        pass

    def done(self, model: str, size: int) -> None:
        self.note(f"{model}: installed, {megabytes(size)}")

    def note(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


class Bar(Lines):
    """A bar over all downloads, with the lines above it. Use it as a context manager."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        columns = (TextColumn("{task.description}"), BarColumn(bar_width=16), DownloadColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._task = self._progress.add_task("", total=None, visible=False)
        self._settled = 0

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, total: int) -> None:
        self._progress.update(self._task, total=total or None, visible=total > 0)

    def step(self, model: str, what: str) -> None:
        # The first word: with the package the line would not fit into 80 columns.
        self._progress.update(self._task, description=f"{model}: {what.split()[0]}")

    def arrived(self, count: int) -> None:
        self._progress.update(self._task, completed=self._settled + count)

    def settle(self, count: int) -> None:
        self._settled += count
        self._progress.update(self._task, completed=self._settled)


def megabytes(size: int) -> str:
    return f"{size / MEGABYTE:.1f} MB"
