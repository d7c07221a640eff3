"""Order of steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianban.catalog.graph import ancestors, cycles, topological, without

CHAIN = {"a": (), "b": ("a",), "c": ("b",), "d": ("c", "a")}


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Acyclic graphs whose declared order has nothing to do with their dependencies."""
    codes = [f"s{number}" for number in range(draw(st.integers(0, 8)))]
    after = {
        code: tuple(draw(st.lists(st.sampled_from(codes[:position]), unique=True))) if position else ()
        for position, code in enumerate(codes)
    }
    return {code: after[code] for code in draw(st.permutations(codes))}


def test_what_is_left_out_hands_on_its_predecessors() -> None:
    assert without(CHAIN, {"a", "d"}) == {"a": (), "d": ("a",)}
    assert without(CHAIN, {"d"}) == {"d": ()}


@given(graphs(), st.data())
def test_leaving_out_keeps_exactly_the_order_among_the_kept(
    graph: dict[str, tuple[str, ...]], data: st.DataObject
) -> None:
    kept = set(data.draw(st.lists(st.sampled_from(sorted(graph)), unique=True))) if graph else set()
    before = ancestors(graph)
    cut = without(graph, kept)
    assert list(cut) == [code for code in graph if code in kept]
    for code, above in ancestors(cut).items():
        assert above == before[code] & kept


@given(graphs())
def test_order_puts_everything_after_its_predecessors(graph: dict[str, tuple[str, ...]]) -> None:
    found = topological(graph)
    assert sorted(found) == sorted(graph)
    assert all(found.index(before) < found.index(code) for code, above in graph.items() for before in above)
    assert cycles(graph) == []


def test_order_is_as_declared_where_nothing_else_decides() -> None:
    assert topological({"b": (), "a": (), "c": ("b",)}) == ("b", "a", "c")


def test_cycles_are_named_and_disjoint() -> None:
    graph = {"a": ("c",), "b": ("a",), "c": ("b",), "x": ("y",), "y": ("x",), "z": ("x", "nowhere")}
    found = cycles(graph)
    assert [sorted(cycle) for cycle in found] == [["a", "b", "c"], ["x", "y"]]
    for cycle in found:
        for code, following in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
            assert code in graph[following]
    with pytest.raises(ValueError, match="cycle"):
        topological({"a": ("b",), "b": ("a",)})
