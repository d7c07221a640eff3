"""A delivery only moves forward, in whatever order its news arrives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lianban.contracts.status import DeliveryState
from lianban_notify.deliveries.states import is_news

NEWS = st.lists(st.sampled_from(list(DeliveryState)), max_size=12)
ONE_END = NEWS.filter(lambda news: not {DeliveryState.SIGNED, DeliveryState.RETURNED} <= set(news))


def arrive(news: list[DeliveryState]) -> DeliveryState | None:
    current: DeliveryState | None = None
    for state in news:
        if is_news(current, state):
            current = state
    return current


@given(ONE_END, st.randoms())
def test_order_and_repetition_do_not_matter(news: list[DeliveryState], random: st.DataObject) -> None:
    shuffled = news * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert arrive(shuffled) == arrive(news)


@given(NEWS)
def test_the_end_heard_first_stays(news: list[DeliveryState]) -> None:
    ends = [state for state in news if state in (DeliveryState.SIGNED, DeliveryState.RETURNED)]
    assert not ends or arrive(news) is ends[0]


def test_a_returned_parcel_may_still_be_handed_over_at_the_window_only() -> None:
    assert is_news(DeliveryState.RETURNED, DeliveryState.SIGNED, collected=True)
    assert not is_news(DeliveryState.RETURNED, DeliveryState.SIGNED)  # back with the sender
    assert not is_news(DeliveryState.RETURNED, DeliveryState.IN_TRANSIT)
    assert is_news(DeliveryState.IN_TRANSIT, DeliveryState.RETURNED)
