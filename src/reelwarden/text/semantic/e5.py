"""Sentences to vectors: multilingual-e5-small in four bits, in the engine of the package that brings its weights.

The engine is a small C library without dependencies, for Linux on x86_64 with AVX2; anywhere else it is unavailable.
It is called through ctypes with one thread, and may be called from several.
"""

from __future__ import annotations

import ctypes
import platform
import sys
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from reelwarden.errors import ModelDamaged, ModelMissing
from reelwarden.models.store import ModelStore

MODEL = "sentence_vectors"
"""Its id in the catalogue of models."""

SIZE = 384
_ENGINE, _THREADS = "engine.so", "libgomp.so"
_QUERY = 1
"""The model knows questions and passages; both sides of a comparison being alike, everything is a question."""

Vector = npt.NDArray[np.float32]


class Embedder:
    """The opened model. `vector` gives 384 float32 of length 1, the same ones for the same text."""

    def __init__(self, store: ModelStore) -> None:
        """Raises ModelMissing where it is not installed or the machine cannot run it, ModelDamaged if it won't open."""
        why = unfit()
        if why:
            raise ModelMissing(f"the model {MODEL} cannot run here: {why}")
        weights = store.path(MODEL)
        try:
            # The engine finds the thread library by its inner name, so that one has to be open first.
            self._threads = ctypes.CDLL(str(store.path(MODEL, _THREADS)), mode=ctypes.RTLD_GLOBAL)
            self._engine = _declared(ctypes.CDLL(str(store.path(MODEL, _ENGINE))))
        except OSError as error:
            raise ModelDamaged(f"the engine of {MODEL} cannot be opened", f"reinstall {MODEL}") from error
        self._model = self._engine.e5_load(str(weights).encode())
        if not self._model or self._engine.e5_dim(self._model) != SIZE:
            raise ModelDamaged(f"the weights of {MODEL} cannot be opened", f"reinstall {MODEL}")

    def vector(self, text: str) -> Vector:
        """The vector of a text, best a sentence. Raises ModelDamaged if the engine fails."""
        out = np.empty(SIZE, np.float32)
        raw = text.replace("\0", " ").encode("utf-8", "replace")
        self._threads.omp_set_num_threads(1)
        if self._engine.e5_embed(self._model, raw, _QUERY, out.ctypes.data_as(ctypes.POINTER(ctypes.c_float))):
            raise ModelDamaged(f"the engine of {MODEL} failed")
        return out


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    library.e5_load.restype = ctypes.c_void_p
    library.e5_load.argtypes = [ctypes.c_char_p]
    library.e5_dim.argtypes = [ctypes.c_void_p]
    library.e5_embed.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_float)]
    return library


@cache
def unfit() -> str:
    """Why this machine cannot run the engine; empty where it can."""
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "AMD64"):
        return f"it is made for Linux on x86_64, not {sys.platform} on {platform.machine()}"
    try:
        flags = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return "the processor's features cannot be read"
    return "" if " avx2 " in flags else "the processor has no AVX2"
