"""Why the front desk does not do what it is asked; each dialect says it in its own words."""

from __future__ import annotations

from reelwarden.errors import ReelwardenError


class Refusal(ReelwardenError):
    """The root. `retry_after` seconds from now it may be granted; None: not by waiting."""

    code = "refused"

    def __init__(self, message: str, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after


class NoKey(Refusal):
    """No key came with the request, or one that opens nothing."""

    code = "no_key"


class NotAllowed(Refusal):
    """The key is known, but does not open this."""

    code = "not_allowed"


class Missing(Refusal):
    """There is no such thing in this account."""

    code = "not_found"


class TooQuick(Refusal):
    """More requests a second than the plan has."""

    code = "too_fast"


class TooBusy(Refusal):
    """More submissions at a time than the plan has."""

    code = "too_many"


class UsedUp(Refusal):
    """The month's operations are used."""

    code = "over_quota"


class Full(Refusal):
    """The server has no room; not the caller's fault."""

    code = "full"
