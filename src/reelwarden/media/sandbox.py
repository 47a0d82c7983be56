"""Locks the decoder's process in, for good: no files, no network, no other programs, and hard limits.

Called once everything is loaded and the media is open. Several locks overlap, since not every kernel and container
offers all of them; `lock` says which ones hold.
"""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import platform
import resource
import struct
from collections.abc import Callable, Sequence

from reelwarden.media.limits import Limits

OPEN_FILES = 32
SPARE_MEMORY = 8 << 20
NEWUSER, NEWNET, NEWIPC = 0x10000000, 0x40000000, 0x08000000
NO_NEW_PRIVS, SET_DUMPABLE, SET_SECCOMP, SECCOMP_FILTER = 38, 4, 22, 2
LANDLOCK_CREATE, LANDLOCK_RESTRICT = 444, 446

_libc = ctypes.CDLL(None, use_errno=True)


def lock(memory_bytes: int, cpu_soft: float, cpu_hard: float, files: int) -> list[str]:
    """The names of the locks that hold. `memory_bytes` is on top of what is in use now."""
    _limit(resource.RLIMIT_AS, _address_space() + memory_bytes)
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_soft), int(cpu_hard)))
    for which, value in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, files),
    ):
        _limit(which, value)
    holds = ["memory", "cpu_time", "file_size", "open_files"]
    _libc.prctl(SET_DUMPABLE, 0, 0, 0, 0)
    tried: dict[str, Callable[[], bool]] = {
        "network_namespace": _leave_network,
        "processes": _no_processes,
        "no_new_privileges": lambda: _libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0) == 0,
        "landlock": _landlock,
        "seccomp": _seccomp,
    }
    return holds + [name for name, take in tried.items() if take()]


def lock_for(limits: Limits) -> list[str]:
    # The hard limit kills without saying why, so the soft one must always come first.
    hard = limits.cpu_allowed(limits.max_duration) + 5
    return lock(limits.memory_bytes, limits.cpu_seconds, hard, OPEN_FILES)


def lock_for_ever(limits: Limits) -> list[str]:
    """For a stream without an end: computing time is granted again and again by `grant_cpu`."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    return lock(limits.memory_bytes, limits.cpu_seconds, hard, OPEN_FILES)


def grant_cpu(seconds: float) -> None:
    """So much computing time from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, hard))


def raise_cpu(soft: float) -> None:
    """More computing time, up to the hard limit set at the beginning."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (min(int(soft), hard), hard))


def require_memory(length: int) -> None:
    """Raises MemoryError where so many bytes are not to be had: decoders do not always say that this was the matter."""
    try:
        mmap.mmap(-1, max(SPARE_MEMORY, length)).close()
    except OSError as error:
        raise MemoryError from error


def die_with(fd: int) -> None:
    """Ends this process when the last writer of the pipe `fd` is gone, that is when our parent dies.

    The kernel's own death signal follows the parent's thread, not its process, and threads come and go.
    """
    fcntl.fcntl(fd, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC)


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


def _address_space() -> int:
    with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - before the lock, and the cheapest way
        return int(statm.read().split()[0]) * resource.getpagesize()


def _no_processes() -> bool:
    _limit(resource.RLIMIT_NPROC, 0)
    return True


def _leave_network() -> bool:
    """An own, empty network. Root may do it as it is; others need an own user namespace for it."""
    return any(_libc.unshare(spaces) == 0 for spaces in (NEWUSER | NEWNET | NEWIPC, NEWNET))


def _landlock() -> bool:
    """Denies every access to files by path, TCP, and signals and abstract sockets beyond this process."""
    version = _libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    files = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    rules = struct.pack("<QQQ", files, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _libc.syscall(LANDLOCK_CREATE, rules, ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    held: bool = _libc.syscall(LANDLOCK_RESTRICT, ruleset, 0) == 0
    os.close(ruleset)
    return held


# What a decoder still needs once everything is open: reading, writing, memory, time, and to end. Everything else fails
# with "not permitted": opening and naming files, sockets, programs, processes, tracing, mounting, kernel interfaces.
# (newfstatat is how the C library asks about an open file; it tells that a named file exists, but nothing in it.)
_ALLOWED = {
    "x86_64": {
        "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11,
        "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17, "readv": 19,
        "writev": 20, "sched_yield": 24, "mremap": 25, "madvise": 28, "dup": 32, "nanosleep": 35, "getpid": 39,
        "exit": 60, "fcntl": 72, "gettimeofday": 96, "getrusage": 98, "sigaltstack": 131, "gettid": 186, "time": 201,
        "futex": 202, "sched_getaffinity": 204, "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229,
        "clock_nanosleep": 230, "exit_group": 231, "tgkill": 234, "newfstatat": 262,
        "prlimit64": 302, "getrandom": 318, "membarrier": 324, "rseq": 334,
    },
    "aarch64": {
        "dup": 23, "fcntl": 25, "close": 57, "lseek": 62, "read": 63, "write": 64, "readv": 65, "writev": 66,
        "pread64": 67, "ppoll": 73, "newfstatat": 79, "fstat": 80, "exit": 93, "exit_group": 94, "futex": 98,
        "nanosleep": 101, "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115, "sched_getaffinity": 123,
        "sched_yield": 124, "restart_syscall": 128, "tgkill": 131, "sigaltstack": 132, "rt_sigaction": 134,
        "rt_sigprocmask": 135, "rt_sigreturn": 139, "getrusage": 165, "gettimeofday": 169, "getpid": 172,
        "gettid": 178, "brk": 214, "munmap": 215, "mremap": 216, "mmap": 222, "mprotect": 226, "madvise": 233,
        "prlimit64": 261, "getrandom": 278, "membarrier": 283, "rseq": 293,
    },
}  # fmt: skip
_THREADS = {"x86_64": (56, 435), "aarch64": (220, 435)}  # clone, clone3
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _NOT_PERMITTED, _NOT_THERE = 0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38  # EPERM, ENOSYS
_NUMBER, _ARCHITECTURE = 0, 4


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def _seccomp() -> bool:
    machine = platform.machine()
    if machine not in _ALLOWED:
        return False
    code = _filter(_AUDIT[machine], sorted(_ALLOWED[machine].values()), _THREADS[machine])
    buffer = ctypes.create_string_buffer(code)
    program = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    held: bool = _libc.prctl(SET_SECCOMP, SECCOMP_FILTER, ctypes.byref(program), 0, 0) == 0
    return held


def _filter(architecture: int, allowed: Sequence[int], threads: Sequence[int]) -> bytes:
    """Compares the call's number with each allowed one. New threads are said not to exist: decoders then do without."""
    steps = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_JUMP_EQUAL, architecture, 1, 0),
        _step(_RETURN, _NOT_PERMITTED),
    ]
    steps.append(_step(_LOAD, _NUMBER))
    for place, number in enumerate(threads):
        steps.append(_step(_JUMP_EQUAL, number, len(allowed) + len(threads) - place, 0))
    for place, number in enumerate(allowed):
        steps.append(_step(_JUMP_EQUAL, number, len(allowed) - place + 1, 0))
    returns = (_NOT_PERMITTED, _NOT_THERE, _ALLOW)
    return b"".join([*steps, *(_step(_RETURN, value) for value in returns)])


def _step(operation: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", operation, if_true, if_false, value)
