"""The second opinion itself: windows of a text, their vectors (kept for repeats), and what the head says of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from reelwarden import settings
from reelwarden.errors import ModelError
from reelwarden.models.store import ModelStore
from reelwarden.text.match import GRADED, Match, Severity
from reelwarden.text.semantic.e5 import Embedder
from reelwarden.text.semantic.head import Head, head
from reelwarden.text.semantic.windows import windows

CATEGORIES = frozenset(
    (
        "discriminatory",
        "violence",
        "self_harm",
        "insult",
        "sexual",
        "grooming",
        "minor",
        "platform_evasion",
        "content_trade",
        "money_transaction",
    )
)
"""What it can be asked for."""

_REMEMBERED = 8192
"""Windows whose scores are kept; comments repeat themselves."""

_HANGUL = re.compile(r"[\uac00-\ud7a3]")

_GRAVE = frozenset(("self_harm", "grooming"))


class Opinion:
    """A model and its head. Threads may share one."""

    def __init__(self, embedder: Embedder, head: Head) -> None:
        self._embedder = embedder
        self._head = head
        self.judge = lru_cache(maxsize=_REMEMBERED)(self._judge)

    def _judge(self, piece: str) -> Mapping[str, float]:
        return self._head.found(self._embedder.vector(piece), korean=bool(_HANGUL.search(piece)))

    def find(self, text: str, asked: Collection[str], known: Sequence[Match]) -> list[Match]:
        """Matches over whole windows, for asked categories that no known match of the window settles already."""
        wanted = CATEGORIES.intersection(asked)
        found: list[Match] = []
        for start, end in windows(text) if wanted else ():
            settled = {match.category for match in known if match.start < end and start < match.end}
            if wanted - settled:
                scores = self.judge(text[start:end])
                found += [_match(name, start, end, scores) for name in scores if name in wanted - settled]
        return found


def _match(category: str, start: int, end: int, scores: Mapping[str, float]) -> Match:
    return Match(category, start, end, _severity(category, scores), semantic=True)


def _severity(category: str, scores: Mapping[str, float]) -> Severity | None:
    """Medium, where a category has grades; high for hate that also threatens, and for what endangers somebody."""
    if category not in GRADED:
        return None
    threatens = category == "discriminatory" and "violence" in scores
    return Severity.HIGH if threatens or category in _GRAVE else Severity.MEDIUM


def installed() -> Opinion | str:
    """The opinion of the model that the settings lead to, or why there is none."""
    try:
        return Opinion(Embedder(ModelStore(settings.load().models_dir)), head())
    except ModelError as error:
        return str(error)
