"""``lianban catalog match``: which themes are for a person or a company."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from lianban.catalog.eligibility import Match, Matcher
from lianban.catalog.facts import InvalidFacts, read_value, values_zh
from lianban.catalog.loader import load_catalog
from lianban.catalog.models import Catalog
from lianban.catalog.terms import Audience
from lianban.commands.options import folder_option, told
from lianban.commands.tables import table


def _typed(_context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    facts: dict[str, str] = {}
    for text in texts:
        code, sign, value = text.partition("=")
        if not sign:
            raise click.BadParameter(f"{text}：写成 情况=值 的形式")
        if code in facts:
            raise click.BadParameter(f"{code} 写了两次")
        facts[code] = value
    return facts


@click.command()
@click.argument("typed", nargs=-1, callback=_typed, metavar="[情况=值]...")
@click.option(
    "--audience", required=True, type=click.Choice([item.value for item in Audience]), help="自然人或法人和其他组织"
)
@folder_option
@told
def match(typed: dict[str, str], audience: str, folder: Path) -> None:
    """按说明的情况找适合的主题，例如 age=65 local_household=true。

    先列符合的，再列可能符合的及还需说明什么。
    """
    try:
        catalog = load_catalog(folder)
        facts = {
            code: read_value(catalog.facts[code], text) if code in catalog.facts else text
            for code, text in typed.items()
        }
        matches = Matcher(catalog).match(Audience(audience), facts)
    except InvalidFacts as error:
        lines = [f"  {fault.fact}: {fault.message_zh}" for fault in error.faults]
        raise click.ClickException("\n".join(["情况有误：", *lines])) from None
    lines = [
        f"符合 {len(matches.fits)} 个主题",
        *table(("主题", "牵头部门", "为什么"), [_row(catalog, item) for item in matches.fits]),
        "",
        f"可能符合 {len(matches.perhaps)} 个主题，还需说明：",
        *table(
            ("主题", "牵头部门", "已符合", "还需说明"),
            [(*_row(catalog, item), _missing(item)) for item in matches.perhaps],
        ),
    ]
    missing = {fact.code: fact for item in matches.perhaps for fact in item.missing}
    lines += table(
        ("情况", "写作", "可填"),
        [(fact.name, f"{fact.code}=…", values_zh(fact)) for fact in catalog.facts.values() if fact.code in missing],
    )
    for line in lines:
        click.echo(line)


def _row(catalog: Catalog, item: Match) -> tuple[str, str, str]:
    theme = item.theme
    return f"{theme.code} {theme.name}", catalog.departments[theme.lead].short_name, _joined(item.why)


def _missing(item: Match) -> str:
    return _joined([fact.name for fact in item.missing])


def _joined(texts: Sequence[str]) -> str:
    return "；".join(texts) or "—"
