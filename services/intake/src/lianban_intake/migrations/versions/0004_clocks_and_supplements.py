"""What clocks went through, and the corrections applicants hand in (补正)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CLOCKED = ("cases", "case_steps")


def upgrade() -> None:
    for table in _CLOCKED:
        op.add_column(table, sa.Column("due_started", sa.Date(), nullable=True), schema="intake")
        op.add_column(table, sa.Column("clock", sa.JSON(), nullable=True), schema="intake")
        seq = sa.Column("clock_seq", sa.Integer(), server_default="0", nullable=False)
        op.add_column(table, seq, schema="intake")
        op.add_column(table, sa.Column("moves", postgresql.JSONB(), nullable=True), schema="intake")
    op.add_column("cases", sa.Column("complete_at", sa.DateTime(timezone=True), nullable=True), schema="intake")
    op.create_table(
        "supplements",
        sa.Column("act_id", sa.String(length=64), nullable=False),
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=48), nullable=False),
        sa.Column("request_seq", sa.Integer(), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("handed_in_by", sa.String(length=64), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=48), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("refusal", sa.String(length=48), nullable=True),
        sa.Column("refusal_detail", sa.Text(), nullable=True),
        sa.Column("refusal_rule", sa.String(length=48), nullable=True),
        sa.ForeignKeyConstraint(["case_no"], ["intake.cases.case_no"], name="fk_supplements_case_no_cases"),
        sa.PrimaryKeyConstraint("act_id", name="pk_supplements"),
        schema="intake",
    )
    op.create_index(
        "ix_supplements_case_no_request_seq",
        "supplements",
        ["case_no", "request_seq"],
        unique=True,
        schema="intake",
        postgresql_where=sa.text("state <> 'refused'"),
    )
    op.create_index("ix_supplements_case_no", "supplements", ["case_no"], unique=False, schema="intake")
    op.create_table(
        "pending_supplements",
        sa.Column("act_id", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["intake.supplements.act_id"], name="fk_pending_supplements_act_id_supplements"
        ),
        sa.PrimaryKeyConstraint("act_id", name="pk_pending_supplements"),
        schema="intake",
    )
    op.create_index("ix_pending_supplements_due_at", "pending_supplements", ["due_at"], unique=False, schema="intake")


def downgrade() -> None:
    op.drop_table("pending_supplements", schema="intake")
    op.drop_table("supplements", schema="intake")
    op.drop_column("cases", "complete_at", schema="intake")
    for table in _CLOCKED:
        for column in ("moves", "clock_seq", "clock", "due_started"):
            op.drop_column(table, column, schema="intake")
