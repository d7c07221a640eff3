"""Percentiles, shares with their uncertainty, and distributions by their quantile functions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianban_rehearsal.analysis.statistics import Share, Spread, percentile
from lianban_rehearsal.delays.distribution import Lognormal, Measured

samples = st.lists(st.integers(0, 500), min_size=1, max_size=60)
shares = st.floats(0, 1, exclude_max=True)


@given(samples, st.integers(1, 100))
def test_a_percentile_is_a_value_that_so_many_do_not_exceed(values: list[int], percent: int) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    assert sum(value < found for value in values) * 100 < percent * len(values)


@given(samples)
def test_a_spread_is_in_order(values: list[int]) -> None:
    spread = Spread.of(values)
    assert spread is not None
    assert min(values) == spread.least <= spread.median <= spread.p95 <= spread.most == max(values)


def test_nothing_has_no_spread() -> None:
    assert Spread.of([]) is None
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


@given(st.integers(1, 2000), st.data())
def test_the_interval_of_a_share_holds_it(count: int, data: st.DataObject) -> None:
    share = Share(data.draw(st.integers(0, count)), count)
    assert share.value is not None
    assert share.interval is not None
    low, high = share.interval
    assert 0 <= low <= share.value + 1e-9
    assert share.value - 1e-9 <= high <= 1


def test_more_runs_say_more() -> None:
    few, many = Share(8, 10).interval, Share(800, 1000).interval
    assert few is not None
    assert many is not None
    assert many[1] - many[0] < (few[1] - few[0]) / 5
    assert Share(0, 0).value is None
    assert Share(0, 0).interval is None


@given(st.floats(0.01, 100), st.floats(1, 20))
def test_a_lognormal_has_the_median_and_the_percentile_it_was_given(median: float, times: float) -> None:
    found = Lognormal(median, median * times)
    assert found.at(0.5) == pytest.approx(median)
    assert found.at(0.95) == pytest.approx(median * times)


@given(st.floats(0.01, 100), st.floats(1, 20), shares, shares)
def test_a_quantile_never_decreases(median: float, times: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    lognormal = Lognormal(median, median * times)
    assert 0 < lognormal.at(low) <= lognormal.at(high)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=20), shares)
def test_measured_durations_come_as_they_were(values: list[float], share: float) -> None:
    assert Measured.of(values).at(share) in values
    assert Measured.of(values).at(0.0) == min(values)
