"""From what was seen to the vendor's verdict: policies, evaluation, recommendation. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reelwarden.api.labels import label_map
from reelwarden.api.moderationapi import DIALECT
from reelwarden.api.moderationapi.policies import BY_COUNT, BY_WORDS, ENTITIES, Wish
from reelwarden.api.moderationapi.seen import Hit, Seen

ALLOW, REVIEW, REJECT = "allow", "review", "reject"
GRAVITY = (ALLOW, REVIEW, REJECT)
REJECTS_FROM = 0.92
"""Above what a text's ungraded matches score, which only name a thing; below its gravest ones."""
MOST_MATCHES = 200
RISKY = frozenset({"unsafe", "deceptive", "adult", "gambling", "drugs"})
SHORTENER = "shortener"
"""Kinds of links that are a risk; one of no kind is not."""
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the author before: the vendor's status and trust level. `known` False: no author was named."""

    known: bool = False
    status: str = "enabled"
    level: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """`dry`: nothing is flagged, all is only said. `client` is what the caller thinks, with whether it overrides."""

    rejects_from: float = REJECTS_FROM
    dry: bool = False
    client: str = ""
    overrides: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """`policies` in the vendor's form, the most probable first; `errors` what could not be told."""

    policies: Sequence[Document]
    errors: Sequence[Document]
    flagged: bool
    shadow: bool
    probability: float
    severity: float
    action: str
    reasons: Sequence[str]
    labels: Sequence[str] = field(default=())


def judge(
    parts: Sequence[Seen], wishes: Sequence[Wish], standing: Standing, terms: Terms, errors: Sequence[Document] = ()
) -> Judged:
    """`errors` are of parts that could not be looked at."""
    several = len(parts) + len(errors) > 1 or any(part.name for part in parts)
    made = [(wish, policy_of(wish, parts, several)) for wish in wishes]
    policies = sorted((policy for _, policy in made if policy), key=lambda one: -one["probability"])
    untold = [_untold(wish) for wish, policy in made if policy is None and wish.asked]
    counted = [policy for wish, policy in made if policy and wish.flag]
    severity = max((policy["probability"] for policy in counted if policy["flagged"]), default=0.0)
    would = severity > 0
    action, reasons = recommend(severity, standing, terms, broken=bool(errors))
    return Judged(
        policies,
        [*errors, *untold],
        would and not terms.dry,
        would and terms.dry,
        max((policy["probability"] for policy in counted), default=0.0),
        severity,
        action,
        reasons,
        [policy["id"] for policy in policies if policy["flagged"]],
    )


def recommend(severity: float, standing: Standing, terms: Terms, broken: bool = False) -> tuple[str, list[str]]:
    """(action, reason codes)."""
    action, reasons = _by_severity(severity, terms)
    if broken and action == ALLOW:
        action, reasons = REVIEW, ["rule_fallback"]
    if standing.status != "enabled":
        action, reasons = REJECT, ["author_block"]
    elif standing.level == 4 and action == REVIEW:
        action, reasons = ALLOW, ["trusted_allow"]
    elif standing.known and standing.level < 0 and action == REVIEW:
        action, reasons = REJECT, ["untrusted_severity"]
    if terms.dry and action != ALLOW:
        action, reasons = ALLOW, ["dry_run"]
    if terms.client and (terms.overrides or GRAVITY.index(terms.client) > GRAVITY.index(action)):
        action, reasons = terms.client, ["client_override"]
    return action, reasons


def _by_severity(severity: float, terms: Terms) -> tuple[str, list[str]]:
    if severity >= terms.rejects_from:
        return REJECT, ["severity_reject"]
    return (REVIEW, ["severity_review"]) if severity > 0 else (ALLOW, [])


def policy_of(wish: Wish, parts: Sequence[Seen], several: bool = False) -> Document | None:
    """The policy's answer; None where nothing here can tell it of any part."""
    able = [part for part in parts if part.told & wish.policy.labels or _by_words(wish, part)]
    if not able:
        return None
    scored = [(part, _probability(wish, part)) for part in able]
    probability = max(score for _, score in scored)
    flagged = wish.flag and probability >= wish.threshold and probability > 0
    answer: Document = {"id": wish.id, "type": "classifier", "probability": _round(probability), "flagged": flagged}
    if wish.policy.kind == ENTITIES:
        matches = [match for part, score in scored if score for match in _matches(wish, part)]
        answer |= {"type": "entity_matcher", "matches": matches[:MOST_MATCHES]}
    else:
        answer |= _details(wish, [part for part, score in scored if score])
    if several:
        fields = [part.name for part, score in scored if wish.flag and score and score >= wish.threshold]
        answer["flagged_fields"] = fields
    return answer


def _probability(wish: Wish, part: Seen) -> float:
    if wish.id in BY_COUNT:
        return _faces(wish, part)
    if _by_words(wish, part):
        return float(len(part.words.split()) < wish.more["minWords"])
    return max((hit.score for hit in _hits(wish, part)), default=0.0)


def _by_words(wish: Wish, part: Seen) -> bool:
    """A text of too few words is poor; that is counted, not guessed."""
    return wish.id in BY_WORDS and part.type == "text" and isinstance(wish.more.get("minWords"), int)


def _faces(wish: Wish, part: Seen) -> float:
    """1 where the count is met: at least so many faces, or fewer."""
    count, fewer = wish.more.get("count"), wish.more.get("comparator") == "fewer_than"
    wanted = count if isinstance(count, int) and not isinstance(count, bool) else 1
    return float(part.faces < wanted if fewer else part.faces >= wanted)


def _hits(wish: Wish, part: Seen) -> list[Hit]:
    hits = [hit for hit in part.hits if hit.label in wish.policy.labels]
    if wish.id == "url_risk":
        risky = RISKY | ({SHORTENER} if wish.more.get("flagLinkShorteners") else set())
        return [hit for hit in hits if hit.detail in risky]
    entities = wish.more.get("entities")
    if not isinstance(entities, Mapping):
        return hits
    return [hit for hit in hits if _enabled(entities.get(entity_name(hit.label)))]


def _enabled(said: Any) -> bool:
    return isinstance(said, Mapping) and said.get("enable") is not False


def entity_name(label: str) -> str:
    """The vendor's name of the kind of personal information; of others, our own."""
    names = {ours: theirs for theirs, ours in label_map(DIALECT)["entities"].items()}
    return str(names.get(label, label.partition(".")[2]))


def _matches(wish: Wish, part: Seen) -> list[Document]:
    return [
        {
            "match": hit.text,
            "probability": _round(hit.score),
            "span": list(hit.span or (0, len(hit.text))),
            "entity_type": entity_name(hit.label),
        }
        for hit in _hits(wish, part)
    ]


def _details(wish: Wish, parts: Sequence[Seen]) -> Document:
    """Our labels below the policy, and for media when they were seen."""
    best: dict[str, float] = {}
    moments = []
    for part in parts:
        for hit in _hits(wish, part):
            best[hit.label] = max(best.get(hit.label, 0.0), hit.score)
            if hit.time is not None:
                start, end = hit.time
                one = {"label": hit.label, "from": round(start, 3), "to": round(end, 3), "score": _round(hit.score)}
                moments.append(one | ({"field": part.name} if part.name else {}))
    labels = [
        {"id": label, "probability": _round(score), "flagged": wish.flag and score >= wish.threshold}
        for label, score in sorted(best.items(), key=lambda item: (-item[1], item[0]))
    ]
    said: Document = {"labels": labels} if labels else {}
    return said | ({"data": {"moments": moments[:MOST_MATCHES]}} if moments else {})


def _untold(wish: Wish) -> Document:
    why = "nothing on this server can tell it of this content"
    if not wish.policy.labels:
        why = "this server has no detector for it"
    return {"id": wish.id, "message": why}


def _round(score: float) -> float:
    return round(float(score), 4)


def masked(part: Seen, wishes: Sequence[Wish]) -> str | None:
    """The text with what is to be masked replaced; None where nothing is."""
    spans: list[tuple[int, int, str]] = []
    for wish in wishes:
        entities = wish.more.get("entities")
        if wish.policy.kind != ENTITIES or not isinstance(entities, Mapping):
            continue
        for hit in _hits(wish, part):
            said = entities.get(entity_name(hit.label)) or {}
            if said.get("shouldMask") and hit.span:
                name = entity_name(hit.label).upper()
                spans.append((*hit.span, str(said.get("mask") or f"{{{{ {name} }}}}")))
    if not spans:
        return None
    text, end = "", 0
    for start, stop, mask in sorted(spans):
        if start >= end:
            text += part.words[end:start] + mask
            end = stop
    return text + part.words[end:]
