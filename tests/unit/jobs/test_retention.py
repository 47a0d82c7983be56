"""News of the review desk, which belong to no submission, are kept as long as their account keeps anything."""

from __future__ import annotations

import sqlalchemy as sa
from owing import add_accounts, owe_one

from reelwarden.jobs import retention
from reelwarden.store.database import Database
from reelwarden.store.tables.accounts import accounts
from reelwarden.store.tables.deliveries import deliveries


def test_an_account_s_own_retention_holds_for_its_news(database: Database) -> None:
    add_accounts(database, "hasty", "usual", "slow")
    for name in ("hasty", "usual", "slow"):
        owe_one(database, name, now=1000.0)
        owe_one(database, name, now=1000.0)
    with database.begin() as connection:
        for name, seconds in (("hasty", 60), ("slow", 9000)):
            said = sa.update(accounts).where(accounts.c.id == name)
            connection.execute(said.values(settings={"retention": seconds}))
        first = sa.select(sa.func.min(deliveries.c.id)).group_by(deliveries.c.account)
        over = sa.update(deliveries).where(deliveries.c.id.in_(first))
        connection.execute(over.values(state="delivered", ended=1000.0))

    def left(now: float) -> dict[str, int]:
        with database.begin() as connection:
            retention._forget_orphans(connection, 3600.0, now)
            counted = sa.select(deliveries.c.account, sa.func.count()).group_by(deliveries.c.account)
            return {row[0]: row[1] for row in connection.execute(counted)}

    assert left(1050.0) == {"hasty": 2, "usual": 2, "slow": 2}
    assert left(1061.0) == {"hasty": 1, "usual": 2, "slow": 2}, "what is owed stays"
    assert left(4601.0) == {"hasty": 1, "usual": 1, "slow": 1}
