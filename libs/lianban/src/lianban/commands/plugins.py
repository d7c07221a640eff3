"""Commands that other distributions add to ``lianban``: entry points of the group ``lianban.commands``.

An entry point's name is the command's, its object a click command. It is loaded when it is asked for, and one that
cannot be loaded says so when it is called: every other command goes on working.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Final

import click

GROUP: Final = "lianban.commands"


def added_commands() -> dict[str, EntryPoint]:
    """By name. Of two distributions that add the same name the first found counts."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        found.setdefault(point.name, point)
    return found


def load_command(point: EntryPoint) -> click.Command:
    """The command, or one of that name that tells why it is not there."""
    try:
        command = point.load()
    except Exception as error:  # whatever somebody else's module does while it is imported
        return _absent(point, f"{type(error).__name__}: {error}")
    if not isinstance(command, click.Command):
        return _absent(point, f"{point.value} 不是命令")
    return command


def _absent(point: EntryPoint, reason: str) -> click.Command:
    distribution = point.dist.name if point.dist else "未知的发行包"

    def tell(arguments: tuple[str, ...]) -> None:
        raise click.ClickException(f"命令 {point.name} 由 {distribution} 提供，但无法加载（{reason}）")

    return click.Command(
        point.name,
        callback=tell,
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
        context_settings={"ignore_unknown_options": True},
        add_help_option=False,
        short_help=f"（{distribution} 无法加载）",
    )
