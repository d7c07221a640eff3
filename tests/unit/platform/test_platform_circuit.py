"""The circuit: three failures and a peer is left alone, then one caller tries."""

from __future__ import annotations

import pytest

from lianban.platform.circuit import Circuit, CircuitRules, CircuitState


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


def test_what_was_under_way_when_the_peer_asked_for_time_takes_none_of_it(circuit: Circuit, clock: Clock) -> None:
    circuit.failed(retry_after=40)
    circuit.succeeded()
    circuit.failed()
    clock.now += 39
    assert not circuit.lets_pass()
    clock.now += 1
    assert circuit.lets_pass()
    circuit.succeeded()
    assert circuit.failures == 0


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


def test_a_share_of_failures_opens_it_though_some_succeed(clock: Clock) -> None:
    circuit = Circuit(clock, CircuitRules(failures=5, share=0.5, window=10))
    for _ in range(5):
        circuit.succeeded()
        assert circuit.state is CircuitState.CLOSED
        circuit.failed()
    assert circuit.state is CircuitState.OPEN


def test_every_try_that_fails_makes_the_pause_longer(clock: Clock) -> None:
    circuit = Circuit(clock, CircuitRules(failures=1, pause=30, longest=300, growth=2))
    circuit.failed()
    pauses = []
    for _ in range(6):
        pauses.append(circuit.wait)
        clock.now += circuit.wait
        assert circuit.state is CircuitState.HALF_OPEN
        assert circuit.lets_pass()
        circuit.failed()
    assert pauses == [30, 60, 120, 240, 300, 300]


def test_what_was_asked_before_it_opened_neither_closes_it_nor_keeps_it_open(clock: Clock) -> None:
    circuit = Circuit(clock, CircuitRules(failures=2, pause=10, growth=2))
    circuit.failed()
    circuit.failed()
    circuit.succeeded()
    circuit.failed()
    assert (circuit.state, circuit.openings) == (CircuitState.OPEN, 1)
    clock.now += 10
    assert circuit.lets_pass()
    circuit.succeeded()
    assert circuit.state is CircuitState.CLOSED


def test_whoever_must_may_try_before_the_pause_is_over(clock: Clock) -> None:
    circuit = broken(Circuit(clock))
    circuit.try_anyway()
    circuit.succeeded()
    assert circuit.state is CircuitState.CLOSED


def test_what_another_process_found_out_is_taken_over(clock: Clock) -> None:
    circuit = Circuit(clock)
    circuit.adopt(failures=3, openings=2, wait=40)
    assert (circuit.state, circuit.wait) == (CircuitState.OPEN, 40)
    clock.now += 40
    assert circuit.state is CircuitState.HALF_OPEN
    circuit.adopt(failures=0, openings=0, wait=0)
    assert circuit.state is CircuitState.CLOSED
    circuit.failed()
    circuit.adopt(failures=0, openings=0, wait=0)
    assert circuit.failures == 1
