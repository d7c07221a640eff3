"""A string that matches a pattern, for the plain patterns forms are made of.

Literals, escapes, classes, groups, alternatives, repetition, anchors at the ends. Look-around, back references and
flags are not for forms, and are refused.
"""

from __future__ import annotations

import string
from random import Random
from typing import Final

_ALPHABET: Final = string.digits + string.ascii_letters
_ESCAPED_CLASSES: Final = {
    "d": string.digits,
    "w": _ALPHABET + "_",
    "s": " ",
    "D": string.ascii_letters,
    "W": "-",
    "S": _ALPHABET,
}
_MANY: Final = 4
"""How many more than asked an open-ended repetition gives at most."""


class UnknownPattern(ValueError):
    """The pattern uses what this module does not know."""


def matching(pattern: str, rng: Random) -> str:
    """A string that ``pattern`` matches from its first character to its last."""
    reader = _Reader(pattern.removeprefix("^"), rng)
    text = reader.alternatives()
    if reader.rest:
        raise UnknownPattern(pattern)
    return text


class _Reader:
    """Reads a pattern from left to right and writes a match as it goes."""

    def __init__(self, pattern: str, rng: Random) -> None:
        self.rest = pattern
        self._rng = rng

    def alternatives(self) -> str:
        found = [self._sequence()]
        while self._takes("|"):
            found.append(self._sequence())
        return self._rng.choice(found)

    def _sequence(self) -> str:
        text = ""
        while self.rest and self.rest[0] not in "|)":
            if self.rest == "$":
                self.rest = ""
                break
            text += self._repeated()
        return text

    def _repeated(self) -> str:
        """An atom as often as the repetition after it says; each time read, hence chosen, anew."""
        start = self.rest
        text = self._atom()
        length = len(start) - len(self.rest)
        count = self._count()
        after = self.rest
        parts = [text] if count else []
        for _ in range(count - 1):
            self.rest = start[:length] + after
            parts.append(self._atom())
        self.rest = after
        return "".join(parts)

    def _atom(self) -> str:
        if self._takes("("):
            if not self._takes("?:") and self.rest.startswith("?"):
                raise UnknownPattern(self.rest)
            text = self.alternatives()
            self._expect(")")
            return text
        if self._takes("["):
            return self._rng.choice(self._class())
        character = self._next()
        if character == "\\":
            character = self._next()
            if character in _ESCAPED_CLASSES:
                return self._rng.choice(_ESCAPED_CLASSES[character])
            if character.isalnum():
                raise UnknownPattern(f"\\{character}")
            return character
        if character in "^$*+?{":
            raise UnknownPattern(character)
        return self._rng.choice(_ALPHABET) if character == "." else character

    def _class(self) -> str:
        negated = self._takes("^")
        members = ""
        while not self._takes("]"):
            character = self._next()
            if character == "\\":
                character = self._next()
                if character in _ESCAPED_CLASSES:
                    members += _ESCAPED_CLASSES[character]
                    continue
            if self.rest.startswith("-") and self.rest[1:2] not in ("", "]"):
                self.rest = self.rest[1:]
                members += "".join(map(chr, range(ord(character), ord(self._next()) + 1)))
            else:
                members += character
        found = "".join(c for c in _ALPHABET if c not in members) if negated else members
        if not found:
            raise UnknownPattern("[]")
        return found

    def _count(self) -> int:
        if self._takes("?"):
            return self._rng.randint(0, 1)
        if self._takes("*"):
            return self._rng.randint(0, _MANY)
        if self._takes("+"):
            return self._rng.randint(1, 1 + _MANY)
        if not self._takes("{"):
            return 1
        bounds, closed, self.rest = self.rest.partition("}")
        low, comma, high = bounds.partition(",")
        if not closed or not low.isdecimal() or not (high.isdecimal() or high == ""):
            raise UnknownPattern(bounds)
        least = int(low)
        return self._rng.randint(least, int(high) if high else least + _MANY) if comma else least

    def _takes(self, token: str) -> bool:
        if not self.rest.startswith(token):
            return False
        self.rest = self.rest[len(token) :]
        return True

    def _expect(self, token: str) -> None:
        if not self._takes(token):
            raise UnknownPattern(self.rest)

    def _next(self) -> str:
        if not self.rest:
            raise UnknownPattern("unfinished")
        character, self.rest = self.rest[0], self.rest[1:]
        return character
