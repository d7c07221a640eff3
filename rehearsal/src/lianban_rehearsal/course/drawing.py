"""What is drawn for one step of one run: by (seed, run, step) alone, so that neither the order of things nor the speed
of a machine can matter, and two rehearsals with one seed differ by their delays only."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from lianban_rehearsal.delays.profiles import Chance, StepProfile


@dataclass(frozen=True, slots=True)
class Course:
    """Durations in working days. ``supplement``, ``stop``: how long they take, None where they do not happen.
    ``early``: from 0 to 1, how early in the time for it what is missing is asked for. ``extends``: extended if late."""

    work: float
    refused: bool = False
    supplement: float | None = None
    early: float = 0.5
    stop: float | None = None
    extends: bool = False


def draw(profile: StepProfile, seed: int, run: int, step: str) -> Course:
    """Always as many numbers in the same order, whatever the profile says: one more chance moves no other's luck."""
    random = Random(f"{seed}/{run}/{step}")
    work, refusal, asked, supplied, early, stopped, length, extended = (random.random() for _ in range(8))
    return Course(
        work=profile.work.at(work),
        refused=refusal < profile.refusal,
        supplement=_length(profile.supplement, asked, supplied),
        early=early,
        stop=_length(profile.stop, stopped, length),
        extends=extended < profile.extension,
    )


def _length(chance: Chance | None, happens: float, length: float) -> float | None:
    return chance.length.at(length) if chance is not None and happens < chance.share else None
