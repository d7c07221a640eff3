"""Become somebody else, then exec: `python -m lianban_stack.launch <identity> <uid> [--die-with-parent] -- command…`.

Its own process, so that the caller's threads and event loop are never forked, and the process id stays that of the
command: signals and supervision need no middleman. Only the standard library, nothing imported after the change of
identity, since the interpreter's files may then be out of reach.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys
from enum import StrEnum
from typing import NoReturn

CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2

# linux/prctl.h, linux/securebits.h, linux/capability.h, linux/sched.h
_PR_SET_PDEATHSIG, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
_SECBIT_NO_SETUID_FIXUP, _SECBIT_KEEP_CAPS = 1 << 2, 1 << 4
_CAPABILITY_VERSION_3 = 0x20080522
_CLONE_NEWUSER = 0x10000000


class Identity(StrEnum):
    """Ways to stop being root, mildest first."""

    UNCHANGED = "unchanged"  # not root to begin with
    PLAIN = "plain"  # another user id and nothing else
    SEARCH = "search"  # another user id that may still read and pass through every folder
    OVERRIDE = "override"  # another user id with CAP_DAC_OVERRIDE: all that most containers grant
    NAMESPACE = "namespace"  # the same user without any capability, seen as another inside a user namespace


def assume(identity: Identity, uid: int) -> None:
    """Change this process for good. OSError where the kernel does not allow it."""
    match identity:
        case Identity.UNCHANGED:
            return
        case Identity.PLAIN:
            _change_user(uid)
        case Identity.SEARCH:
            _change_user_keeping(uid, CAP_DAC_READ_SEARCH)
        case Identity.OVERRIDE:
            _change_user_keeping(uid, CAP_DAC_OVERRIDE)
        case Identity.NAMESPACE:
            _enter_namespace(uid)


def _change_user(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _change_user_keeping(uid: int, capability: int) -> None:
    """An ambient capability survives the exec. NO_SETUID_FIXUP is what lets access(2) see it too, with which
    PostgreSQL looks for its own executable."""
    libc = ctypes.CDLL(None, use_errno=True)
    _check(libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP | _SECBIT_KEEP_CAPS, 0, 0, 0))
    _change_user(uid)
    mask = 1 << capability
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _check(libc.capset(header, struct.pack("6I", mask, mask, mask, 0, 0, 0)))
    _check(libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0))


def _enter_namespace(uid: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    me, group = os.geteuid(), os.getegid()
    _check(libc.unshare(_CLONE_NEWUSER))
    for name, content in (("setgroups", "deny"), ("uid_map", f"{uid} {me} 1"), ("gid_map", f"{uid} {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(content)


def _die_with_parent(parent: int) -> None:
    """SIGINT when the parent ends, however it ends. Set after the identity: a change of user clears it."""
    libc = ctypes.CDLL(None, use_errno=True)
    # A shell without job control has its background commands, and all that they start, ignore SIGINT.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _check(libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0))
    if os.getppid() != parent:
        sys.exit(1)


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def main(arguments: list[str]) -> NoReturn:
    split = arguments.index("--")
    identity, uid, *options = arguments[:split]
    command = arguments[split + 1 :]
    parent = os.getppid()
    try:
        assume(Identity(identity), int(uid))
        if "--die-with-parent" in options and sys.platform == "linux":
            _die_with_parent(parent)
        os.execv(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]} as {identity} {uid}: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
