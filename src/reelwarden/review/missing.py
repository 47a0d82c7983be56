"""What is asked for and not there, or there already."""

from __future__ import annotations

from reelwarden.errors import ReelwardenError


class NotThere(ReelwardenError):
    """`what` is project, channel, author, queue, item, action or subscription."""

    code = "not_found"

    def __init__(self, what: str, named: str = "") -> None:
        super().__init__(f"there is no such {what}" + (f": {named[:80]}" if named else ""))
        self.what = what


class TakenAlready(ReelwardenError):
    """A name or key that must be one project's or account's own is used already; `what` has it."""

    code = "taken"

    def __init__(self, message: str, what: str = "") -> None:
        super().__init__(message)
        self.what = what


class Needed(ReelwardenError):
    """The usual project and the usual channel cannot go."""

    code = "needed"
