"""One of several processes that want all that an account may have: `race.py URL KEY START`. Prints what it got.

The clock of the bucket is played, so that the machine's speed does not matter.
"""

from __future__ import annotations

import json
import sys
import time

import sqlalchemy as sa

from reelwarden.accounts import keys
from reelwarden.accounts.caller import Caller
from reelwarden.accounts.limits import Granted, Started, start_submission, take
from reelwarden.accounts.quota import reserve, settle
from reelwarden.store.database import Database, new_id
from reelwarden.store.tables.submissions import submissions

BEGIN, SECONDS, STEPS = 1_800_000_000.0, 4.0, 200


def requests(database: Database, caller: Caller) -> int:
    """Granted requests in the four played seconds."""
    times = (BEGIN + SECONDS * step / STEPS for step in range(1, STEPS + 1))
    return sum(isinstance(take(database, caller, now), Granted) for now in times)


def operations(database: Database, caller: Caller) -> int:
    """Reserves 7 at a time, and gives 2 of them back, until there are none for some time."""
    kept, refused = 0, 0
    while refused < 20:
        with database.begin() as connection:
            got = reserve(connection, caller.account, 7, BEGIN)
        refused = 0 if got else refused + 1
        if got:
            kept += 5
            with database.begin() as connection:
                settle(connection, caller.account, 7, 5, BEGIN)
    return kept


def running(database: Database, caller: Caller) -> int:
    """Started submissions, none of which ends."""
    started = 0
    for _ in range(15):
        with database.begin() as connection:
            if isinstance(start_submission(connection, caller, "url", now=BEGIN), Started):
                connection.execute(sa.insert(submissions).values(row(caller)))
                started += 1
    return started


def row(caller: Caller, **more: object) -> dict[str, object]:
    """A submission of the caller's."""
    empty = {name: {} for name in ("options", "vendor")} | {"asked": []}
    texts = {"dialect": "native", "source": "url", "address": "https://a.example/", "name": "a", "state": "accepted"}
    times = {"created": BEGIN, "deadline": BEGIN, "expires": BEGIN}
    own = {"id": new_id("sub"), "account": caller.account, "key": caller.key}
    return {**empty, **texts, **times, **own, **more}


def main(url: str, key: str, start: str) -> None:
    database = Database(url)
    caller = keys.authenticate(database, key)
    assert caller is not None
    time.sleep(max(0.0, float(start) - time.time()))
    got = {act.__name__: act(database, caller) for act in (requests, operations, running)}
    print(json.dumps(got))
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
