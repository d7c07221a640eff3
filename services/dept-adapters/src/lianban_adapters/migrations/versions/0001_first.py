"""Tasks, acts and the event relay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "adapters"
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.String(160), nullable=False),
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("case_no", sa.String(64), nullable=False),
        sa.Column("step", sa.String(64), nullable=False),
        sa.Column("details", JSONB),
        sa.Column("due", sa.Date),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("created_at", INSTANT, server_default=sa.func.now(), nullable=False),
        sa.Column("sent_at", INSTANT),
        sa.Column("claimed_by", sa.String(64)),
        sa.Column("claimed_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("cause", sa.String(32)),
        sa.Column("told_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
        schema=SCHEMA,
    )
    op.create_index("ix_tasks_department_state_due", "tasks", ["department", "state", "due"], schema=SCHEMA)
    op.create_table(
        "acts",
        sa.Column("department", sa.String(64), nullable=False),
        sa.Column("act_id", sa.String(128), nullable=False),
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("task_id", sa.String(160), nullable=False),
        sa.Column("case_no", sa.String(64), nullable=False),
        sa.Column("step", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(16), nullable=False),
        sa.Column("officer", sa.String(64)),
        sa.Column("decision", sa.String(16)),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("document", sa.String(64)),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("received_at", INSTANT, server_default=sa.func.now(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("next_attempt_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer, server_default="0", nullable=False),
        sa.Column("case_status", sa.String(16)),
        sa.Column("step_state", sa.String(16)),
        sa.Column("refusal", sa.String(64)),
        sa.Column("detail", sa.Text),
        sa.PrimaryKeyConstraint("department", "act_id", name="pk_acts"),
        schema=SCHEMA,
    )
    op.create_index("ix_acts_task_id", "acts", ["task_id"], schema=SCHEMA)
    op.create_index(
        "ix_acts_under_way",
        "acts",
        ["next_attempt_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("state IN ('received', 'waiting')"),
    )
    op.create_table(
        "relay",
        sa.Column("case_no", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("event", JSONB, nullable=False),
        sa.Column("attempts", sa.Integer, server_default="0", nullable=False),
        sa.Column("free_at", INSTANT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("case_no", "seq", name="pk_relay"),
        schema=SCHEMA,
    )
    op.create_index("ix_relay_position", "relay", ["position"], schema=SCHEMA)


def downgrade() -> None:
    for table in ("relay", "acts", "tasks"):
        op.drop_table(table, schema=SCHEMA)
