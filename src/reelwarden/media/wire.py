"""What goes over the pipe between the decoder and us: fixed binary headers, JSON for facts, and no pickle.

The decoder works on hostile bytes and may have been taken over, so every number that it sends is checked.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from reelwarden import errors
from reelwarden.domain import AudioChunk, Frame, MediaInfo, MediaKind
from reelwarden.media import sampling
from reelwarden.media.limits import Limits

HEAD = struct.Struct("<cI")
"""Kind of the message and the length of its body."""
FRAME = struct.Struct("<dddIIHH")
"""time, wanted, same_as (not a number: none), width, height in the media, width and height of the pixels."""
SOUND = struct.Struct("<dH")
"""time, track; the samples follow as little-endian float32."""

INFO, PICTURE, AUDIO, PROGRESS, DUE, STATS, FAILURE = b"I", b"P", b"A", b"T", b"D", b"S", b"E"
MAX_FACTS = 1 << 20
MAX_SIDE = 16_384

_PLANS = {plan.__name__: plan for plan in (sampling.Every, sampling.Count, sampling.ByDuration, sampling.KeyFrames)}
_ERRORS = {kind.code: kind for kind in (errors.MediaError, errors.NotMedia, errors.MediaDamaged, errors.UsageError)}


class BadMessage(Exception):
    """The decoder sent something that it never sends."""


def head(kind: bytes, length: int) -> bytes:
    return HEAD.pack(kind, length)


def facts(kind: bytes, value: Mapping[str, Any]) -> bytes:
    body = json.dumps(value).encode()
    return head(kind, len(body)) + body


def parse_facts(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError as error:
        raise BadMessage("facts are not JSON") from error
    if not isinstance(value, dict):
        raise BadMessage("facts are not an object")
    return value


def most(kind: bytes, side: int) -> int:
    """The longest body that a message of this kind may have."""
    if kind == PICTURE:
        return FRAME.size + side * side * 3
    return MAX_FACTS


def parse_seconds(body: bytes) -> float:
    seconds = parse_facts(body).get("seconds")
    if not isinstance(seconds, int | float) or not math.isfinite(seconds):
        raise BadMessage("progress that is not a number")
    return float(seconds)


def frame_parts(frame: Frame) -> tuple[bytes, memoryview]:
    height, width = frame.pixels.shape[:2]
    same = math.nan if frame.same_as is None else frame.same_as
    body = FRAME.pack(frame.time, frame.wanted, same, frame.width, frame.height, width, height)
    return head(PICTURE, len(body) + frame.pixels.nbytes) + body, frame.pixels.reshape(-1).data


def parse_frame(body: bytearray, side: int) -> Frame:
    if len(body) < FRAME.size:
        raise BadMessage("a frame without a header")
    time, wanted, same, width, height, w, h = FRAME.unpack_from(body)
    if len(body) != FRAME.size + w * h * 3 or max(w, h) > side or not (math.isfinite(time) and math.isfinite(wanted)):
        raise BadMessage("a frame of the wrong size")
    pixels = np.frombuffer(body, np.uint8, offset=FRAME.size).reshape(h, w, 3)
    return Frame(time, wanted, pixels, width, height, None if math.isnan(same) else same)


def sound_bytes(chunk: AudioChunk) -> bytes:
    body = SOUND.pack(chunk.time, chunk.track) + chunk.samples.astype("<f4").tobytes()
    return head(AUDIO, len(body)) + body


def parse_sound(body: bytearray) -> AudioChunk:
    if len(body) < SOUND.size or (len(body) - SOUND.size) % 4:
        raise BadMessage("sound of the wrong size")
    time, track = SOUND.unpack_from(body)
    samples = np.frombuffer(body[SOUND.size :], "<f4").astype(np.float32, copy=False)
    if not math.isfinite(time) or not np.isfinite(samples).all():
        raise BadMessage("sound that is not finite")
    return AudioChunk(time, samples, track)


def progress(seconds: float) -> bytes:
    return facts(PROGRESS, {"seconds": seconds})


def due(zero: float) -> bytes:
    """When second 0 of a live stream was due, by `time.monotonic`."""
    return facts(DUE, {"seconds": zero})


def info_facts(info: MediaInfo) -> dict[str, Any]:
    return asdict(info)


def parse_info(value: dict[str, Any]) -> MediaInfo:
    kept: dict[str, Any] = {f.name: value.get(f.name) for f in fields(MediaInfo)}
    try:
        for name in ("container", "video_codec", "audio_codec"):
            kept[name] = str(kept[name])[:40]
        for name in ("bytes", "width", "height", "rotation", "audio_tracks"):
            kept[name] = int(kept[name] or 0)
        kept["kind"] = MediaKind(str(kept["kind"]))
        kept["frame_rate"] = float(kept["frame_rate"] or 0)
        kept["duration"] = None if kept["duration"] is None else float(kept["duration"])
    except (ValueError, TypeError) as error:
        raise BadMessage("facts of the wrong type") from error
    return MediaInfo(**kept)


def plan_facts(plan: sampling.Plan) -> dict[str, Any]:
    return {"name": type(plan).__name__, **asdict(plan)}


def parse_plan(value: dict[str, Any]) -> sampling.Plan:
    given = dict(value)
    kind: Any = _PLANS[given.pop("name")]
    if "otherwise" in given:
        given["otherwise"] = sampling.Every(**given["otherwise"])
    plan: sampling.Plan = kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in given.items()})
    return plan


def parse_limits(value: dict[str, Any]) -> Limits:
    return Limits(**value)


def failure_facts(error: errors.ReelwardenError) -> dict[str, str]:
    limit = error.limit if isinstance(error, errors.LimitExceeded) else ""
    return {"code": error.code, "message": str(error), "hint": error.hint, "limit": limit}


def parse_failure(value: dict[str, Any]) -> errors.ReelwardenError:
    code, message, hint, limit = (_line(value.get(key, "")) for key in ("code", "message", "hint", "limit"))
    if code == errors.LimitExceeded.code:
        return errors.LimitExceeded(limit, message, hint)
    return _ERRORS.get(code, errors.MediaError)(message, hint)


def _line(value: Any) -> str:
    return "".join(c if c.isprintable() else " " for c in str(value))[:400]
