"""Who a PostgreSQL server runs as: it refuses to be root, and a clone may lie where nobody else may pass.

Nothing on the machine is changed for it: no user is made, no permission of a folder above the state folder is touched.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lianban_stack.errors import StackError
from lianban_stack.launch import Identity

_NOBODY = 65534


class NoIdentityError(StackError):
    """No way to run the server as somebody who is not root."""


@dataclass(frozen=True)
class RunAs:
    """An identity and its user id. ``owner`` is whom its files belong to, as seen from outside."""

    identity: Identity
    uid: int

    @property
    def owner(self) -> int:
        return os.geteuid() if self.identity is Identity.NAMESPACE else self.uid

    def command(self, command: Sequence[str], *, die_with_parent: bool = False) -> list[str]:
        """``command`` so wrapped that it runs under this identity, in the process that is started."""
        if self.identity is Identity.UNCHANGED and not die_with_parent:
            return list(command)
        options = ["--die-with-parent"] if die_with_parent else []
        wrapper = [sys.executable, "-m", "lianban_stack.launch", self.identity.value, str(self.uid), *options, "--"]
        return [*wrapper, *command]


def choose(probe: Sequence[str], folder: Path) -> RunAs:
    """The mildest identity under which ``probe`` succeeds and ``folder`` can be reached.

    ``folder`` is made where it is absent, and given to the identity's user. One that holds data keeps its owner.
    """
    candidates = _candidates(folder)
    failures = []
    for candidate in candidates:
        if folder.stat().st_uid != candidate.owner:
            try:
                os.chown(folder, candidate.owner, candidate.owner)
            except PermissionError as error:
                failures.append(f"{candidate.identity}: {error.strerror}")
                continue
        check = candidate.command(["/bin/sh", "-c", 'cd "$0" && exec "$@" >/dev/null', str(folder), *probe])
        result = subprocess.run(check, capture_output=True, text=True, check=False)
        if result.returncode == 0 and "ermission denied" not in result.stderr:
            return candidate
        failures.append(f"{candidate.identity}: {result.stderr.strip().splitlines()[-1:]}")
    raise NoIdentityError(
        "PostgreSQL 不得以 root 运行，试过的身份都未能启动它；请把代码或数据文件夹移到其他用户可以进入的地方。"
        f"试过：{'；'.join(failures)}"
    )


def _candidates(folder: Path) -> list[RunAs]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner, me, other = folder.stat().st_uid, os.geteuid(), _unprivileged_uid()
    namespace = RunAs(Identity.NAMESPACE, other)
    if me != 0:
        if owner != me:
            raise NoIdentityError(f"{folder} 属于用户 {owner}，不是启动平台的用户（{me}）")
        # A namespace helps a user id that has no entry among the users, as containers give them: initdb wants one.
        return [RunAs(Identity.UNCHANGED, me), namespace]
    dropped = [RunAs(identity, owner or other) for identity in (Identity.PLAIN, Identity.SEARCH, Identity.OVERRIDE)]
    if any(folder.iterdir()):
        return dropped if owner else [namespace]
    return [*dropped, namespace]


def _unprivileged_uid() -> int:
    """Somebody listed who is not root: "nobody" where there is one."""
    listed = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0}
    return listed.get("nobody", next(iter(listed.values()), _NOBODY))
