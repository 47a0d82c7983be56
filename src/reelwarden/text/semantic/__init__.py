"""A second opinion on whole sentences, where words and patterns found nothing.

In come the sentences of a text and the categories asked for; out go matches that span a sentence. A sentence becomes a
vector (e5.py, weights out of a public package), and a head of the project's own (head.npz, made by train.py from the
exemplars here) says which categories it resembles. It must not know the lexicons, and it never guesses: without the
weights it is unavailable and says so.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reelwarden.text.semantic.opinion import Opinion


@cache
def usual() -> Opinion | str:
    """The opinion of the installed model, or why there is none; found out once in a process, at the first need."""
    from reelwarden.text.semantic.opinion import installed

    return installed()
