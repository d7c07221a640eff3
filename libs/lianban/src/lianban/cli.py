"""Command line of the shared library: ``lianban catalog``, ``lianban calendar``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import click

from lianban.catalog.compiler import Compilation
from lianban.catalog.loader import load_catalog, read_catalog
from lianban.catalog.wording import MATERIAL_FORM_ZH, SHORTENED_ZH, STEP_KIND_ZH, legal_zh, promised_zh
from lianban.commands.candidates import candidates, candidates_sample
from lianban.commands.diff import diff
from lianban.commands.export import export
from lianban.commands.history import history
from lianban.commands.key import key
from lianban.commands.mapping import mapping
from lianban.commands.match import match
from lianban.commands.options import folder_option, told
from lianban.commands.plugins import added_commands, load_command
from lianban.commands.publish import publish
from lianban.commands.receive import receive
from lianban.commands.savings import savings
from lianban.commands.situation import NoSituation, answers_option, division_option, situation
from lianban.commands.tables import table


class _LazyGroup(click.Group):
    """Imports a sub-command when it is asked for: one subject's dependencies do not slow down another's. What other
    distributions add comes last and replaces nothing."""

    _elsewhere = {"calendar": "lianban.commands.calendar"}  # noqa: RUF012

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._elsewhere, *added_commands()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self._elsewhere:
            command: click.Command = getattr(import_module(self._elsewhere[cmd_name]), cmd_name)
            return command
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        point = added_commands().get(cmd_name)
        return load_command(point) if point else None


@click.group(cls=_LazyGroup)
def main() -> None:
    """一事联办：目录与日历工具。"""


@main.group()
def catalog() -> None:
    """目录：检查、查看、发布与复制推广。"""


@catalog.command()
@click.argument("folder", default="catalog", type=click.Path(file_okay=False))
def check(folder: str) -> None:
    """检查目录，列出全部问题；有问题时退出码为 1。"""
    found, faults = read_catalog(folder)
    for fault in faults:
        print(fault)
    if faults or found is None:
        print(f"共 {len(faults)} 处问题", file=sys.stderr)
        sys.exit(1)
    print(
        f"目录无误：主题 {len(found.themes)}，事项 {len(found.matters)}，部门 {len(found.departments)}，"
        f"数据元 {len(found.elements)}，材料 {len(found.materials)}，区划 {len(found.divisions)}"
    )


@catalog.command()
@click.argument("theme")
@answers_option
@division_option
@folder_option
@told
def show(theme: str, answers: dict[str, str], division: str | None, folder: Path) -> None:
    """按回答编制主题的办理计划并列出。"""
    try:
        found = situation(load_catalog(folder), theme, answers, division)
    except NoSituation as error:
        raise click.ClickException(str(error)) from None
    for line in [*found.taken, *_described(found.compilation)]:
        print(line)


def _described(compilation: Compilation) -> list[str]:
    plan, notice, spared = compilation.plan, compilation.notice, compilation.savings
    steps = [
        (
            str(order),
            step.name,
            step.code,
            step.department_name,
            STEP_KIND_ZH[step.kind],
            promised_zh(step.limit),
            legal_zh(step.limit) or "—",
            "、".join(step.after) or "—",
        )
        for order, step in enumerate(plan.steps, 1)
    ]
    materials = [
        (
            item.name,
            item.material,
            MATERIAL_FORM_ZH[item.form],
            str(item.copies),
            "必要" if item.required else "非必要",
            "申请人提交" if item.asked else f"由 {'、'.join(item.produced_by)} 产生，无需提交",
        )
        for item in compilation.materials
    ]
    fields = [
        (field.element.group, field.element.name, field.code, "必填" if field.required else "选填")
        for field in compilation.form.fields
    ]
    before, after = spared.before, spared.after
    return [
        f"{plan.theme} {plan.theme_name}　版本 {plan.version}",
        f"{plan.division_name}　牵头：{plan.lead_department_name}　送达：{'、'.join(notice.delivery_modes)}",
        f"全程承诺时限 {promised_zh(plan.limit)}，法定 {legal_zh(plan.limit) or '无'}，"
        f"送达 {promised_zh(plan.delivery_limit)}，收费合计 {notice.fee_total} 元，到现场 {notice.visits} 次",
        *table(("序", "环节", "代码", "部门", "类型", "承诺", "法定", "前置"), steps),
        *table(("材料", "代码", "形式", "份数", "必要性", "来源"), materials),
        *table(("分组", "表单项", "代码", "必填"), fields),
        "",
        f"{SHORTENED_ZH} {promised_zh(plan.limit)}。",
        f"单独办理 → 一次办：时间 {before.days} → {after.days} 个工作日，环节 {before.steps} → {after.steps}，"
        f"材料 {before.materials} → {after.materials}，跑动 {before.visits} → {after.visits}，"
        f"表格 {before.forms} → {after.forms}，填写项 {before.fields} → {after.fields}"
        f"（登记库不预填时 {spared.fields_without_prefill}）",
    ]


catalog.add_command(candidates)
catalog.add_command(candidates_sample)
catalog.add_command(match)
catalog.add_command(savings)


catalog.add_command(diff)
catalog.add_command(export)
catalog.add_command(history)
catalog.add_command(key)
catalog.add_command(mapping)
catalog.add_command(publish)
catalog.add_command(receive)


if __name__ == "__main__":
    main()
