"""Which voice it is: speech becomes a unit vector, and two vectors of one voice are near each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reelwarden.errors import ModelDamaged
from reelwarden.models.own_sound import own_sounds
from reelwarden.models.session import Session
from reelwarden.models.store import ModelStore
from reelwarden.speech.fbank import kaldi
from reelwarden.speech.recogniser import Samples

MODEL = "campplus"
RATE = 16_000
LEAST = 0.5
"""Seconds of speech below which a vector says nothing."""
SAME, SURE = 0.45, 0.6
"""Cosine from which two are likely, and surely, of one voice (CAM++)."""

Vector = NDArray[np.float32]


class Voiceprint:
    """`same` is the cosine from which two vectors are likely of one voice; `version` names the weights."""

    def __init__(self, session: Session, version: str, same: float = SAME) -> None:
        self._session = session
        self.version = version
        self.same = same

    def embed(self, samples: Samples) -> Vector | None:
        """The unit vector of 16 kHz speech; None where there is less than half a second."""
        if samples.size < LEAST * RATE:
            return None
        vector = self._session.run(kaldi(samples)[None])[0].reshape(-1)
        length = float(np.linalg.norm(vector))
        if not np.isfinite(length) or length == 0:
            raise ModelDamaged("the voice model gave no usable vector")
        unit: Vector = (vector / length).astype(np.float32)
        return unit


def voiceprint(store: ModelStore) -> Voiceprint | None:
    """The operator's own speaker model, or ours; None where neither is installed."""
    own = next((o for o in own_sounds(store.directory).values() if o.task == "embed"), None)
    if own:
        model = own.model
        session = store.once(f"own-sound/{own.id}", lambda: Session(model))
        return Voiceprint(session, own.version, own.threshold)
    return Voiceprint(store.session(MODEL), store.version(MODEL)) if store.installed(MODEL) else None
