"""``lianban theme rehearse``: what a theme's promise is worth, before anybody applies."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from lianban.clock.deadlines import local_date
from lianban.commands.options import folder_option, told
from lianban.commands.situation import answers_option, division_option


@click.group()
def theme() -> None:
    """主题：上线之前先演练。"""


@theme.command()
@click.argument("code", metavar="主题")
@click.option("--runs", type=int, default=200, show_default=True, help="演练次数")
@click.option("--seed", type=int, default=1, show_default=True, help="同一个数、同样的输入得到同样的结果")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="收件日期，如 2026-12-25；缺省为今天")
@click.option(
    "--delays", type=click.Path(dir_okay=False, path_type=Path), help="各部门办理快慢（YAML），缺省按目录的承诺时限推定"
)
@click.option("--measured", metavar="文件或网址", help="以往办件各环节的起止日期（CSV 或 JSON）")
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="甘特图文件，缺省为 rehearsal-主题.svg")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@answers_option
@division_option
@folder_option
@told
def rehearse(
    code: str,
    runs: int,
    seed: int,
    start: datetime | None,
    delays: Path | None,
    measured: str | None,
    svg: Path | None,
    as_json: bool,
    answers: dict[str, str],
    division: str | None,
    folder: Path,
) -> None:
    """用真实的办件流程把一个主题演练多次：按期比例、时间分布、关键路径、瓶颈部门。

    时间是跳过的，一年只要几秒。文件格式和口径见 docs/rehearsal.zh-CN.md。
    """
    # Imported here: whoever asks only for help needs neither Temporal nor the orchestrator.
    from lianban_rehearsal.analysis.summary import summarise
    from lianban_rehearsal.driving.errors import RehearsalFailed
    from lianban_rehearsal.driving.rehearsal import rehearse as carry_out
    from lianban_rehearsal.report.document import document
    from lianban_rehearsal.report.gantt import gantt
    from lianban_rehearsal.report.subject import Subject
    from lianban_rehearsal.report.text import lines
    from lianban_rehearsal.request import InvalidRequest, Request, prepare

    now = datetime.now(UTC)
    day = start.date() if start else local_date(now)
    picture = svg or Path(f"rehearsal-{code}.svg")
    request = Request(code, answers, division, day, runs, seed, delays, measured, picture, folder)
    try:
        prepared = prepare(request, now)
    except InvalidRequest as error:
        raise click.ClickException(str(error)) from None
    began = time.monotonic()
    try:
        with click.progressbar(length=runs, label="演练", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            records = carry_out(prepared.scenario, runs, lambda: bar.update(1))
    except RehearsalFailed as error:
        raise click.ClickException(str(error)) from None
    took = time.monotonic() - began
    scenario = prepared.scenario
    subject = Subject(scenario.stage, prepared.situation.answers, scenario.profiles, seed)
    found = summarise(records, scenario.stage)
    if found.typical is not None:
        picture.write_text(gantt(subject, found, found.typical), encoding="utf-8")
    if as_json:
        click.echo(document(subject, found, records))
    else:
        for line in [*prepared.taken, *lines(subject, found)]:
            click.echo(line)
        if found.typical is not None:
            click.echo(f"甘特图（第 {found.typical.run} 次）：{picture}")
    click.echo(f"演练 {runs} 次用时 {took:.1f} 秒", err=True)
