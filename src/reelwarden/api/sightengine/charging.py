"""Operations of what needs no submission: counted and taken out of the month at once."""

from __future__ import annotations

import time
from collections.abc import Mapping

from reelwarden.accounts import metering
from reelwarden.accounts.quota import reserve
from reelwarden.api.sightengine.call import Call
from reelwarden.jobs.refusals import UsedUp


def charge(call: Call, counts: Mapping[str, int]) -> None:
    """Raises UsedUp where the month has not enough left; then nothing is counted."""
    now, caller = time.time(), call.caller
    with call.house.desk.database.begin() as connection:
        if not reserve(connection, caller.account, sum(counts.values()), now):
            raise UsedUp("The month's operations are used")
        metering.count(connection, caller.account, caller.key, metering.day_of(now), counts)
