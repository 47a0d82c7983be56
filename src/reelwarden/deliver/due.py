"""The one question that is asked all the time: which deliveries are due?

It costs as much as there are endpoints that owe something, however much an endpoint that is down owes: the query hops
from one to the next along an index and takes a few of each. The two databases want the hop said in different words.
"""

from __future__ import annotations

import sqlalchemy as sa

from reelwarden.deliver.fairness import Due

# The endpoint after this one.
_NEXT = """
    SELECT {columns} FROM deliveries AS n
    WHERE n.state = 'owed' AND (n.account, n.host) > (endpoints.account, endpoints.host)
    ORDER BY n.account, n.host LIMIT 1
"""

# Of one endpoint the oldest that are due, that nobody holds, and that nothing earlier of their sequence goes before.
_OLDEST = """
    SELECT {columns} FROM deliveries AS d
    WHERE d.state = 'owed' AND d.account = endpoints.account AND d.host = endpoints.host
      AND d.next_at <= :now AND d.held_until <= :now
      AND (d.sequence IS NULL OR d.place = (
          SELECT min(e.place) FROM deliveries AS e WHERE e.sequence = d.sequence AND e.state = 'owed'))
    ORDER BY d.next_at LIMIT :most
"""

_QUESTION = """
WITH RECURSIVE endpoints(account, host) AS (
    SELECT first.account, first.host FROM (
        SELECT account, host FROM deliveries WHERE state = 'owed' ORDER BY account, host LIMIT 1) AS first
    UNION ALL
    SELECT following.account, following.host FROM endpoints {following})
SELECT due.id, due.account, due.host, due.next_at, length(due.body) AS size FROM endpoints {due}
"""

_SQLITE = _QUESTION.format(
    following=f"JOIN deliveries AS following ON following.id = ({_NEXT.format(columns='n.id')})",
    due=f"JOIN deliveries AS due ON due.id IN ({_OLDEST.format(columns='d.id')})",
)
_POSTGRES = _QUESTION.format(
    following=f"CROSS JOIN LATERAL ({_NEXT.format(columns='n.account, n.host')}) AS following",
    due=f"CROSS JOIN LATERAL ({_OLDEST.format(columns='d.id, d.account, d.host, d.next_at, d.body')}) AS due",
)


def oldest(connection: sa.Connection, is_sqlite: bool, now: float, most: int) -> list[Due]:
    """At most `most` of each endpoint."""
    rows = connection.execute(sa.text(_SQLITE if is_sqlite else _POSTGRES), {"now": now, "most": most})
    return [Due(row.id, (row.account, row.host), row.next_at, row.size) for row in rows]
