"""CPU time and memory of a whole server, process by process, as the kernel counts them (Linux: /proc)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """`cpu`: seconds, user and system, of the process and all its children that live or were waited for.

    `memory`: bytes (PSS: what several processes share is divided among them), of all that live.
    """

    cpu: float
    memory: int


def tree(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(task).split():
            found += tree(int(child))
    return found


def usage(pid: int) -> Usage:
    pids = tree(pid)
    return Usage(sum(map(_seconds, pids)), sum(map(_memory, pids)))


def of_server(supervisor: int) -> dict[str, Usage]:
    """Usage by the name of the program: supervisor, api, notifier, worker."""
    found = {"supervisor": Usage(_seconds(supervisor, with_ended=False), _memory(supervisor))}
    for pid in tree(supervisor)[1:]:
        if _parent(pid) == supervisor:
            name = _read(Path(f"/proc/{pid}/cmdline")).rstrip("\0").rpartition("\0")[2]
            one, before = usage(pid), found.get(name, Usage(0.0, 0))
            found[name] = Usage(one.cpu + before.cpu, one.memory + before.memory)
    return found


def spent(before: Mapping[str, Usage], after: Mapping[str, Usage]) -> dict[str, float]:
    """CPU seconds by program between two looks."""
    return {name: after[name].cpu - before[name].cpu for name in after if name in before}


def peak(pid: int) -> int:
    """The most bytes that the process ever had in memory."""
    return _status(pid, "VmHWM")


def resident(pid: int) -> int:
    return _status(pid, "VmRSS")


def _seconds(pid: int, with_ended: bool = True) -> float:
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11 : 15 if with_ended else 13]) / TICK


def _parent(pid: int) -> int:
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return int(fields[1]) if fields else 0


def _memory(pid: int) -> int:
    for line in _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) << 10
    return 0


def _status(pid: int, name: str) -> int:
    for line in _read(Path(f"/proc/{pid}/status")).splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) << 10
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""
