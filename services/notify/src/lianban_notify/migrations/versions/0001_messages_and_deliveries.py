"""Messages, letters, deliveries and their events, the relay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "notify"
INSTANT = sa.DateTime(timezone=True)
NOW = sa.func.now()


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("case_no", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("stored_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("done_at", INSTANT),
        sa.PrimaryKeyConstraint("key", name="pk_messages"),
        schema=SCHEMA,
    )
    op.create_index("ix_messages_case_no", "messages", ["case_no"], schema=SCHEMA)
    op.create_table(
        "letters",
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("message_key", sa.String(160), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer, server_default="1", nullable=False),
        sa.Column("held_until", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT),
        sa.Column("reference", sa.String(200)),
        sa.Column("reason", sa.String(200)),
        sa.PrimaryKeyConstraint("key", "channel", name="pk_letters"),
        schema=SCHEMA,
    )
    op.create_table(
        "deliveries",
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("case_no", sa.String(64), nullable=False),
        sa.Column("shipment", sa.Integer, nullable=False),
        sa.Column("theme_name", sa.String(200), nullable=False),
        sa.Column("mode", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(32)),
        sa.Column("results", JSONB, nullable=False),
        sa.Column("state", sa.String(32)),
        sa.Column("order_no", sa.String(64)),
        sa.Column("waybill_no", sa.String(64)),
        sa.Column("reason", sa.String(200)),
        sa.Column("stored_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("changed_at", INSTANT, server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_deliveries"),
        sa.UniqueConstraint("case_no", "shipment", name="uq_deliveries_case_no_shipment"),
        sa.UniqueConstraint("order_no", name="uq_deliveries_order_no"),
        schema=SCHEMA,
    )
    op.create_table(
        "delivery_events",
        sa.Column("event_id", sa.String(128), nullable=False),
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("delivery_key", sa.String(160)),
        sa.Column("order_no", sa.String(64)),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("place", sa.LargeBinary),
        sa.Column("actor", sa.String(64)),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("received_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("attempts", sa.Integer, server_default="0", nullable=False),
        sa.Column("free_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("carried_at", INSTANT),
        sa.Column("refusal", sa.String(32)),
        sa.PrimaryKeyConstraint("event_id", name="pk_delivery_events"),
        schema=SCHEMA,
    )
    op.create_index("ix_delivery_events_delivery_key", "delivery_events", ["delivery_key"], schema=SCHEMA)
    op.create_index(
        "ix_delivery_events_waiting",
        "delivery_events",
        ["free_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("carried_at IS NULL"),
    )
    op.create_index(
        "ix_delivery_events_unmatched",
        "delivery_events",
        ["order_no"],
        schema=SCHEMA,
        postgresql_where=sa.text("delivery_key IS NULL"),
    )
    op.create_table(
        "relay",
        sa.Column("case_no", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("event", JSONB, nullable=False),
        sa.Column("attempts", sa.Integer, server_default="0", nullable=False),
        sa.Column("free_at", INSTANT, server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("case_no", "seq", name="pk_relay"),
        schema=SCHEMA,
    )
    op.create_index("ix_relay_position", "relay", ["position"], schema=SCHEMA)
