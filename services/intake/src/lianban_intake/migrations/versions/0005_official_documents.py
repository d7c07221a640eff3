"""Official documents: a number for each, reserved with its event."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import CreateSequence, DropSequence

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SERIALS = sa.Sequence("official_document_serials", schema="intake")


def upgrade() -> None:
    op.execute(CreateSequence(_SERIALS))
    op.create_table(
        "official_documents",
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("case_no", "seq", name="pk_official_documents"),
        sa.UniqueConstraint("number", name="uq_official_documents_number"),
        schema="intake",
    )


def downgrade() -> None:
    op.drop_table("official_documents", schema="intake")
    op.execute(DropSequence(_SERIALS))
