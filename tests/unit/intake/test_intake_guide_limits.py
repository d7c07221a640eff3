"""What guides do not let a reader do to them, and what readers find."""

from __future__ import annotations

import threading

import pytest

from fixtures.catalogues import city_catalog
from lianban.catalog.answers import first_answers
from lianban.platform.problems import Problem
from lianban_intake.guides.answer import _takes_gzip
from lianban_intake.guides.answers import chosen
from lianban_intake.guides.index import Index, Narrowing
from lianban_intake.threads import MakingThreads


def test_more_than_can_be_made_is_refused_and_room_comes_back() -> None:
    hold = threading.Event()
    with MakingThreads(waiting=3) as threads:
        waiting = [threads.submit(hold.wait) for _ in range(3)]
        with pytest.raises(Problem, match="busy") as refused:
            threads.submit(hold.wait)
        assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "5"})
        hold.set()
        assert all(future.result() for future in waiting)
        assert threads.submit(lambda: 1).result() == 1


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip, deflate, br", True),
        ("GZIP;q=0.5", True),
        ("*", True),
        ("br, *;q=0.1", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("br", False),
        ("", False),
    ],
)
def test_who_refuses_gzip_gets_none(accepted: str, takes: bool) -> None:
    assert _takes_gzip(accepted) is takes


def test_only_whole_situations_and_the_guide_for_everyone_are_kept() -> None:
    theme = city_catalog().themes["E1"]
    assert chosen(theme, {}).lasting
    assert chosen(theme, first_answers(theme)).lasting
    assert not chosen(theme, {"residence": "local"}).lasting
    assert not chosen(theme, {"made_up": "x"}).lasting


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("开店", {"B4", "B5", "M7"}),
        ("社保卡", {"S11"}),
        ("水电气", {"P4", "B8"}),
        ("过户 不动产", {"P4"}),
    ],
)
def test_people_find_themes_by_their_own_words(words: str, found: set[str]) -> None:
    index = Index.of(city_catalog())
    assert found <= {card.code for cards in index.groups(Narrowing(words=words)).values() for card in cards}


def test_words_nobody_says_find_nothing() -> None:
    assert Index.of(city_catalog()).groups(Narrowing(words="飞船")) == {}
