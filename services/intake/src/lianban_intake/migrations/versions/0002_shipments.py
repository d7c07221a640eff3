"""Each shipment's state by itself: the case's is that of the least advanced one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shipments",
        sa.Column("case_no", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=48), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_no"], ["intake.cases.case_no"], name="fk_shipments_case_no_cases"),
        sa.PrimaryKeyConstraint("case_no", "number", name="pk_shipments"),
        schema="intake",
        postgresql_with={"fillfactor": 80},
    )
    op.execute("""
        INSERT INTO intake.shipments (case_no, number, state, seq)
        SELECT DISTINCT ON (case_no, number) case_no, number, state, seq
        FROM (
            SELECT case_no, COALESCE(CAST(body->>'shipment' AS integer), 1) AS number, body->>'delivery' AS state, seq
            FROM intake.events JOIN (SELECT case_no FROM intake.cases) AS known USING (case_no)
            WHERE body->>'delivery' IS NOT NULL AND body->>'step' IS NULL
        ) AS told
        ORDER BY case_no, number, seq DESC
    """)
    op.drop_column("cases", "delivery_rank", schema="intake")
    op.drop_column("cases", "delivery_state", schema="intake")


def downgrade() -> None:
    op.add_column("cases", sa.Column("delivery_state", sa.String(length=48), nullable=True), schema="intake")
    rank = sa.Column("delivery_rank", sa.BigInteger(), server_default="0", nullable=False)
    op.add_column("cases", rank, schema="intake")
    op.execute("""
        UPDATE intake.cases AS c
        SET delivery_state = newest.state, delivery_rank = (CAST(newest.number AS bigint) << 32) + newest.seq
        FROM (SELECT DISTINCT ON (case_no) * FROM intake.shipments ORDER BY case_no, number DESC) AS newest
        WHERE newest.case_no = c.case_no
    """)
    op.drop_table("shipments", schema="intake")
