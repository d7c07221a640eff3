"""The first schema: cases, applications, events, materials, outbox, access log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import CreateSequence, DropSequence

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBERS = sa.Sequence("case_numbers", schema="intake", maxvalue=9_999_999, cycle=True)


def upgrade() -> None:
    op.execute(CreateSequence(_NUMBERS))
    op.create_table(
        "cases",
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("theme", sa.String(length=48), nullable=False),
        sa.Column("theme_name", sa.Text(), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=48), nullable=False),
        sa.Column("source_system", sa.String(length=64), nullable=False),
        sa.Column("catalog_version", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivery_mode", sa.String(length=48), nullable=False),
        sa.Column("status", sa.String(length=48), nullable=False),
        sa.Column("seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("light", sa.String(length=48), nullable=False),
        sa.Column("light_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("promised_due", sa.Date(), nullable=True),
        sa.Column("legal_due", sa.Date(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=True),
        sa.Column("calendar_version", sa.String(length=64), nullable=True),
        sa.Column("due_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("delivery_state", sa.String(length=48), nullable=True),
        sa.Column("delivery_rank", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("outcome", sa.String(length=48), nullable=True),
        sa.Column("outcome_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deemed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("case_no", name="pk_cases"),
        schema="intake",
        postgresql_with={"fillfactor": 80},
    )
    op.create_table(
        "compilations",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("dossiers", sa.JSON(), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_compilations"),
        schema="intake",
    )
    op.create_table(
        "dossier_accesses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=48), nullable=True),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dossier_accesses"),
        schema="intake",
    )
    op.create_index("ix_dossier_accesses_case_no", "dossier_accesses", ["case_no"], unique=False, schema="intake")
    op.create_table(
        "events",
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("case_no", "seq", name="pk_events"),
        schema="intake",
    )
    op.create_table(
        "materials",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=48), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_materials"),
        schema="intake",
    )
    op.create_table(
        "applications",
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("source_system", sa.String(length=64), nullable=False),
        sa.Column("source_no", sa.String(length=128), nullable=False),
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("idempotency_key", sa.String(length=128), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("compilation", sa.String(length=64), nullable=False),
        sa.Column("form", sa.LargeBinary(), nullable=False),
        sa.Column("applicant", sa.LargeBinary(), nullable=False),
        sa.Column("delivery", sa.LargeBinary(), nullable=False),
        sa.Column("materials", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_no"], ["intake.cases.case_no"], name="fk_applications_case_no_cases"),
        sa.ForeignKeyConstraint(
            ["compilation"], ["intake.compilations.digest"], name="fk_applications_compilation_compilations"
        ),
        sa.PrimaryKeyConstraint("case_no", name="pk_applications"),
        sa.UniqueConstraint("client", "idempotency_key", name="uq_applications_client_idempotency_key"),
        sa.UniqueConstraint("source_system", "source_no", name="uq_applications_source_system_source_no"),
        schema="intake",
    )
    op.create_table(
        "case_steps",
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=48), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("department", sa.String(length=48), nullable=False),
        sa.Column("department_name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=48), nullable=False),
        sa.Column("light", sa.String(length=48), nullable=False),
        sa.Column("seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("promised_due", sa.Date(), nullable=True),
        sa.Column("legal_due", sa.Date(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=True),
        sa.Column("due_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=48), nullable=True),
        sa.Column("document", sa.String(length=64), nullable=True),
        sa.Column("decision_seq", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["case_no"], ["intake.cases.case_no"], name="fk_case_steps_case_no_cases"),
        sa.PrimaryKeyConstraint("case_no", "code", name="pk_case_steps"),
        schema="intake",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "pending_starts",
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_no"], ["intake.cases.case_no"], name="fk_pending_starts_case_no_cases"),
        sa.PrimaryKeyConstraint("case_no", name="pk_pending_starts"),
        schema="intake",
    )
    op.create_index("ix_pending_starts_due_at", "pending_starts", ["due_at"], unique=False, schema="intake")


def downgrade() -> None:
    op.drop_index("ix_pending_starts_due_at", table_name="pending_starts", schema="intake")
    op.drop_table("pending_starts", schema="intake")
    op.drop_table("case_steps", schema="intake")
    op.drop_table("applications", schema="intake")
    op.drop_table("materials", schema="intake")
    op.drop_table("events", schema="intake")
    op.drop_index("ix_dossier_accesses_case_no", table_name="dossier_accesses", schema="intake")
    op.drop_table("dossier_accesses", schema="intake")
    op.drop_table("compilations", schema="intake")
    op.drop_table("cases", schema="intake")
    op.execute(DropSequence(_NUMBERS))
