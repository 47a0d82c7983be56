"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None


def upgrade() -> None:
    """The first tables."""
    for step in (
        _buckets,
        _plans,
        _workers,
        _accounts,
        _keys,
        _policies,
        _quotas,
        _submissions,
        _text_lists,
        _uploads,
        _usage,
        _deliveries,
        _events,
        _evidence,
        _leases,
        _pieces,
        _results,
        _text_entries,
        _attempts,
    ):
        step()


def _buckets() -> None:
    op.create_table(
        "buckets",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("filled", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_buckets"),
    )


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("requests_per_second", sa.Double(), comment="null: as many as they like, here and below"),
        sa.Column("burst", sa.Integer(), nullable=False, comment="requests at once after a pause"),
        sa.Column("concurrent_submissions", sa.Integer()),
        sa.Column("concurrent_streams", sa.Integer()),
        sa.Column("monthly_operations", sa.BigInteger()),
        sa.Column("most_bytes", sa.BigInteger(), comment="null: the server's own limit"),
        sa.Column("features", sa.JSON(), nullable=False, comment="accounts/plans.py names them"),
        sa.Column("vendor", sa.JSON(), nullable=False, comment="what only one dialect knows of a plan"),
        sa.PrimaryKeyConstraint("name", name="pk_plans"),
    )


def _workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("host", sa.String(200), nullable=False),
        sa.Column("started", sa.Double(), nullable=False),
        sa.Column("beat", sa.Double(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("number", sa.String(12), nullable=False, comment="a name in digits"),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("plan", sa.String(60), nullable=False),
        sa.Column(
            "settings", sa.JSON(), nullable=False, comment="policy, retention, callback domains, per dialect options"
        ),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("closed", sa.Double()),
        sa.ForeignKeyConstraint(["plan"], ["plans.name"], name="fk_accounts_plan"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("name", name="uq_accounts_name"),
        sa.UniqueConstraint("number", name="uq_accounts_number"),
    )


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False, comment="the first letters, to know a key again"),
        sa.Column("hash", sa.String(64), nullable=False, comment="SHA-256 of the key, hexadecimal"),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("last_used", sa.Double()),
        sa.Column("revoked", sa.Double(), comment="from when on it opens nothing; may be to come"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_keys_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
        sa.UniqueConstraint("hash", name="uq_keys_hash"),
    )
    op.create_index("ix_keys_account", "keys", ["account"])


def _policies() -> None:
    op.create_table(
        "policies",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("document", sa.Text(), nullable=False, comment="a policy file, TOML"),
        sa.Column("revision", sa.Integer(), nullable=False, comment="one more with every change"),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("changed", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_policies_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_policies"),
        sa.UniqueConstraint("account", "name", name="uq_policies_account"),
    )
    op.create_index("ix_policies_account", "policies", ["account"])


def _quotas() -> None:
    op.create_table(
        "quotas",
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("month", sa.String(7), nullable=False, comment="2026-11"),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_quotas_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account", "month", name="pk_quotas"),
    )


def _submissions() -> None:
    op.create_table(
        "submissions",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("key", sa.String(40), nullable=False, comment="the key that it came by"),
        sa.Column("dialect", sa.String(20), nullable=False),
        sa.Column("external_id", sa.String(200), comment="the caller's own id; one submission a dialect and account"),
        sa.Column("source", sa.String(10), nullable=False, comment="upload, url or stream"),
        sa.Column("address", sa.Text(), nullable=False, comment="the blob's key, or the URL"),
        sa.Column("name", sa.String(300), nullable=False, comment="what people call the media"),
        sa.Column("asked", sa.JSON(), nullable=False, comment="labels and families of labels"),
        sa.Column("options", sa.JSON(), nullable=False, comment="jobs/options.py: how it is looked at and kept"),
        sa.Column("vendor", sa.JSON(), nullable=False, comment="what only its dialect understands"),
        sa.Column("state", sa.String(10), nullable=False, comment="accepted, running, finished, stopped, failed"),
        sa.Column("stop_wanted", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False, comment="1 goes first, 9 last"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("spans", sa.Integer(), nullable=False, comment="into how many spans the media was cut"),
        sa.Column("media", sa.JSON(), comment="what the probe found"),
        sa.Column("position", sa.Double(), nullable=False, comment="seconds of media looked at"),
        sa.Column("error", sa.JSON(), comment="{code, message, hint}"),
        sa.Column("outcome", sa.String(10), comment="the verdict: pass, review, reject"),
        sa.Column("operations", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("started", sa.Double()),
        sa.Column("ended", sa.Double()),
        sa.Column("deadline", sa.Double(), nullable=False, comment="when it fails if it has not ended"),
        sa.Column("expires", sa.Double(), nullable=False, comment="when result and media are deleted"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_submissions_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
        sa.UniqueConstraint("account", "dialect", "external_id", name="uq_submissions_external"),
    )
    op.create_index("ix_submissions_account", "submissions", ["account"])
    op.create_index("ix_submissions_expires", "submissions", ["expires"])
    op.create_index("ix_submissions_listing", "submissions", ["account", "created"])
    op.create_index("ix_submissions_state", "submissions", ["state", "created"])


def _text_lists() -> None:
    op.create_table(
        "text_lists",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False, comment="disallow or allow"),
        sa.Column("vendor", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, comment="one more with every change"),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("changed", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_text_lists_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_text_lists"),
        sa.UniqueConstraint("account", "name", name="uq_text_lists_account"),
    )
    op.create_index("ix_text_lists_account", "text_lists", ["account"])


def _uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False, comment="bytes in all"),
        sa.Column("offset", sa.BigInteger(), nullable=False, comment="bytes that have come"),
        sa.Column("parts", sa.JSON(), nullable=False, comment="blob keys, in order"),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_uploads_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
    )
    op.create_index("ix_uploads_account", "uploads", ["account"])


def _usage() -> None:
    op.create_table(
        "usage",
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("day", sa.String(10), nullable=False, comment="2026-11-23"),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column(
            "label", sa.String(80), nullable=False, comment="a family of labels, or a model name; empty: the sum"
        ),
        sa.Column("operations", sa.BigInteger(), nullable=False),
        sa.Column("submissions", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_usage_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account", "day", "key", "label", name="pk_usage"),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("submission", sa.String(40)),
        sa.Column("dialect", sa.String(20), nullable=False, comment="names the schedule and the signature"),
        sa.Column("event", sa.String(60), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.String(260), nullable=False, comment="the endpoint; one that is down delays no other"),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.Text(), comment="what signs it; null: unsigned"),
        sa.Column("sequence", sa.String(60), comment="deliveries of one sequence go one after the other"),
        sa.Column("place", sa.Integer(), nullable=False, comment="in its sequence"),
        sa.Column("keep", sa.Boolean(), nullable=False, comment="false: emptied as soon as it has ended"),
        sa.Column("state", sa.String(10), nullable=False, comment="owed, delivered, given_up"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("earlier", sa.Integer(), nullable=False, comment="attempts before it was last owed anew"),
        sa.Column("next_at", sa.Double(), nullable=False),
        sa.Column("held_by", sa.String(80)),
        sa.Column("held_until", sa.Double(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("ended", sa.Double()),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_deliveries_account", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["submission"], ["submissions.id"], name="fk_deliveries_submission", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_account", "deliveries", ["account"])
    op.create_index("ix_deliveries_due", "deliveries", ["state", "next_at"])
    op.create_index("ix_deliveries_ended", "deliveries", ["ended"])
    op.create_index("ix_deliveries_endpoint", "deliveries", ["state", "account", "host", "next_at"])
    op.create_index("ix_deliveries_held", "deliveries", ["held_until"])
    op.create_index("ix_deliveries_listing", "deliveries", ["account", "id"])
    op.create_index("ix_deliveries_sequence", "deliveries", ["sequence", "state", "place"])
    op.create_index("ix_deliveries_submission", "deliveries", ["submission"])


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("submission", sa.String(40)),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_events_account", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name="fk_events_submission", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_account", "events", ["account"])
    op.create_index("ix_events_submission", "events", ["submission"])


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("submission", sa.String(40), nullable=False),
        sa.Column("time", sa.Double(), nullable=False),
        sa.Column("blob", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name="fk_evidence_submission", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("submission", "time", name="pk_evidence"),
    )


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("job", sa.String(80), nullable=False),
        sa.Column("submission", sa.String(40), nullable=False),
        sa.Column("span", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String(20), nullable=False),
        sa.Column("partition", sa.String(40), nullable=False, comment="the account: each gets its turn"),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False, comment="how often it was given to the job engine"),
        sa.Column("tries", sa.Integer(), nullable=False, comment="starts since it last got anywhere"),
        sa.Column("worker", sa.String(80), nullable=False, comment="empty: it waits for one"),
        sa.Column("beat", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name="fk_leases_submission", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job", name="pk_leases"),
    )
    op.create_index("ix_leases_submission", "leases", ["submission"])
    op.create_index("ix_leases_worker", "leases", ["worker", "beat"])


def _pieces() -> None:
    op.create_table(
        "pieces",
        sa.Column("submission", sa.String(40), nullable=False),
        sa.Column("span", sa.Integer(), nullable=False, comment="the pieces of one span are looked at in order"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last", sa.Boolean(), nullable=False, comment="its span is done"),
        sa.Column("findings", sa.LargeBinary(), nullable=False, comment="jobs/piece.py, packed"),
        sa.Column("done", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name="fk_pieces_submission", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("submission", "span", "number", name="pk_pieces"),
    )


def _results() -> None:
    op.create_table(
        "results",
        sa.Column("submission", sa.String(40), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False, comment="jobs/findings.py, packed JSON"),
        sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name="fk_results_submission", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("submission", name="pk_results"),
    )


def _text_entries() -> None:
    op.create_table(
        "text_entries",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("list", sa.String(40), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("match", sa.String(10), nullable=False, comment="exact or standard"),
        sa.Column("language", sa.String(10), nullable=False, comment="a code, or all"),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["list"], ["text_lists.id"], name="fk_text_entries_list", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_text_entries"),
        sa.UniqueConstraint("list", "text", "match", "language", name="uq_text_entries_list"),
    )
    op.create_index("ix_text_entries_list", "text_entries", ["list"])


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("delivery", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("status", sa.Integer(), comment="null: no answer"),
        sa.Column("answer", sa.LargeBinary(), nullable=False, comment="its first 2 kB"),
        sa.Column("error", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.id"], name="fk_attempts_delivery", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.UniqueConstraint("delivery", "number", name="uq_attempts_delivery"),
    )
