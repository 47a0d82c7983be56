"""Listening, stage by stage, beside what one would write instead: the whole file into Whisper, no voice activity.

The track is real speech in five languages and music (Debian packages, see tests/real_sound.py), encoded as AAC. Every
run is a process of its own, on one thread, whose CPU time, children included, the kernel counts. The naive way is
faster-whisper with its own defaults, where it is installed and WHISPER names a directory with the same weights and the
tokenizer.json that it needs (the packages of `whisper_base` in the catalogue have it); otherwise our own Whisper on one
30 s window after the other.

    python benchmarks/audio.py [--seconds 300] [--speech 0.67] [--long 3600] [--skip-long]

Wanted: the whole chain at most 0.10 of real time on one core, and the peak memory of the long track within 10 % of the
short one's.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import av
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

RATE = 16_000
WANTED, WANTED_MEMORY = 0.10, 1.10
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
STAGES = ("voice_activity", "sounds", "levels", "voice_gender", "speech")


def track(seconds: float, speech: float) -> np.ndarray[Any, Any]:
    """Speech and music by turns, half a minute of music at most at a time."""
    from real_sound import VOICES, load, music, prompts

    spoken = np.concatenate([load(p) for code in VOICES for p in list(prompts(code).values())[:60]])
    played = music(600)
    parts, at = [], 0
    for start in range(0, round(seconds), 60):
        length = min(60.0, seconds - start)
        said = round(length * speech * RATE)
        parts.append(np.take(spoken, range(at, at + said), mode="wrap"))
        parts.append(np.take(played, range(at, at + round(length * RATE) - said), mode="wrap"))
        at += said
    return np.concatenate(parts).astype(np.float32)


def encode(samples: np.ndarray[Any, Any], path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48_000, layout="stereo")
        resampler = av.AudioResampler("fltp", "stereo", 48_000, frame_size=1024)
        for at in range(0, samples.size, RATE * 10):
            frame = av.AudioFrame.from_ndarray(samples[None, at : at + RATE * 10], format="flt", layout="mono")
            frame.sample_rate, frame.pts = RATE, at
            for made in resampler.resample(frame):
                container.mux(stream.encode(made))
        for made in resampler.resample(None):
            container.mux(stream.encode(made))
        container.mux(stream.encode(None))


def ours(path: Path) -> dict[str, Any]:
    """Decoding and every detector of sound; the shared voice activity counts for its own stage."""
    from reelwarden.detect import registry
    from reelwarden.detect.detector import AudioDetector
    from reelwarden.detect.listener import Listener
    from reelwarden.domain import AudioChunk
    from reelwarden.media.decoder_process import decode
    from reelwarden.media.sampling import Every
    from reelwarden.models.store import ModelStore
    from reelwarden.settings import load

    store = ModelStore(load().models_dir)
    chosen = {d.name: d for d in registry.choose(registry.available(store), store) if isinstance(d, AudioDetector)}
    listener = Listener([chosen[name] for name in STAGES if name in chosen])
    with decode(path, Every(1e9), 16, audio=True) as decoding:
        signals = list(listener.run(piece for piece in decoding if isinstance(piece, AudioChunk)))
        stages = {"decode": float(decoding.stats["cpu_seconds"]), **listener.timing}
    words = sum(len(s.evidence.words) for s in signals if s.label == "text.speech")
    return {"stages": stages, "signals": len(signals), "words": words}


def naive(path: Path) -> dict[str, Any]:
    """The whole file into Whisper."""
    from real_sound import load as read

    from reelwarden.models.store import ModelStore
    from reelwarden.settings import load

    folder = ModelStore(load().models_dir).path("whisper_base").parent
    try:
        from faster_whisper import WhisperModel
    except ImportError:
        return _windows(read(path), folder)
    if "WHISPER" not in os.environ:
        return _windows(read(path), folder)
    model = WhisperModel(os.environ["WHISPER"], device="cpu", compute_type="int8", cpu_threads=1)
    segments, _ = model.transcribe(read(path), word_timestamps=True)
    return {"by": "faster-whisper", "words": sum(len(s.words) for s in segments)}


def _windows(samples: np.ndarray[Any, Any], folder: Path) -> dict[str, Any]:
    from reelwarden.speech import whisper

    whisper.MARGIN = 30.0
    model = whisper.Whisper(folder)
    windows = range(0, samples.size, 30 * RATE)
    return {
        "by": "windows of 30 s",
        "words": sum(len(model.recognise(samples[w : w + 30 * RATE]).words) for w in windows),
    }


def run(way: str, path: Path) -> dict[str, Any]:
    """One way in a process of its own: what it told, its CPU seconds and its peak memory in MB."""
    command = [sys.executable, __file__, "--run", way, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **ONE_THREAD}, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def child(way: str, path: Path) -> None:
    told = {"ours": ours, "naive": naive}[way](path)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    told["cpu"] = sum(u.ru_utime + u.ru_stime for u in used)
    told["memory"] = peak()
    print(json.dumps(told))


def peak() -> float:
    """Our own peak in MB. `ru_maxrss` also counts what the process that started us held, which has the whole track."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--speech", type=float, default=0.67, help="the share of the track that is speech")
    parser.add_argument("--long", type=float, default=3600.0)
    parser.add_argument("--skip-long", action="store_true")
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        child(arguments.run[0], Path(arguments.run[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        good = compare(Path(folder), arguments)
    sys.exit(not good)


def compare(folder: Path, arguments: argparse.Namespace) -> bool:
    short = folder / "short.m4a"
    encode(track(arguments.seconds, arguments.speech), short)
    first, peer = run("ours", short), run("naive", short)
    print(f"{arguments.seconds:g} s, {arguments.speech:.0%} of it speech, one core\n")
    print(f"{'stage':16} {'CPU s':>8} {'of real time':>13}")
    for name, seconds in [*first["stages"].items(), ("all, with start", first["cpu"])]:
        print(f"{name:16} {seconds:8.2f} {seconds / arguments.seconds:13.4f}")
    print(f"{'naive':16} {peer['cpu']:8.2f} {peer['cpu'] / arguments.seconds:13.4f}   ({peer['by']}, words alone)")
    print(f"\nours/naive {first['cpu'] / peer['cpu']:.2f}; words {first['words']} and {peer['words']}")
    good = first["cpu"] / arguments.seconds <= WANTED
    if not arguments.skip_long:
        good &= flat(folder, first["memory"], arguments)
    print("\nas wanted" if good else "\nNOT as wanted")
    return good


def flat(folder: Path, before: float, arguments: argparse.Namespace) -> bool:
    """Whether the long track takes no more memory than the short one."""
    long = folder / "long.m4a"
    encode(track(arguments.long, arguments.speech), long)
    after = run("ours", long)
    print(f"\npeak memory {before:.0f} MB at {arguments.seconds:g} s, {after['memory']:.0f} MB at {arguments.long:g} s")
    print(f"the long track took {after['cpu'] / arguments.long:.4f} of real time")
    return bool(after["memory"] <= WANTED_MEMORY * before)


if __name__ == "__main__":
    main()
