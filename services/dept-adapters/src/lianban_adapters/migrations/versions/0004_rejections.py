"""What departments have rejected, told apart from what they have taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SCHEMA = "adapters"


def upgrade() -> None:
    for column in (
        sa.Column("rejected_at", sa.DateTime(timezone=True)),
        sa.Column("rejection", sa.Text),
        sa.Column("rejections", sa.Integer, server_default="0", nullable=False),
    ):
        op.add_column("gates", column, schema=SCHEMA)


def downgrade() -> None:
    for name in ("rejected_at", "rejection", "rejections"):
        op.drop_column("gates", name, schema=SCHEMA)
