"""Submissions, the pieces they are cut into, what is owed to their watchers, and the workers' leases."""

from __future__ import annotations

import sqlalchemy as sa

from reelwarden.store.tables.base import Serial, Time, identity, metadata, owner

submissions = sa.Table(
    "submissions",
    metadata,
    identity(),
    owner(),
    sa.Column("key", sa.String(40), nullable=False, comment="the key that it came by"),
    sa.Column("dialect", sa.String(20), nullable=False),
    sa.Column("external_id", sa.String(200), comment="the caller's own id; one submission a dialect and account"),
    sa.Column("source", sa.String(10), nullable=False, comment="upload, url or stream"),
    sa.Column("address", sa.Text, nullable=False, comment="the blob's key, or the URL"),
    sa.Column("name", sa.String(300), nullable=False, comment="what people call the media"),
    sa.Column("asked", sa.JSON, nullable=False, comment="labels and families of labels"),
    sa.Column("options", sa.JSON, nullable=False, comment="jobs/options.py: how it is looked at and kept"),
    sa.Column("vendor", sa.JSON, nullable=False, comment="what only its dialect understands"),
    sa.Column("state", sa.String(10), nullable=False, comment="accepted, running, finished, stopped, failed"),
    sa.Column("stop_wanted", sa.Boolean, nullable=False, default=False),
    sa.Column("priority", sa.Integer, nullable=False, default=5, comment="1 goes first, 9 last"),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("spans", sa.Integer, nullable=False, default=1, comment="into how many spans the media was cut"),
    sa.Column("media", sa.JSON, comment="what the probe found"),
    sa.Column("position", sa.Double, nullable=False, default=0.0, comment="seconds of media looked at"),
    sa.Column("error", sa.JSON, comment="{code, message, hint}"),
    sa.Column("outcome", sa.String(10), comment="the verdict: pass, review, reject"),
    sa.Column("operations", sa.BigInteger, nullable=False, default=0),
    sa.Column("created", Time, nullable=False),
    sa.Column("started", Time),
    sa.Column("ended", Time),
    sa.Column("deadline", Time, nullable=False, comment="when it fails if it has not ended"),
    sa.Column("expires", Time, nullable=False, comment="when result and media are deleted"),
    sa.UniqueConstraint("account", "dialect", "external_id", name="uq_submissions_external"),
    sa.Index("ix_submissions_state", "state", "created"),
    sa.Index("ix_submissions_listing", "account", "created"),
    sa.Index("ix_submissions_expires", "expires"),
)

pieces = sa.Table(
    "pieces",
    metadata,
    sa.Column("submission", sa.ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("span", sa.Integer, primary_key=True, comment="the pieces of one span are looked at in order"),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("last", sa.Boolean, nullable=False, comment="its span is done"),
    sa.Column("findings", sa.LargeBinary, nullable=False, comment="jobs/piece.py, packed"),
    sa.Column("done", Time, nullable=False),
)

results = sa.Table(
    "results",
    metadata,
    sa.Column("submission", sa.ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("document", sa.LargeBinary, nullable=False, comment="jobs/findings.py, packed JSON"),
)

evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("submission", sa.ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("time", sa.Double, primary_key=True),
    sa.Column("blob", sa.String(200), nullable=False),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", Serial, primary_key=True, autoincrement=True),
    owner(),
    sa.Column("submission", sa.ForeignKey("submissions.id", ondelete="CASCADE"), index=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("at", Time, nullable=False),
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("job", sa.String(80), primary_key=True),
    sa.Column("submission", sa.ForeignKey("submissions.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("span", sa.Integer, nullable=False),
    sa.Column("queue", sa.String(20), nullable=False),
    sa.Column("partition", sa.String(40), nullable=False, comment="the account: each gets its turn"),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("run", sa.Integer, nullable=False, comment="how often it was given to the job engine"),
    sa.Column("tries", sa.Integer, nullable=False, comment="starts since it last got anywhere"),
    sa.Column("worker", sa.String(80), nullable=False, comment="empty: it waits for one"),
    sa.Column("beat", Time, nullable=False),
    sa.Index("ix_leases_worker", "worker", "beat"),
)

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("host", sa.String(200), nullable=False),
    sa.Column("started", Time, nullable=False),
    sa.Column("beat", Time, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
)

uploads = sa.Table(
    "uploads",
    metadata,
    identity(),
    owner(),
    sa.Column("key", sa.String(40), nullable=False),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("length", sa.BigInteger, nullable=False, comment="bytes in all"),
    sa.Column("offset", sa.BigInteger, nullable=False, comment="bytes that have come"),
    sa.Column("parts", sa.JSON, nullable=False, comment="blob keys, in order"),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Column("expires", Time, nullable=False),
)
