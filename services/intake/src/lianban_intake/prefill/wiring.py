"""Which registries and which library stand behind the ports, as the settings say."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from aiohttp import ClientTimeout

from lianban.platform.outgoing import open_session
from lianban_intake.prefill.http import MAX_LICENCE, MAX_VALUES, HttpLicenceLibrary, HttpRegistries
from lianban_intake.prefill.outward import Gateway
from lianban_intake.prefill.ports import LicenceLibrary, NoLicenceLibrary, NoRegistries, Registries
from lianban_intake.settings import IntakeSettings

_CONNECTIONS: Final = 64


async def open_ports(settings: IntakeSettings, stack: AsyncExitStack) -> tuple[Registries, LicenceLibrary]:
    """``stack`` closes what is opened. Each system has connections of its own: a slow one takes none from the other."""

    async def gateway(url: str, key_file: Path | None, limit: int) -> Gateway:
        session = await stack.enter_async_context(
            open_session(ClientTimeout(total=settings.prefill_seconds), _CONNECTIONS)
        )
        return Gateway(url, _key(key_file), session, settings.prefill_seconds, limit)

    registries: Registries = NoRegistries()
    library: LicenceLibrary = NoLicenceLibrary()
    if settings.registries_url:
        registries = HttpRegistries(await gateway(settings.registries_url, settings.registries_key_file, MAX_VALUES))
    if settings.licences_url:
        library = HttpLicenceLibrary(await gateway(settings.licences_url, settings.licences_key_file, MAX_LICENCE))
    return registries, library


def _key(file: Path | None) -> str:
    if file is None:
        raise ValueError("an address without the file of its key")
    return file.read_text(encoding="utf-8").strip()
