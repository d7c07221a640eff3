"""The upward feed: how far each case has been told to the province, and finding events by when they came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_cases",
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), server_default="-1", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("cause", sa.String(length=48), nullable=True),
        sa.PrimaryKeyConstraint("case_no", name="pk_exchange_cases"),
        schema="intake",
    )
    op.create_index(
        "ix_exchange_cases_free_at",
        "exchange_cases",
        ["free_at"],
        unique=False,
        schema="intake",
        postgresql_where=sa.text("told < known"),
    )
    op.create_table(
        "exchange_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_exchange_mark_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_exchange_mark"),
        schema="intake",
    )
    # Rows are only ever added, so they lie in the order they came: an index of ranges costs an insert next to nothing.
    op.create_index(
        "ix_events_recorded_at", "events", ["recorded_at"], unique=False, schema="intake", postgresql_using="brin"
    )


def downgrade() -> None:
    op.drop_index("ix_events_recorded_at", "events", schema="intake")
    op.drop_table("exchange_mark", schema="intake")
    op.drop_table("exchange_cases", schema="intake")
