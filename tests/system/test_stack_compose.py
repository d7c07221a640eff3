"""docker-compose.yml cannot be run where there is no Docker; what it refers to can be held against the rest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic_settings import BaseSettings
from ruamel.yaml import YAML

from fixtures.catalogues import edit, small
from lianban.contracts.search_attributes import REGISTERED
from lianban.platform.directory import load_directory
from lianban.publishing.store import PublishedStore
from lianban_adapters.settings import AdapterSettings
from lianban_intake.settings import IntakeSettings
from lianban_notify.settings import NotifySettings
from lianban_orchestrator.settings import OrchestratorSettings
from lianban_sandbox.settings import SandboxSettings
from lianban_stack import compose_files

ROOT = Path(__file__).parents[2]
SETTINGS: dict[str, type[BaseSettings]] = {
    "intake": IntakeSettings,
    "orchestrator": OrchestratorSettings,
    "adapters": AdapterSettings,
    "notify": NotifySettings,
    "sandbox": SandboxSettings,
}


@pytest.fixture(scope="module")
def text() -> str:
    return (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def services(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(text)["services"]
    return loaded


def test_every_password_it_wants_is_made_and_kept(text: str, tmp_path: Path) -> None:
    environment = compose_files.write(tmp_path, {"market": "市场监管局"})
    made = environment.read_text(encoding="ascii")
    wanted = set(re.findall(r"\$\{(\w+)(?::\?[^}]*)?\}", text))
    assert wanted == {line.split("=")[0] for line in made.splitlines()}
    assert compose_files.write(tmp_path, {"market": "市场监管局"}).read_text(encoding="ascii") == made
    assert environment.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "published").is_dir()
    assert load_directory(tmp_path / "secrets" / "directory.yaml").departments["market"].endpoint is not None


def test_no_password_stands_in_it(text: str) -> None:
    assigned = re.findall(r"(?im)^\s*\w*(?:password|pwd)\w*:\s*(\S+)", text)
    assert assigned
    assert all(value.startswith("${") for value in assigned)


def test_every_file_it_mounts_or_builds_is_there(services: dict[str, Any]) -> None:
    for service in services.values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            if source.startswith("./") and not source.startswith("./.state/"):
                assert (ROOT / source).exists(), source
        if "build" in service:
            assert (ROOT / service["build"]["dockerfile"]).is_file(), service["build"]


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_one_of_the_service(services: dict[str, Any], name: str) -> None:
    """Common settings a service has no use for are passed over."""
    given = {key for key in services[name]["environment"] if key.startswith("LIANBAN_")}
    fields = {f"LIANBAN_{field.upper()}": info for field, info in SETTINGS[name].model_fields.items()}
    common = {"LIANBAN_OBJECTS_URL", "LIANBAN_INTAKE_URL", "LIANBAN_DIRECTORY_FILE"}
    assert given - common <= set(fields)
    required = {key for key, info in fields.items() if info.is_required()}
    assert required - {"LIANBAN_PORT"} <= given  # the image knows its own port


def test_the_intake_serves_what_is_published_before_it_starts(services: dict[str, Any]) -> None:
    intake, catalogue = services["intake"], services["catalogue"]
    assert intake["depends_on"].keys() == services["notify"]["depends_on"].keys() | {"catalogue"}
    assert intake["depends_on"]["catalogue"] == {"condition": "service_completed_successfully"}
    store = intake["environment"]["LIANBAN_CATALOG_STORE"]
    assert store == catalogue["environment"]["LIANBAN_CATALOG_STORE"]
    assert "LIANBAN_CATALOG_DIR" not in intake["environment"]
    [kept] = [volume for volume in catalogue["volumes"] if volume.split(":")[1] == store]
    assert f"{kept}:ro" in intake["volumes"]
    image = (ROOT / "services/intake/Dockerfile").read_text(encoding="utf-8")
    assert f"LIANBAN_CATALOG_STORE={store}" in image
    assert "lianban catalog publish /srv/catalog" in image


def test_nothing_that_stays_up_mounts_a_folder_that_an_import_exchanges(services: dict[str, Any]) -> None:
    mounting = [
        name
        for name, service in services.items()
        if any(volume.startswith("./catalog:") for volume in service.get("volumes", ()))
    ]
    assert mounting == ["catalogue"]
    assert "restart" not in services["catalogue"]


def test_what_publishes_keeps_the_edition_when_the_catalogue_is_broken(
    services: dict[str, Any], tmp_path: Path
) -> None:
    folder, store = small(tmp_path / "catalog"), PublishedStore(tmp_path / "store")
    command = [word.replace("/srv/catalog", str(folder)) for word in services["catalogue"]["command"]]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "LIANBAN_CATALOG_STORE": str(store.folder)}
    subprocess.run(command, env=environment, check=True)
    edit(folder, "themes/T1.yaml", "lead: permits", "lead: nobody")
    told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stderr
    assert "部门 nobody 未定义" in told
    assert store.load().catalog.themes["T1"].lead == "permits"


def test_search_attributes_are_those_of_the_code() -> None:
    script = (ROOT / "deploy/compose/temporal-namespace.sh").read_text(encoding="utf-8")
    assert dict(re.findall(r"--name (\w+) --type (\w+)", script)) == REGISTERED


def test_registries_are_connected_with_the_sandbox_only(text: str, services: dict[str, Any]) -> None:
    given = (ROOT / "deploy/compose/sandbox.env").read_text(encoding="utf-8")
    addresses = dict(line.split("=", 1) for line in given.splitlines() if not line.startswith("#"))
    assert addresses == {"REGISTRIES_URL": "http://sandbox:18015", "LICENCES_URL": "http://sandbox:18016"}
    for name in addresses:
        assert services["intake"]["environment"][f"LIANBAN_{name}"] == f"${{{name}:-}}"
    assert "--env-file deploy/compose/sandbox.env" in text
