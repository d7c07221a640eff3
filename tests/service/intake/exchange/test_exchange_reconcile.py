"""Reconciliation finds what was planted, nothing else, and mends it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from exchange_province import PASSWORD, StagingDatabase
from intake_events import accepted, granted, record, started
from intake_world import World

from lianban_intake.exchange.cli import exchange
from lianban_intake.exchange.feed import Feed
from lianban_intake.exchange.province import Province, open_engine
from lianban_intake.exchange.reading import CaseReader
from lianban_intake.exchange.reconcile import Difference, Kind, Reconciler

STRANGER, OTHER_STRANGER = "429006T1202601010000009X", "429006T1202601010000010Q"


def day_ago() -> datetime:
    return datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
async def reconciler(intake: World, province: StagingDatabase) -> Any:
    engine = open_engine(province.url)
    state = intake.state
    yield Reconciler(state.direct, CaseReader(state.direct, state.objects, state.keyring), Province(engine))
    await engine.dispose()


async def told(intake: World, feed: Feed) -> str:
    case_no = await intake.filed()
    await record(intake, case_no, accepted(1), started(2, "hygiene"), granted(3, "hygiene"))
    await feed.run_once()
    return case_no


async def reconcile(intake: World, province: StagingDatabase, *arguments: str, **environment: str) -> Result:
    settings = intake.settings
    given = {
        "LIANBAN_DATABASE_URL": settings.database_url,
        "LIANBAN_OBJECTS_URL": settings.objects_url,
        "LIANBAN_KEYRING_FILE": str(settings.keyring_file),
        "LIANBAN_EXCHANGE_URL": province.url,
        **environment,
    }
    return await asyncio.to_thread(CliRunner().invoke, exchange, ["reconcile", *arguments], env=given)


async def plant(province: StagingDatabase, case_no: str, stranger: str) -> list[Difference]:
    """One difference of each kind, and a row of a case nobody knows."""
    await province.run("DELETE FROM up_pro_material WHERE project_no = :n AND seq = 1", n=case_no)
    await province.run("UPDATE up_pro_accept SET applyer_name = '李四', is_sync = 1 WHERE project_no = :n", n=case_no)
    copied = """
        INSERT INTO up_pro_result SELECT (r).* FROM (
            SELECT jsonb_populate_record(r, jsonb_build_object('project_no', CAST(:to AS text), 'seq', 9000)) AS r
            FROM up_pro_result AS r WHERE project_no = :n AND seq = 3000
        ) AS copy
    """
    await province.run(copied, n=case_no, to=case_no)
    await province.run(copied, n=case_no, to=stranger)
    return [
        Difference(Kind.DIFFERENT, case_no, "up_pro_accept", 1000, ("applyer_name",)),
        Difference(Kind.MISSING, case_no, "up_pro_material", 1),
        Difference(Kind.SUPERFLUOUS, case_no, "up_pro_result", 9000),
        Difference(Kind.SUPERFLUOUS, stranger, "up_pro_result", 9000),
    ]


async def age(intake: World, case_no: str) -> None:
    """All that happened to the case lies longer back."""
    async with intake.state.direct.connect() as connection:
        await connection.exec_driver_sql(
            f"UPDATE intake.events SET recorded_at = recorded_at - interval '9 days' WHERE case_no = '{case_no}'"
        )


def in_order(found: list[Difference]) -> list[Difference]:
    return sorted(found, key=lambda each: (each.case_no, each.table, each.seq))


async def test_planted_differences_are_found_and_mended(
    intake: World, feed: Feed, province: StagingDatabase, reconciler: Reconciler
) -> None:
    case_no, untouched = await told(intake, feed), await told(intake, feed)
    assert (await reconciler.compare(day_ago())).clean
    await province.run("UPDATE up_pro_process SET is_sync = 1")
    planted = await plant(province, case_no, STRANGER)
    found = await reconciler.compare(day_ago())
    assert in_order(found.differences) == in_order(planted)
    left = await reconciler.mend(found)
    assert left.clean
    again = await reconciler.compare(day_ago())
    assert again.clean
    [accept] = await province.rows("accept", case_no)
    assert (accept["applyer_name"], accept["cd_operation"], accept["is_sync"]) == ("张三", "U", 0)
    withdrawn = (await province.rows("result", case_no))[-1]
    assert (withdrawn["seq"], withdrawn["cd_operation"], withdrawn["is_sync"]) == (9000, "D", 0)
    for row in [*await province.rows("process", case_no), *await province.rows("process", untouched)]:
        assert (row["cd_operation"], row["is_sync"]) == ("I", 1)  # what was right is not told again


async def test_what_is_not_told_yet_is_no_difference(
    intake: World, feed: Feed, province: StagingDatabase, reconciler: Reconciler
) -> None:
    case_no = await told(intake, feed)
    await record(intake, case_no, started(4, "signboard"))
    fresh = await intake.filed()
    found = await reconciler.compare(day_ago())
    assert (found.clean, found.waiting) == (True, 2)
    await feed.run_once()  # also of what only the reconciliation had noticed
    assert await province.rows("process", fresh)
    assert (await reconciler.compare(day_ago())).waiting == 0


async def test_what_the_feed_wrote_meanwhile_is_no_difference(
    intake: World, feed: Feed, reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_no = await told(intake, feed)
    await record(intake, case_no, started(4, "signboard"))
    standing = Province.standing

    async def first_the_feed(self: Province, case_nos: Any) -> Any:
        await feed.run_once()
        return await standing(self, case_nos)

    monkeypatch.setattr(Province, "standing", first_the_feed)
    assert (await reconciler.compare(day_ago(), case_no)).clean


async def test_a_withdrawn_row_that_should_be_there_is_missing(
    intake: World, feed: Feed, province: StagingDatabase, reconciler: Reconciler
) -> None:
    case_no = await told(intake, feed)
    await province.run("UPDATE up_pro_accept SET cd_operation = 'D' WHERE project_no = :n", n=case_no)
    found = await reconciler.compare(day_ago(), case_no)
    assert found.differences == [Difference(Kind.MISSING, case_no, "up_pro_accept", 1000)]
    await reconciler.mend(found)
    [row] = await province.rows("accept", case_no)
    assert row["cd_operation"] == "U"


async def test_rows_the_province_has_cleared_away_are_not_missed(
    intake: World, feed: Feed, province: StagingDatabase, reconciler: Reconciler
) -> None:
    case_no = await told(intake, feed)
    await province.run("DELETE FROM up_pro_material WHERE project_no = :n", n=case_no)
    ages = "UPDATE intake.events SET recorded_at = recorded_at - interval '9 days' WHERE case_no = %s AND seq = 0"
    async with intake.state.direct.connect() as connection:
        await connection.exec_driver_sql(ages % f"'{case_no}'")
    found = await reconciler.compare(day_ago(), case_no)
    assert (found.cases, found.differences) == (1, [])


async def test_a_case_somebody_else_writes_is_left_and_told(
    intake: World, feed: Feed, province: StagingDatabase, reconciler: Reconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_no = await told(intake, feed)
    await province.run("DELETE FROM up_pro_accept WHERE project_no = :n", n=case_no)
    async with intake.state.direct.connect() as connection:
        await connection.exec_driver_sql("UPDATE intake.exchange_cases SET free_at = now() + interval '1 minute'")
    monkeypatch.setattr("lianban_intake.exchange.reconcile._WAITS", 1)
    left = await reconciler.mend(await reconciler.compare(day_ago(), case_no))
    assert left.unsettled == [case_no]
    async with intake.state.direct.connect() as connection:
        await connection.exec_driver_sql("UPDATE intake.exchange_cases SET free_at = now()")
    await reconciler.mend(await reconciler.compare(day_ago(), case_no))
    assert await province.rows("accept", case_no)


async def test_the_command(intake: World, feed: Feed, province: StagingDatabase) -> None:
    case_no = await told(intake, feed)
    planted = await plant(province, case_no, OTHER_STRANGER)
    shown = await reconcile(intake, province)
    assert shown.exit_code == 1
    assert all(word in shown.output for word in ("缺少", "不一致", "多余", "applyer_name", case_no, "差异 4 条"))
    assert "李四" not in shown.output  # which column differs, not what stands there
    document = json.loads((await reconcile(intake, province, "--json")).output)
    assert len(document["differences"]) == len(planted)
    assert document["mended"] is False
    mended = await reconcile(intake, province, "--mend")
    assert (mended.exit_code, "差异 4 条，已修复 4 条" in mended.output) == (0, True)
    nothing = await reconcile(intake, province, "--mend", "--case", case_no)
    assert (nothing.exit_code, nothing.output.splitlines()[-1]) == (0, "差异 0 条，无需修复")
    document = json.loads((await reconcile(intake, province, "--mend", "--json")).output)
    assert (document["differences"], document["mended"]) == ([], False)
    assert nothing.stderr == ""
    await age(intake, case_no)
    older = await reconcile(intake, province, "--case", case_no)
    assert (older.exit_code, "最近 7 天没有新情况，没有核对" in older.stderr) == (0, True)
    unknown = await reconcile(intake, province, "--case", "123")
    assert (unknown.exit_code, unknown.output) == (1, "错误：没有这个办件：123\n")
    assert (await reconcile(intake, province, "--case", case_no)).exit_code == 0


async def test_the_command_tells_what_is_not_set_up(intake: World, province: StagingDatabase) -> None:
    unset = await reconcile(intake, province, LIANBAN_EXCHANGE_URL="", LIANBAN_DATABASE_URL="x")
    assert unset.exit_code == 1
    assert "LIANBAN_EXCHANGE_URL" in unset.output
    nobody = "postgresql+asyncpg://province:wrong@127.0.0.1:1/none"
    wrong = province.url.replace(PASSWORD, "wrong")
    for url in (nobody, wrong):
        away = await reconcile(intake, province, LIANBAN_EXCHANGE_URL=url)
        assert away.exit_code == 1
        assert "请检查连接" in away.output
    unread = await reconcile(intake, province, LIANBAN_KEYRING_FILE="/nowhere.json")
    assert "密钥文件" in unread.output
    misplaced = await reconcile(intake, province, LIANBAN_OBJECTS_URL="s3://somewhere")
    assert "LIANBAN_OBJECTS_URL" in misplaced.output
