"""What the entry point names: settings, and the link of one department."""

from __future__ import annotations

from pathlib import Path

from pydantic import field_validator

from lianban.platform.directory import DepartmentEntry, FetchSettings
from lianban_adapters.channels.kinds import Fetching, Link, Surroundings
from lianban_channel_folder.channel import FolderChannel
from lianban_channel_folder.folder import Folder
from lianban_channel_folder.source import FolderSource


class FolderSettings(FetchSettings):
    """``folder`` may appear later than the service starts: it is somebody else's."""

    folder: Path

    @field_validator("folder")
    @classmethod
    def _wherever_we_are_started(cls, value: Path) -> Path:
        if not value.is_absolute():
            raise ValueError("must be an absolute path")
        return value


def folder(entry: DepartmentEntry, around: Surroundings) -> Link:
    settings = entry.own_settings(FolderSettings)
    shared = Folder(settings.folder)
    channel = FolderChannel(shared, around.public_url)
    return Link(channel, Fetching(FolderSource(shared, settings.batch), settings.interval))
