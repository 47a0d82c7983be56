"""What the server costs beside the bare `reelwarden check`, and how quick it is.

    python benchmarks/server.py start        CPU of each process until it is ready, and of the idle server
    python benchmarks/server.py accept       submissions accepted: CPU milliseconds each, and how many a second
    python benchmarks/server.py latency      from submit to the first moment and to the callback
    python benchmarks/server.py overhead     the same clips by `check` and by a server; wanted: at most 10 % more
    python benchmarks/server.py streams      eight live 720p streams in one worker
    python benchmarks/server.py upload       1 GiB; wanted: under 20 MB more memory, and the same bytes
    python benchmarks/server.py              all of them

Every server is of real processes on a free port, over SQLite, in a temporary folder. CPU time is user and system, of a
whole process with its children, as the kernel counts it; wall times depend on what else the machine does, so its load
is printed with them.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import clips
import processes

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

from cluster import Cluster
from livestream import Broadcast, encode
from screens import stream
from serving import Server, serving, until

from reelwarden.taxonomy import labels

POLICY = 'name = "codes"\n[labels."qr.link"]\nreview = 0.5\n'
WARMING = ("bigbuckbunny.mp4", "obama_speech.mp4")
"""Pictures, sound, speech and words: after them every model that the clips need is loaded."""
CLIPS = (
    "a.mp4",
    "bigbuckbunny.mp4",
    "cityCC0.mpg",
    "counter.mp4",
    "delayed_start.mp4",
    "face_noface.mov",
    "fades.mp4",
    "head-pose-face-detection-female.gif",
    "obama_speech.mp4",
    "short_hamilton_clip.mp4",
    "single_face.mp4",
    "world.mp4",
)
WARM = """
from reelwarden.cli import main
from reelwarden.media.decoder_process import warm
with warm():
    main()
"""
ADDED = 0.10
KEPT_ALIVE = 2.0
"""Seconds for which a connection is used again: the server closes it after some more."""
MOST_GROWTH = 20 << 20


class Api:
    """Our own API with one key, over one connection a thread."""

    def __init__(self, url: str, key: str) -> None:
        self._host, self._key = url.removeprefix("http://"), key
        self._local = threading.local()

    def __call__(self, method: str, path: str, document: Any = None) -> Any:
        body = None if document is None else json.dumps(document)
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        if time.monotonic() - getattr(self._local, "used", 0.0) > KEPT_ALIVE:
            self._local.line = http.client.HTTPConnection(self._host, timeout=120)
        self._local.used = time.monotonic()
        self._local.line.request(method, f"/reelwarden/v1{path}", body, headers)
        answer = self._local.line.getresponse()
        said = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {said[:300]!r}")
        return json.loads(said or b"null")

    def events(self, id: str, kind: str) -> list[Any]:
        found = self("GET", f"/events?submission={id}&limit=500")["events"]
        return [event for event in found if event["kind"] == kind]


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="reelwarden-server-") as name:
        yield Path(name)


@contextlib.contextmanager
def server(**settings: str) -> Iterator[tuple[Server, Api]]:
    with folder() as data, serving(data, **settings) as running:
        yield running, Api(running.url, running.key())


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def load() -> str:
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def start(rounds: int) -> bool:
    """CPU until ready, memory when ready, and CPU while there is nothing to do."""
    ready: dict[str, list[float]] = {}
    for number in range(rounds):
        with server() as (running, _):
            begun = processes.of_server(running.process.pid)
            for name, used in begun.items():
                ready.setdefault(name, []).append(used.cpu)
            if number == rounds - 1:
                idle = _idle(running.process.pid, 30.0)
    say(f"start: CPU seconds until ready, median of {rounds}, and memory")
    for name, seconds in ready.items():
        say(f"  {name:12} {statistics.median(seconds):5.2f} s {begun[name].memory >> 20:5} MB")
    total = sum(idle.values())
    parts = ", ".join(f"{name} {100 * share:.2f}" for name, share in idle.items())
    say(f"idle: {100 * total:.2f} % of a core, with one worker ({parts}); wanted: under 5 %; {load()}")
    return total < 0.05


def _idle(pid: int, seconds: float) -> dict[str, float]:
    """Share of a core of each process of a server that has nothing to do."""
    time.sleep(3)
    before, begun = processes.of_server(pid), time.monotonic()
    time.sleep(seconds)
    wall = time.monotonic() - begun
    return {name: cpu / wall for name, cpu in processes.spent(before, processes.of_server(pid)).items()}


def accept(rounds: int, count: int = 400, callers: int = 4) -> bool:
    """Submissions by URL, and an API alone, so that nobody works on them meanwhile."""
    rates, costs = [], []
    with folder() as data, Cluster(data, f"sqlite:///{data / 'reelwarden.db'}") as cluster:
        cluster.prepare()
        cluster.start("api")
        cluster.wait_ready()
        api, pid = Api(cluster.url, cluster.key), cluster.processes["api"].pid
        for turn in range(rounds + 1):
            before, begun = processes.usage(pid).cpu, time.monotonic()
            with ThreadPoolExecutor(callers) as threads:
                list(threads.map(partial(_accepted, api), (f"{turn}-{number}" for number in range(count))))
            wall = time.monotonic() - begun
            if turn:
                rates.append(count / wall)
                costs.append((processes.usage(pid).cpu - before) / count)
    cost = statistics.median(costs)
    say(f"accept: {statistics.median(rates):.0f} a second with {callers} callers ({load()})")
    say(f"  CPU of the API {1000 * cost:.1f} ms each, which is {1 / cost:.0f} a second a core")
    return True


def _accepted(api: Api, external_id: str) -> None:
    wish = {"url": "https://example.com/video.mp4", "labels": ["nudity", "weapon"], "external_id": external_id}
    api("POST", "/submissions", wish)


def latency(rounds: int) -> bool:
    """A clip of 3 s to its callback, and one of 32 s to its first moment, on a server with nothing else to do."""
    short, long = _coded(encode(3.0, (1.0, 2.0))), _coded(stream(32, ((2.0, 4.0),)))
    first, called = [], []
    with server() as (running, api):
        api("PUT", "/policies/codes", {"document": POLICY})
        wish = {"labels": ["qr", "nudity"], "policy": "codes", "plan": {"every": 0.5}}
        for number in range(rounds + 1):
            hook, begun = f"/ok/short-{number}", time.time()
            given = {"url": running.media(short, "short.ts"), "callback": running.receiver.url(hook)}
            api("POST", "/submissions", wish | given)
            called.append(running.callbacks(hook, 1, 120.0)[0].at - begun)
            begun = time.time()
            id = api("POST", "/submissions", wish | {"url": running.media(long, "long.ts")})["id"]
            until(partial(_ended, api, id), 120.0)
            first.append(_moment(api.events(id, "moment.found")[0]["at"]) - begun)
    say(f"latency: to the first moment of 32 s of video {_spread(first[1:])}; ")
    say(f"  to the callback of 3 s of video {_spread(called[1:])}; {load()}; the very first {called[0]:.2f} s")
    return True


def _ended(api: Api, id: str) -> bool | None:
    return api("GET", f"/submissions/{id}")["state"] == "finished" or None


def _coded(pieces: list[tuple[float, bytes]]) -> bytes:
    return b"".join(data for _, data in pieces)


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} s (median of {len(values)}; {min(values):.2f} to {max(values):.2f})"


def overhead(rounds: int) -> bool:
    """CPU seconds of the clips alone: what the warming clips cost is taken off on both sides.

    A worker forks its decoders off a warm one; `check`, which is made for few files, starts each anew. So that this
    does not hide what the server adds, a `check` with warm decoders is measured too.
    """
    bare, warm, served = [], [], []
    for _ in range(rounds):
        bare.append(_checked((*WARMING, *CLIPS)) - _checked(WARMING))
        warm.append(_checked((*WARMING, *CLIPS), warm=True) - _checked(WARMING, warm=True))
        served.append(_served())
    least, with_server = min(bare), min(served, key=lambda one: one[0])
    cpu, wall, gaps, parts = with_server
    added = cpu / least - 1
    say(f"overhead: {len(CLIPS)} clips, all labels, CPU seconds, best of {rounds} (in turns)")
    say(f"  check  {least:6.2f}   all: {', '.join(f'{one:.2f}' for one in bare)}")
    say(f"  warm   {min(warm):6.2f}   all: {', '.join(f'{one:.2f}' for one in warm)}")
    say(f"  server {cpu:6.2f}   all: {', '.join(f'{one[0]:.2f}' for one in served)}")
    say(f"  by process: {', '.join(f'{name} {seconds:.2f}' for name, seconds in parts.items())}")
    say(f"  {wall:.0f} s of wall time; {load()}")
    say(f"  between the end of one submission and the start of the next: {_spread(gaps)}")
    say(f"  the server adds {100 * added:+.1f} % to `check` (wanted: at most {100 * ADDED:.0f} %)")
    say(f"  and {100 * (cpu / min(warm) - 1):+.1f} % to one whose decoders are warm")
    return added <= ADDED


def _checked(names: tuple[str, ...], warm: bool = False) -> float:
    """CPU seconds of one `reelwarden check` of these clips."""
    paths = [str(clips.footage() / name) for name in names]
    program = ["-c", WARM] if warm else ["-P", "-m", "reelwarden"]
    command = [sys.executable, *program, "check", "--json", *paths]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode > 1:
        sys.exit(f"check ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


def _served() -> tuple[float, float, list[float], dict[str, float]]:
    """CPU and wall seconds of the clips on a server with one worker, the gaps between them, and CPU by process."""
    with server() as (running, api):
        _submit(running, api, WARMING, "/ok/warm")
        running.callbacks("/ok/warm", len(WARMING), 600.0)
        before, begun = processes.of_server(running.process.pid), time.monotonic()
        ids = _submit(running, api, CLIPS, "/ok/clips")
        running.callbacks("/ok/clips", len(CLIPS), 1200.0)
        wall = time.monotonic() - begun
        time.sleep(0.5)
        parts = processes.spent(before, processes.of_server(running.process.pid))
        seen = [api("GET", f"/submissions/{id}") for id in ids]
    wrong = [one["name"] for one in seen if one["state"] != "finished"]
    if wrong:
        sys.exit(f"not finished: {wrong}")
    times = sorted((_moment(one["started"]), _moment(one["ended"])) for one in seen)
    gaps = [later[0] - earlier[1] for earlier, later in pairwise(times)]
    return sum(parts.values()), wall, gaps, parts


def _submit(running: Server, api: Api, names: tuple[str, ...], hook: str) -> list[str]:
    wish = {"callback": running.receiver.url(hook), "labels": list(labels())}
    given = [running.media(clips.footage() / name, name) for name in names]
    return [api("POST", "/submissions", wish | {"url": url})["id"] for url in given]


def _moment(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()


def streams(count: int = 8, seconds: int = 32) -> bool:
    """Eight streams of moving pictures with codes on them at known seconds."""
    shown = ((8.0, 10.0), (16.0, 18.0), (24.0, 26.0))
    pieces = stream(seconds, shown)
    with server(streams_per_worker=str(count)) as (running, api), contextlib.ExitStack() as stack:
        api("PUT", "/policies/codes", {"document": POLICY})
        sources = [stack.enter_context(Broadcast(pieces)) for _ in range(count)]
        wish = {"labels": ["qr", "nudity"], "policy": "codes", "plan": {"every": 1.0}}
        idle = processes.of_server(running.process.pid)["worker"].memory
        ids = [api("POST", "/submissions", wish | {"stream": source.url})["id"] for source in sources]
        until(lambda: all(source.begun for source in sources) or None, 60.0, "the streams")
        time.sleep(4)
        before, begun = processes.of_server(running.process.pid), time.monotonic()
        time.sleep(seconds - 8)
        now = processes.of_server(running.process.pid)
        wall = time.monotonic() - begun
        for id in ids:
            until(partial(_ended, api, id), 120.0, "the end")
        results = [api("GET", f"/submissions/{id}/result") for id in ids]
        delays = [_delays(api, id, source.begun, shown) for id, source in zip(ids, sources, strict=True)]
    looked = [result["frames"] if "frames" in result else result.get("looked") for result in results]
    notes = sorted({note for result in results for note in result.get("notes", ())})
    share = processes.spent(before, now)
    told = [delay for one in delays for delay in one]
    say(f"streams: {count} of 720p, 25 pictures a second, {seconds} s, labels qr and nudity every 1 s; {load()}")
    say(f"  frames looked at {looked}; moments told {len(told)} of {count * len(shown)}")
    if told:
        say(f"  from the frame to its event {_spread(told)}")
    say(f"  worker {100 * share['worker'] / wall:.0f} % of a core, api {100 * share['api'] / wall:.1f} %")
    say(f"  memory of the worker {now['worker'].memory >> 20} MB ({idle >> 20} MB before the first stream)")
    for note in notes:
        say(f"  note: {note}")
    return len(told) == count * len(shown)


def _delays(api: Api, id: str, begun: float, shown: tuple[tuple[float, float], ...]) -> list[float]:
    """Seconds from the sending of the first picture with each code until its moment was told."""
    found = [(event["data"]["from"], _moment(event["at"])) for event in api.events(id, "moment.found")]
    near = ([at for start, at in found if abs(start - a) < 3] for a, _ in shown)
    return [min(told) - begun - a for told, (a, _) in zip(near, shown, strict=True) if told]


def upload(size: int = 1 << 30) -> bool:
    """One multipart upload to an API alone; the bytes are compared in the store."""
    block = random.Random(7).randbytes(1 << 20)
    with folder() as data, Cluster(data, f"sqlite:///{data / 'reelwarden.db'}", free_space="0") as cluster:
        cluster.prepare()
        cluster.start("api")
        cluster.wait_ready()
        pid = cluster.processes["api"].pid
        _upload(cluster, block, 8)
        before, cpu = processes.peak(pid), processes.usage(pid).cpu
        id, sent = _upload(cluster, block, size >> 20)
        grown, cpu = processes.peak(pid) - before, processes.usage(pid).cpu - cpu
        stored = _hash(data / "data" / "store" / "media" / id / "source")
    same = sent == stored
    say(f"upload: {size >> 20} MiB, at most {grown / 1e6:.1f} MB more memory of the API (wanted: under 20)")
    say(f"  CPU {cpu:.2f} s; what was stored is the same: {same}")
    return same and grown < MOST_GROWTH


def _upload(cluster: Cluster, block: bytes, blocks: int) -> tuple[str, str]:
    """The submission's id, and the hash of what was sent."""
    mark, digest = "reelwarden-mark", hashlib.sha256()
    head = f'--{mark}\r\nContent-Disposition: form-data; name="labels"\r\n\r\nnudity\r\n'
    head += f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="v.mp4"\r\n\r\n'
    tail = f"\r\n--{mark}--\r\n"
    line = http.client.HTTPConnection(cluster.url.removeprefix("http://"), timeout=600)
    line.putrequest("POST", "/reelwarden/v1/submissions")
    line.putheader("Authorization", f"Bearer {cluster.key}")
    line.putheader("Content-Type", f"multipart/form-data; boundary={mark}")
    line.putheader("Content-Length", str(len(head) + blocks * len(block) + len(tail)))
    line.endheaders(head.encode())
    for number in range(blocks):
        piece = number.to_bytes(8, "big") + block[8:]
        digest.update(piece)
        line.send(piece)
    line.send(tail.encode())
    answer = line.getresponse()
    said = answer.read()
    if answer.status != 202:
        sys.exit(f"the upload was answered {answer.status}: {said[:300]!r}")
    return str(json.loads(said)["id"]), digest.hexdigest()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> int:
    parts: dict[str, Callable[[int], bool]] = {
        "start": start,
        "accept": accept,
        "latency": latency,
        "overhead": overhead,
        "streams": lambda rounds: streams(),
        "upload": lambda rounds: upload(),
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*parts, []], help="what to measure; all, unless said")
    parser.add_argument("--rounds", type=int, default=3)
    wishes = parser.parse_args()
    held = [parts[name](wishes.rounds) for name in wishes.parts or parts]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
