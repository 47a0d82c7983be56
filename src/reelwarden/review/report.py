"""What was judged and decided over a time, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import sqlalchemy as sa

from reelwarden.review.queues import EXPIRED, PENDING
from reelwarden.store.tables.review import authors, channels, decisions, review_items
from reelwarden.store.tables.review import contents as rows


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end` of a project; of one channel where it is given."""

    project: str
    start: float
    end: float
    channel: str | None = None

    @property
    def before(self) -> Span:
        """As long a time, ending where this begins."""
        return Span(self.project, 2 * self.start - self.end, self.start, self.channel)

    def where(self) -> sa.ColumnElement[bool]:
        said = [rows.c.project == self.project, rows.c.created >= self.start, rows.c.created < self.end]
        if self.channel is not None:
            said.append(rows.c.channel == self.channel)
        return sa.and_(rows.c.state == "judged", *said)


@dataclass(slots=True)
class Totals:
    contents: int = 0
    flagged: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    flagged_but_passed: int = 0
    authors: int = 0

    @property
    def share(self) -> float:
        return self.flagged / self.contents if self.contents else 0.0


def totals(connection: sa.Connection, span: Span) -> Totals:
    grouped = sa.select(rows.c.flagged, rows.c.outcome, sa.func.count()).where(span.where())
    found = Totals()
    for flagged, outcome, count in connection.execute(grouped.group_by(rows.c.flagged, rows.c.outcome)):
        found.contents += count
        found.flagged += count if flagged else 0
        found.outcomes[outcome] += count
        found.flagged_but_passed += count if flagged and outcome == "pass" else 0
    several = sa.select(sa.func.count(sa.distinct(rows.c.author))).where(span.where())
    found.authors = connection.execute(several).scalar_one()
    return found


def pending(connection: sa.Connection, span: Span) -> int:
    """Items that wait for somebody."""
    asked = [review_items.c.project == span.project, review_items.c.state == PENDING, review_items.c.queue.is_not(None)]
    if span.channel is not None:
        asked.append(review_items.c.channel == span.channel)
    return connection.execute(sa.select(sa.func.count()).select_from(review_items).where(*asked)).scalar_one()


def labels(connection: sa.Connection, span: Span) -> Counter[str]:
    """Label → contents that it flagged."""
    query = sa.select(rows.c.labels).where(span.where(), rows.c.flagged)
    return Counter(label for several in connection.execute(query).scalars() for label in several)


def top_authors(connection: sa.Connection, span: Span, most: int) -> list[tuple[str, str | None, int]]:
    """(the caller's id, name, flagged contents) of those with the most."""
    count = sa.func.count()
    query = (
        sa.select(authors.c.external_id, authors.c.id, count)
        .select_from(rows.join(authors, rows.c.author == authors.c.id))
        .where(span.where(), rows.c.flagged)
        .group_by(authors.c.id)
        .order_by(count.desc(), authors.c.id)
    )
    found = connection.execute(query.limit(most)).all()
    ids = [row[1] for row in found]
    named = sa.select(authors.c.id, authors.c.profile).where(authors.c.id.in_(ids))
    profiles = {row[0]: row[1] for row in connection.execute(named)} if ids else {}
    return [(row[0], profiles.get(row[1], {}).get("name"), row[2]) for row in found]


def by_channel(connection: sa.Connection, span: Span) -> list[tuple[str, str, int, int]]:
    """(id, name, contents, flagged) of every channel of the project."""
    counted = sa.func.count(rows.c.id)
    flagged = sa.func.sum(sa.case((rows.c.flagged, 1), else_=0))
    joined = channels.outerjoin(rows, sa.and_(rows.c.channel == channels.c.id, span.where()))
    query = sa.select(channels.c.id, channels.c.name, counted, flagged).select_from(joined)
    query = query.where(channels.c.project == span.project).group_by(channels.c.id, channels.c.name)
    return [(row[0], row[1], row[2], row[3] or 0) for row in connection.execute(query.order_by(counted.desc()))]


def volumes(connection: sa.Connection, span: Span, step: float) -> list[tuple[float, Totals]]:
    """(beginning, totals) of each stretch of `step` seconds, empty ones too."""
    query = sa.select(rows.c.created, rows.c.flagged, rows.c.outcome).where(span.where())
    first = span.start // step * step
    found: dict[float, Totals] = {}
    at = first
    while at < span.end:
        found[at] = Totals()
        at += step
    for created, flagged, outcome in connection.execute(query):
        cell = found[created // step * step]
        cell.contents += 1
        cell.flagged += int(flagged)
        cell.outcomes[outcome] += 1
    return list(found.items())


def reviews(connection: sa.Connection, span: Span) -> Counter[str]:
    """`allow`, `reject`, `resolved` (without either), `expired` and `pending`: what became of items."""
    said = [review_items.c.project == span.project, review_items.c.queue.is_not(None)]
    said += [review_items.c.changed >= span.start, review_items.c.created < span.end]
    if span.channel is not None:
        said.append(review_items.c.channel == span.channel)
    query = sa.select(review_items.c.state, review_items.c.decision, sa.func.count()).where(*said)
    found: Counter[str] = Counter()
    for state, decision, count in connection.execute(query.group_by(review_items.c.state, review_items.c.decision)):
        found[state if state in (PENDING, EXPIRED) else decision or "resolved"] += count
    return found


def decided(connection: sa.Connection, span: Span) -> int:
    """Decisions that people took."""
    query = sa.select(sa.func.count()).select_from(decisions)
    mine = [decisions.c.project == span.project, decisions.c.at >= span.start, decisions.c.at < span.end]
    return connection.execute(query.where(*mine)).scalar_one()
