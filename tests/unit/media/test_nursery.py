"""Children forked from a warm process: the same frames, the same locks, and the same end as cold ones."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from clips import make_clip, tone
from PIL import Image

from reelwarden.domain import AudioChunk, Frame
from reelwarden.errors import LimitExceeded, MediaDamaged, NotMedia
from reelwarden.media.decoder_process import Decoding, decode, warm
from reelwarden.media.limits import Limits
from reelwarden.media.nursery import Nursery
from reelwarden.media.sampling import Every


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=3, audio=tone())


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    with warm() as nursery:
        yield nursery


def soon(true: Callable[[], bool], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        threading.Event().wait(0.02)
    return true()


def gone(pid: int) -> bool:
    """Ended, and reaped by whoever had to."""
    return not Path(f"/proc/{pid}").exists()


def taken(path: Path) -> tuple[list[tuple[float, bytes]], list[tuple[float, bytes]], Decoding]:
    with decode(path, Every(0.5), 160) as decoding:
        items = list(decoding)
    frames = [(i.time, i.pixels.tobytes()) for i in items if isinstance(i, Frame)]
    return frames, [(i.time, i.samples.tobytes()) for i in items if isinstance(i, AudioChunk)], decoding


def test_warm_and_cold_give_the_same(clip: Path) -> None:
    cold = taken(clip)
    with warm() as nursery:
        hot = taken(clip)
        assert nursery.pid is not None
    assert hot[:2] == cold[:2]
    assert hot[2].stats["locks"] == cold[2].stats["locks"]
    assert hot[2].stats["cpu_seconds"] < cold[2].stats["cpu_seconds"]
    assert soon(lambda: gone(nursery.pid or hot[2]._process.pid))


def test_images_and_refusals(nursery: Nursery, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), "red").save(tmp_path / "i.png")
    (tmp_path / "no.mp4").write_bytes(b"not media at all" * 100)
    for _ in range(2):
        with decode(tmp_path / "i.png", Every(1.0), 64) as decoding:
            assert len(list(decoding)) == 1
        with pytest.raises(NotMedia):
            decode(tmp_path / "no.mp4", Every(1.0), 64)
    assert soon(lambda: gone(decoding._process.pid))


def test_leaving_early_ends_the_child_and_leaves_no_zombie(nursery: Nursery, clip: Path) -> None:
    with decode(clip, Every(0.04), 320, still=None) as decoding:
        next(iter(decoding))
    assert soon(lambda: gone(decoding._process.pid))


def test_a_crash_is_told_by_its_name(nursery: Nursery, clip: Path) -> None:
    with pytest.raises(MediaDamaged, match="SIGSEGV"), decode(clip, Every(0.04), 320, still=None) as decoding:
        os.kill(decoding._process.pid, signal.SIGSEGV)
        list(decoding)


def test_limits_hold(nursery: Nursery, tmp_path: Path) -> None:
    Image.new("RGB", (4000, 4000), "red").save(tmp_path / "i.png")
    with pytest.raises(LimitExceeded) as raised:
        decode(tmp_path / "i.png", Every(1.0), 320, limits=Limits(memory_bytes=8 << 20))
    assert raised.value.limit == "memory"


def test_each_child_has_nothing_but_its_own_files(nursery: Nursery, clip: Path, tmp_path: Path) -> None:
    """Not the nursery's line, over which it could ask for children, and nobody else's media."""
    clips = [shutil.copy(clip, tmp_path / f"{number}.mp4") for number in range(3)]
    decodings = [decode(path, Every(0.04), 320, still=None) for path in clips]
    try:
        for own, decoding in zip(clips, decodings, strict=True):
            files = Path(f"/proc/{decoding._process.pid}/fd")
            open_files = [str(file.readlink()) for file in files.iterdir()]
            assert {name for name in open_files if name.endswith(".mp4")} == {str(own)}
            assert not any(name.startswith("socket:") for name in open_files)
            assert len(open_files) <= 8
    except PermissionError:
        pytest.skip("the child cannot be looked into by this user, which is better still")
    finally:
        for decoding in decodings:
            decoding.close()


def test_several_threads_at_once(nursery: Nursery, clip: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: taken(clip)[:2], range(8)))
    assert all(one == found[0] for one in found)
    assert len(found[0][0]) == 6


def test_a_killed_nursery_is_replaced(nursery: Nursery, clip: Path) -> None:
    taken(clip)
    before = nursery.pid
    assert before
    os.kill(before, signal.SIGKILL)
    assert len(taken(clip)[0]) == 6
    assert nursery.pid != before


@pytest.mark.slow
def test_all_die_with_us(tmp_path: Path, clip: Path) -> None:
    program = textwrap.dedent("""
        import os, signal, sys, time
        from reelwarden.media.decoder_process import decode, warm
        from reelwarden.media.sampling import Every
        with warm() as nursery:
            decoding = decode(sys.argv[1], Every(0.04), 320, still=None)
            print(nursery.pid, decoding._process.pid, flush=True)
            time.sleep(0.5)
            os.kill(os.getpid(), signal.SIGKILL)
    """)
    done = subprocess.run([sys.executable, "-c", program, str(clip)], capture_output=True, text=True, timeout=240)
    assert done.returncode == -9, done.stderr
    pids = [int(pid) for pid in done.stdout.split()]
    assert soon(lambda: all(has_ended(pid) for pid in pids))


def has_ended(pid: int) -> bool:
    """Ended; nobody may be there to reap it."""
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


def own_seconds(nursery: Nursery | None) -> float:
    """CPU seconds of this process, of its children that ended, and of the nursery."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    ticks = 0
    if nursery and nursery.pid:
        ticks = sum(map(int, Path(f"/proc/{nursery.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
    return sum(u.ru_utime + u.ru_stime for u in used) + ticks / os.sysconf("SC_CLK_TCK")


@pytest.mark.slow
def test_a_warm_start_spares_most_of_the_cost(tmp_path: Path) -> None:
    """CPU seconds of a small image, ours and the children's, cold against warm in one run."""
    image = tmp_path / "i.jpg"
    Image.new("RGB", (320, 240), "red").save(image)

    def spent(times: int, nursery: Nursery | None = None) -> float:
        began, children = own_seconds(nursery), 0.0
        for _ in range(times):
            with decode(image, Every(1.0), 320) as decoding:
                list(decoding)
            children += decoding.stats["cpu_seconds"]
        # A warm child is nobody's child here, so its own account of itself counts; a cold one is in ours already.
        return (own_seconds(nursery) - began + (children if nursery else 0.0)) / times

    cold = spent(5)
    with warm() as nursery:
        spent(1, nursery)
        hot = spent(20, nursery)
    print(f"CPU per small image: cold {cold * 1000:.0f} ms, warm {hot * 1000:.0f} ms")
    assert hot < cold / 4
