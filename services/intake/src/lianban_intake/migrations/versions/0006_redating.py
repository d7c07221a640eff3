"""Re-dating: the calendar each running case counts by, and the runs that bring a new one to all of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "running_cases",
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("calendar", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("problem", sa.String(length=48), nullable=True),
        sa.ForeignKeyConstraint(["case_no"], ["intake.cases.case_no"], name="fk_running_cases_case_no_cases"),
        sa.PrimaryKeyConstraint("case_no", name="pk_running_cases"),
        schema="intake",
    )
    # Which calendar these travelled with was not written down: the first run asks each.
    op.execute("""
        INSERT INTO intake.running_cases (case_no, calendar)
        SELECT case_no, '' FROM intake.cases WHERE status NOT IN ('completed', 'refused', 'not_accepted', 'lapsed')
    """)
    op.create_index("ix_running_cases_calendar", "running_cases", ["calendar"], unique=False, schema="intake")
    op.create_table(
        "redatings",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_redatings"),
        schema="intake",
    )
    op.create_table(
        "redated_cases",
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("outcome", sa.String(length=48), nullable=False),
        sa.Column("events", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("times", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["case_no"], ["intake.cases.case_no"], name="fk_redated_cases_case_no_cases"),
        sa.ForeignKeyConstraint(["run"], ["intake.redatings.number"], name="fk_redated_cases_run_redatings"),
        sa.PrimaryKeyConstraint("run", "case_no", name="pk_redated_cases"),
        schema="intake",
    )


def downgrade() -> None:
    op.drop_table("redated_cases", schema="intake")
    op.drop_table("redatings", schema="intake")
    op.drop_index("ix_running_cases_calendar", table_name="running_cases", schema="intake")
    op.drop_table("running_cases", schema="intake")
