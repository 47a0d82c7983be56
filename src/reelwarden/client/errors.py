"""What can go wrong for a client: the server said no, or could not be reached."""

from __future__ import annotations

from reelwarden.errors import ReelwardenError


class ApiError(ReelwardenError):
    """The server's own words: `status`, `code`, the message, `hint`; `retry_after` seconds where it said so."""

    def __init__(self, status: int, code: str, message: str, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint)
        self.status = status
        self.code = code  # type: ignore[misc]
        self.retry_after = retry_after


class Unreachable(ReelwardenError):
    """No answer came, or only the beginning of one."""

    code = "unreachable"
