"""How each department stands, and tasks that wait for their turn to be sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCHEMA = "adapters"
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "gates",
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("switched", sa.Boolean, server_default="false", nullable=False),
        sa.Column("switched_at", INSTANT),
        sa.Column("switched_by", sa.String(64)),
        sa.Column("switch_reason", sa.Text),
        sa.Column("failures", sa.Integer, server_default="0", nullable=False),
        sa.Column("openings", sa.Integer, server_default="0", nullable=False),
        sa.Column("free_at", INSTANT),
        sa.Column("failed_at", INSTANT),
        sa.Column("failure", sa.Text),
        sa.Column("succeeded_at", INSTANT),
        sa.Column("leased_by", sa.String(32)),
        sa.Column("leased_until", INSTANT),
        sa.PrimaryKeyConstraint("department", name="pk_gates"),
        schema=SCHEMA,
    )
    for column in (
        sa.Column("received_at", INSTANT, server_default=sa.func.now(), nullable=False),
        sa.Column("free_at", INSTANT),
        sa.Column("leased_until", INSTANT),
        sa.Column("attempts", sa.Integer, server_default="0", nullable=False),
    ):
        op.add_column("tasks", column, schema=SCHEMA)
    op.execute(f"UPDATE {SCHEMA}.tasks SET received_at = coalesce((details->>'received_at')::timestamptz, created_at)")
    op.create_index(
        "ix_tasks_waiting",
        "tasks",
        ["department", "received_at", "id"],
        schema=SCHEMA,
        postgresql_where=sa.text("state = 'received' AND free_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_tasks_waiting", "tasks", schema=SCHEMA)
    for name in ("received_at", "free_at", "leased_until", "attempts"):
        op.drop_column("tasks", name, schema=SCHEMA)
    op.drop_table("gates", schema=SCHEMA)
