"""The loop that delivers: takes what is due, posts it, writes down what came of it.

One thread speaks with the database, the others only with receivers, so a database that is away breaks off no POST:
what has been answered meanwhile is written down when it is back.
"""

from __future__ import annotations

import random
import re
import socket
import threading
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic, time
from traceback import extract_tb
from uuid import uuid4

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError, TimeoutError

from reelwarden import telemetry
from reelwarden.accounts.domains import allowed
from reelwarden.deliver import signing
from reelwarden.deliver.claims import Held, Outcome, claim, record
from reelwarden.deliver.fairness import Endpoint, Space
from reelwarden.deliver.schedules import asked_wait, has_arrived, schedule_of
from reelwarden.deliver.signing import Signer
from reelwarden.errors import EgressRefused, FetchError
from reelwarden.ingest.egress import FIRST_BYTES, Egress
from reelwarden.ingest.url import parse
from reelwarden.settings import Settings
from reelwarden.store.database import Database, is_passing, patiently
from reelwarden.store.tables.accounts import accounts
from reelwarden.telemetry.spans import CLIENT

POLL = 0.1
"""Seconds after which it looks again for what is due."""
ROOM = 64 << 20
"""Bytes of bodies in memory."""
SLOW = 1.0
"""Seconds after which an answer is a slow one."""
AWAY = 1.0
"""Seconds before a database that is away is asked again."""
LAST_WORDS = 10.0
"""Seconds for which a notifier that stops tries to write down what it has done."""
MOST_ERROR = 300
PORT = re.compile(r":\d*$")

log = structlog.get_logger("reelwarden.deliver")


def run(
    database: Database,
    egress: Egress,
    settings: Settings,
    stop: threading.Event,
    signers: Mapping[str, Signer] | None = None,
) -> None:
    """Delivers until `stop` is set; attempts under way are then ended and written down.

    `signers` are the dialects' own signatures, by dialect. Any number of notifiers may run over one database.
    Bears a database that is away for any time; raises what is wrong with it otherwise.
    """
    with ThreadPoolExecutor(settings.callbacks_at_once, "callback") as threads:
        notifier = Notifier(database, egress, settings, signers or {}, threads)
        while not stop.is_set():
            try:
                notifier.step()
            except (DBAPIError, TimeoutError) as error:
                if not is_passing(error):
                    raise
                log.warning("database_away", error=type(error).__name__)
                stop.wait(AWAY)
        notifier.finish()


class Notifier:
    """What is under way: `_flying` until it is written down, `_unwritten` once it has been answered."""

    def __init__(
        self,
        database: Database,
        egress: Egress,
        settings: Settings,
        signers: Mapping[str, Signer],
        threads: ThreadPoolExecutor,
    ) -> None:
        self.holder = f"{socket.gethostname()[:40]}:{uuid4().hex}"
        self._database = database
        self._egress = egress
        self._pace = settings.callback_pace
        self._most = settings.callbacks_at_once
        self._signers = signers
        self._threads = threads
        self._slow: set[Endpoint] = set()
        self._flying: dict[str, int] = {}
        self._landed: SimpleQueue[tuple[Held, Outcome]] = SimpleQueue()
        self._unwritten: list[tuple[Held, Outcome]] = []

    def step(self) -> None:
        """Writes down what has been answered, takes what is due, and waits a moment for the next answer."""
        self._write()
        self._take()
        self._collect(POLL)

    def finish(self) -> None:
        """Waits for the last answers, each of which has its limit, and writes them down."""
        while len(self._unwritten) < len(self._flying):
            self._collect(POLL)
        try:
            patiently(self._write, LAST_WORDS)
        except (DBAPIError, TimeoutError) as error:
            log.warning("attempts_not_written", count=len(self._unwritten), error=type(error).__name__)

    def _take(self) -> None:
        space = Space(self._most, self._most - len(self._flying), ROOM - sum(self._flying.values()))
        if space.free <= 0 or space.room <= 0:
            return
        taken = claim(self._database, self.holder, space, now=time(), slow=self._slow)
        domains = _domains(self._database, {held.account for held in taken}) if taken else {}
        for held in taken:
            self._flying[held.id] = len(held.body)
            self._threads.submit(self._fly, held, domains.get(held.account, ()))

    def _fly(self, held: Held, domains: Collection[str]) -> None:
        self._landed.put((held, attempt(held, self._egress, self._signers.get(held.dialect), domains)))

    def _collect(self, wait: float) -> None:
        try:
            self._unwritten.append(self._landed.get(timeout=wait))
            while True:
                self._unwritten.append(self._landed.get_nowait())
        except Empty:
            return

    def _write(self) -> None:
        if not self._unwritten:
            return
        late = record(self._database, self._unwritten, pace=self._pace, chance=random.random)
        for held, outcome in self._unwritten:
            del self._flying[held.id]
            self._note_pace(held, outcome)
            _tell(held, outcome, held in late)
        self._unwritten = []

    def _note_pace(self, held: Held, outcome: Outcome) -> None:
        if outcome.seconds > SLOW:
            self._slow.add((held.account, held.host))
        else:
            self._slow.discard((held.account, held.host))


def _domains(database: Database, ids: Collection[str]) -> dict[str, Collection[str]]:
    """Where callbacks of these accounts may go now, whenever they were ordered; empty or nothing said: anywhere."""
    mine = sa.select(accounts.c.id, accounts.c.settings).where(accounts.c.id.in_(ids))
    with database.read() as connection:
        return {id: settings.get("callback_domains", ()) for id, settings in connection.execute(mine)}


def attempt(held: Held, egress: Egress, signer: Signer | None = None, domains: Collection[str] = ()) -> Outcome:
    """One POST, signed. Whatever happens is an outcome: an address that we, or the account (`domains`), do not talk to,
    too.
    """
    with telemetry.span(
        "delivery",
        parent=held.headers.get(telemetry.TRACE, ""),
        role=CLIENT,
        account=held.account,
        dialect=held.dialect,
        event=held.event,
        delivery=held.id,
        attempt=held.number,
        host=PORT.sub("", held.host),
    ) as step:
        outcome = _attempt(held, egress, signer, domains)
        step.note(status=outcome.status)
        if outcome.error:
            step.fail(str(outcome.status or "no_answer"))
    return outcome


def _attempt(held: Held, egress: Egress, signer: Signer | None, domains: Collection[str]) -> Outcome:
    at, begun = time(), monotonic()
    failed = partial(Outcome, at, status=None, answer=b"")
    try:
        if not allowed(host := parse(held.url).host, domains):
            raise EgressRefused(f"{host} is none of the account's callback_domains")
        signed = signing.headers(held.id, held.body, held.secret, at, signer)
        limit = schedule_of(held.dialect).limit
        headers = {**held.headers, **signed, **telemetry.headers()}
        reply = egress.post(held.url, held.body, headers, timeout=limit, most_bytes=FIRST_BYTES)
    except EgressRefused as error:
        return failed(monotonic() - begun, error=_line(f"refused: {error}"))
    except FetchError as error:
        return failed(monotonic() - begun, error=_line(str(error)))
    except Exception as error:  # a mistake of ours must not stop the others, nor be tried without end
        where = extract_tb(error.__traceback__)[-1]  # not the whole of it: its variables are texts and keys
        log.error("attempt_broke", delivery=held.id, error=type(error).__name__, at=f"{where.filename}:{where.lineno}")
        return failed(monotonic() - begun, error=f"it could not be sent: {type(error).__name__}")
    complaint = "" if has_arrived(schedule_of(held.dialect), reply.status) else _complaint(reply.status)
    wait = asked_wait(reply.headers.get("retry-after"), time())
    return Outcome(at, monotonic() - begun, reply.status, reply.body, complaint, wait)


def _complaint(status: int) -> str:
    return f"answered {status}" + (", and redirects are not followed" if 300 <= status < 400 else "")


def _line(text: str) -> str:
    """Short, and such as both databases can keep."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ")[:MOST_ERROR]


def _tell(held: Held, outcome: Outcome, late: bool) -> None:
    facts = {"delivery": held.id, "account": held.account, "host": held.host, "attempt": held.number}
    if late:
        log.warning("attempt_too_late", **facts)
    elif outcome.error:
        log.info("attempt_failed", **facts, status=outcome.status)
    else:
        log.info("delivered", **facts, seconds=round(outcome.seconds, 3))
