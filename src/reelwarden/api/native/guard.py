"""Who may come through a native door: dependencies that give the caller, one request of its rate taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from reelwarden.accounts.caller import Caller
from reelwarden.api.door import House, admitted, bearer, house_of

__all__ = ["Admin", "Here", "Manager", "Reader", "Submitter"]


def _with(scope: str) -> Callable[[Request], Caller]:
    def caller(request: Request) -> Caller:
        return admitted(house_of(request), bearer(request), scope)

    return caller


Reader = Annotated[Caller, Depends(_with("read"))]
Submitter = Annotated[Caller, Depends(_with("submit"))]
Manager = Annotated[Caller, Depends(_with("manage"))]
Admin = Annotated[Caller, Depends(_with("admin"))]
Here = Annotated[House, Depends(house_of)]
