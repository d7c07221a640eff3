"""Order of a theme's steps. Graphs are mappings code → codes it comes after; iteration order is the declared order."""

from __future__ import annotations

from collections.abc import Collection, Mapping

Graph = Mapping[str, Collection[str]]


def without(graph: Graph, kept: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The graph cut to ``kept``: what came after a step left out comes after that step's own predecessors instead."""

    def reached(code: str, seen: set[str]) -> list[str]:
        found: list[str] = []
        for before in graph[code]:
            if before in seen:
                continue
            seen.add(before)
            found += [before] if before in kept else reached(before, seen)
        return found

    return {code: tuple(reached(code, set())) for code in graph if code in kept}


def topological(graph: Graph) -> tuple[str, ...]:
    """Codes with every one after its predecessors, otherwise as declared. ValueError on a cycle."""
    order: list[str] = []
    done: set[str] = set()
    waiting = list(graph)
    while waiting:
        ready = next((code for code in waiting if all(before in done for before in graph[code])), None)
        if ready is None:
            raise ValueError(f"cycle among {sorted(waiting)}")
        waiting.remove(ready)
        order.append(ready)
        done.add(ready)
    return tuple(order)


def cycles(graph: Graph) -> list[tuple[str, ...]]:
    """Disjoint cycles, each as the codes along it (the first is not repeated). Unknown predecessors are ignored."""
    found: list[tuple[str, ...]] = []
    left = dict(graph)
    while cycle := _cycle(left):
        found.append(cycle)
        left = {code: before for code, before in left.items() if code not in cycle}
    return found


def _cycle(graph: Graph) -> tuple[str, ...] | None:
    finished: set[str] = set()
    path: list[str] = []

    def visit(code: str) -> tuple[str, ...] | None:
        if code in path:
            return tuple(reversed(path[path.index(code) :]))
        if code in finished or code not in graph:
            return None
        path.append(code)
        for before in graph[code]:
            if cycle := visit(before):
                return cycle
        path.pop()
        finished.add(code)
        return None

    for code in graph:
        if cycle := visit(code):
            return cycle
    return None


def ancestors(graph: Graph) -> dict[str, frozenset[str]]:
    """Everything each code comes after, directly or not. The graph is acyclic."""
    found: dict[str, frozenset[str]] = {}
    for code in topological(graph):
        direct = graph[code]
        found[code] = frozenset(direct).union(*(found[before] for before in direct))
    return found


def stages(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """Codes by how many others must come before them at the least, one after another: those of a stage need nothing
    of one another. The graph is acyclic."""
    depth: dict[str, int] = {}
    for code in topological(graph):
        depth[code] = max((depth[before] + 1 for before in graph[code]), default=0)
    found: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for code, number in depth.items():
        found[number].append(code)
    return tuple(tuple(codes) for codes in found)
