"""A match: one finding in a text, and the grades and categories that it may carry."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How grave a match is; ordered, so that `max` works. `word` is the name that goes into JSON."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        return self.name.lower()

    def raised(self) -> Severity:
        """One step up, at most HIGH."""
        return Severity(min(self + 1, Severity.HIGH))


GRADED = ("sexual", "insult", "discriminatory", "inappropriate", "self_harm", "violence", "grooming")
"""Categories whose matches carry a severity."""

ENTITIES = ("email", "phone_number", "username", "ssn", "ip", "link")
"""Categories found by text/entities."""

CATEGORIES = (
    "sexual",
    "insult",
    "discriminatory",
    "inappropriate",
    "grawlix",
    *ENTITIES,
    "extremism",
    "weapon",
    "medical",
    "drug",
    "self_harm",
    "violence",
    "platform_evasion",
    "off_platform_mention",
    "content_trade",
    "money_transaction",
    "grooming",
    "minor",
)
"""All categories that may be asked for; `blacklist` comes with a text list."""

BLACKLIST = "blacklist"

LANGUAGES = ("en", "zh", "da", "nl", "fi", "fr", "de", "it", "ko", "no", "pl", "pt", "ru", "es", "sv", "tl", "tr")
"""ISO 639-1 codes of the languages that have lexicons; the first is the default of vendors."""


@dataclass(frozen=True, slots=True)
class Match:
    """One finding: `text[start:end]` of the original text, in code points.

    `detail` is the category's own category (of a link: adult, gambling …; of a text list entry: the caller's
    word); `country` is an ISO 3166 code in small letters, for telephone numbers. `value` is a canonical form where
    there is one (E.164 for a telephone number, the plain address for an e-mail). `semantic` marks the opinion of a
    model about a whole sentence.
    """

    category: str
    start: int
    end: int
    severity: Severity | None = None
    country: str | None = None
    detail: str | None = None
    value: str | None = None
    language: str | None = None
    semantic: bool = False

    def overlaps(self, other: Match) -> bool:
        return self.start < other.end and other.start < self.end

    def slice(self, text: str) -> str:
        return text[self.start : self.end]
