"""The circuit: three failures and a peer is left alone, then one caller tries."""

from __future__ import annotations

import pytest

from lianban_intake.prefill.circuit import Circuit


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuit(clock: Clock) -> Circuit:
    return Circuit(clock)


def broken(circuit: Circuit) -> Circuit:
    for _ in range(3):
        assert circuit.lets_pass()
        circuit.failed(circuit.moment)
    return circuit


def test_a_few_failures_are_no_outage(circuit: Circuit) -> None:
    circuit.failed(circuit.moment)
    circuit.failed(circuit.moment)
    assert circuit.lets_pass()
    circuit.succeeded()
    circuit.failed(circuit.moment)
    circuit.failed(circuit.moment)
    assert circuit.lets_pass()


def test_after_three_nobody_asks_until_one_may_try(circuit: Circuit, clock: Clock) -> None:
    broken(circuit)
    assert not circuit.lets_pass()
    clock.now += 14
    assert not circuit.lets_pass()
    clock.now += 1
    assert circuit.lets_pass()
    assert not circuit.lets_pass()  # one only, until it is known what came of it


def test_the_one_who_tried_opens_it_for_all_or_closes_it_again(circuit: Circuit, clock: Clock) -> None:
    broken(circuit)
    clock.now += 15
    assert circuit.lets_pass()
    circuit.failed(circuit.moment)
    assert not circuit.lets_pass()
    clock.now += 15
    assert circuit.lets_pass()
    circuit.succeeded()
    assert circuit.lets_pass()
    assert circuit.lets_pass()


def test_a_try_that_was_given_up_leaves_room_for_another(circuit: Circuit, clock: Clock) -> None:
    broken(circuit)
    clock.now += 15
    assert circuit.lets_pass()
    circuit.abandoned()
    assert circuit.lets_pass()


def test_who_asks_for_time_gets_it_within_limits(circuit: Circuit, clock: Clock) -> None:
    circuit.failed(circuit.moment, retry_after=5)
    assert not circuit.lets_pass()
    clock.now += 5
    assert circuit.lets_pass()
    circuit.failed(circuit.moment, retry_after=86_400)
    clock.now += 60
    assert circuit.lets_pass()


def test_what_fails_at_one_moment_counts_once(circuit: Circuit) -> None:
    for _ in range(2):
        moment = circuit.moment
        for _ in range(5):
            circuit.failed(moment)
    assert circuit.lets_pass()
    circuit.failed(circuit.moment)
    assert not circuit.lets_pass()
