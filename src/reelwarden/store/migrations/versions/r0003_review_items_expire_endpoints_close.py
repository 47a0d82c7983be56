"""Review items expire, endpoints close."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"


def upgrade() -> None:
    """Review items expire, endpoints close."""
    op.create_table(
        "closed_endpoints",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column(
            "digest", sa.String(64), nullable=False, comment="SHA-256 of the URL, which is too long for an index"
        ),
        sa.Column("why", sa.String(300), nullable=False),
        sa.Column("delivery", sa.String(40), nullable=False, comment="whose answer said so"),
        sa.Column("closed", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_closed_endpoints_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_closed_endpoints"),
        sa.UniqueConstraint("account", "digest", name="uq_closed_endpoints_account"),
    )
    with op.batch_alter_table("closed_endpoints", schema=None) as batch_op:
        batch_op.create_index("ix_closed_endpoints_account", ["account"])

    with op.batch_alter_table("contents", schema=None) as batch_op:
        batch_op.create_index(
            "ix_contents_full",
            ["judged"],
            sqlite_where=sa.text("fingerprint <> ''"),
            postgresql_where=sa.text("fingerprint <> ''"),
        )
        batch_op.create_index(
            "ix_contents_waiting",
            ["created"],
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("about", sa.String(40), comment="the author that it tells of, so that it goes with them")
        )
        batch_op.create_index(
            "ix_deliveries_about",
            ["about"],
            sqlite_where=sa.text("about IS NOT NULL"),
            postgresql_where=sa.text("about IS NOT NULL"),
        )

    with op.batch_alter_table("review_items", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "emptied", sa.Double(), comment="when its time was over: from then on it is a number in the reports"
            )
        )
        batch_op.create_index(
            "ix_review_items_full",
            ["changed"],
            sqlite_where=sa.text("emptied IS NULL"),
            postgresql_where=sa.text("emptied IS NULL"),
        )
