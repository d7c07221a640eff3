"""Prefill: consents, questions to registries and the e-licence library, and what is known of fetched licences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "prefill_consents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=48), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("holder_type", sa.String(length=48), nullable=False),
        sa.Column("subjects", sa.JSON(), nullable=False),
        sa.Column("theme", sa.String(length=48), nullable=False),
        sa.Column("division", sa.String(length=12), nullable=False),
        sa.Column("text_version", sa.String(length=64), nullable=False),
        sa.Column("given_by", sa.String(length=48), nullable=False),
        sa.Column("guardian", sa.String(length=64), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prefill_consents"),
        schema="intake",
    )
    op.create_index("ix_prefill_consents_holder", "prefill_consents", ["holder"], unique=False, schema="intake")
    op.create_table(
        "prefill_queries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("consent", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("source", sa.String(length=48), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("matters", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("outcome", sa.String(length=48), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["consent"], ["intake.prefill_consents.id"], name="fk_prefill_queries_consent_prefill_consents"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_prefill_queries"),
        schema="intake",
    )
    op.create_index("ix_prefill_queries_consent", "prefill_queries", ["consent"], unique=False, schema="intake")
    op.create_table(
        "fetched_licences",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=48), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("theme", sa.String(length=48), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("consent", sa.BigInteger(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["intake.materials.digest"], name="fk_fetched_licences_digest_materials"),
        sa.ForeignKeyConstraint(
            ["consent"], ["intake.prefill_consents.id"], name="fk_fetched_licences_consent_prefill_consents"
        ),
        sa.PrimaryKeyConstraint("digest", "type", "asked_by", "theme", "holder", name="pk_fetched_licences"),
        schema="intake",
    )
    op.create_table(
        "prefill_lookups",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prefill_lookups"),
        schema="intake",
    )
    op.create_index("ix_prefill_lookups_holder", "prefill_lookups", ["holder"], unique=False, schema="intake")


def downgrade() -> None:
    op.drop_index("ix_prefill_lookups_holder", table_name="prefill_lookups", schema="intake")
    op.drop_table("prefill_lookups", schema="intake")
    op.drop_table("fetched_licences", schema="intake")
    op.drop_index("ix_prefill_queries_consent", table_name="prefill_queries", schema="intake")
    op.drop_table("prefill_queries", schema="intake")
    op.drop_index("ix_prefill_consents_holder", table_name="prefill_consents", schema="intake")
    op.drop_table("prefill_consents", schema="intake")
