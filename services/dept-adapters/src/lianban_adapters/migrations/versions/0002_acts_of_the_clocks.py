"""All kinds of acts, and how a task stands in its case while it waits or its dates move."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA = "adapters"
ACT_COLUMNS = (
    ("rule", sa.String(16)),
    ("role", sa.String(16)),
    ("procedure", sa.String(16)),
    ("days", sa.Integer),
    ("overrides", sa.String(16)),
)


def upgrade() -> None:
    op.alter_column("acts", "kind", type_=sa.String(32), schema=SCHEMA)
    for name, kind in ACT_COLUMNS:
        op.add_column("acts", sa.Column(name, kind), schema=SCHEMA)
    for column in (
        sa.Column("legal_due", sa.Date),
        sa.Column("step_state", sa.String(16), server_default="open", nullable=False),
        sa.Column("pauses", JSONB, server_default="[]", nullable=False),
        sa.Column("seq", sa.Integer, server_default="0", nullable=False),
    ):
        op.add_column("tasks", column, schema=SCHEMA)
    op.execute(f"UPDATE {SCHEMA}.tasks SET legal_due = (details->'due'->>'legal')::date WHERE details IS NOT NULL")


def downgrade() -> None:
    for name in ("legal_due", "step_state", "pauses", "seq"):
        op.drop_column("tasks", name, schema=SCHEMA)
    for name, _ in ACT_COLUMNS:
        op.drop_column("acts", name, schema=SCHEMA)
    op.alter_column("acts", "kind", type_=sa.String(16), schema=SCHEMA)
