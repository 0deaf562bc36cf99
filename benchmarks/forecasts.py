"""Forecasts that went wrong at planted places: the public cases, and more of their kind made here.

The recipe is that of the public sets (Kalander 2022, RiskLoc): Weibull values on every leaf, some of them zero, a
forecast off by a relative error on either side, and in one to five groups of one to three sets the value less by a
severity that is above the noise. A ratio has two measures, each forecast, and loses part of the upper one. Beyond that
recipe: errors that fall off as an exponential, and a forecast that is a few per cent too high everywhere.
"""

import csv
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.analysis.drivers.cells import cells_of
from assistant.analysis.drivers.yardstick import first_yardstick
from semantic_layer.query import Cube

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Set = frozenset[str]
Place = dict[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a family of cases is drawn from; pairs are the ends of uniform draws."""

    sizes: tuple[int, ...]
    noise: tuple[float, float]
    severity: tuple[float, float]
    spread: tuple[float, float]
    groups: int
    sets: int
    deepest_only: bool = False
    ratio: bool = False
    heavy: bool = False
    bias: float = 0.0


RECIPES = {
    "S": Recipe(
        sizes=(10, 12, 10, 8, 5), noise=(0, 0.25), severity=(0.2, 1), spread=(0, 0.1), groups=3, sets=3
    ),
    "L": Recipe(
        sizes=(10, 24, 10, 15), noise=(0, 0.1), severity=(0.5, 1), spread=(0, 0), groups=5, sets=1, deepest_only=True
    ),
    "noisy": Recipe(
        sizes=(8, 12, 10, 6), noise=(0.25, 0.4), severity=(0.2, 0.6), spread=(0, 0.1), groups=3, sets=2
    ),
    "ratio": Recipe(
        sizes=(8, 12, 10, 6), noise=(0, 0.15), severity=(0.2, 0.8), spread=(0, 0.1), groups=3, sets=2, ratio=True
    ),
    "heavy errors": Recipe(
        sizes=(8, 12, 10, 6), noise=(0, 0.15), severity=(0.2, 0.8), spread=(0, 0.1), groups=3, sets=2, heavy=True
    ),
    "biased": Recipe(
        sizes=(8, 12, 10, 6), noise=(0, 0.15), severity=(0.2, 0.8), spread=(0, 0.1), groups=3, sets=2, bias=0.03
    ),
}  # fmt: skip


def public(folder: Path) -> Iterator[tuple[Cube, frozenset[Set]]]:
    """Read the cases of a folder in the order of their list."""
    with (folder / "injection_info.csv").open(encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    for case in cases:
        planted = frozenset(
            frozenset(element.split("=")[1] for element in part.split("&")) for part in case["set"].split(";")
        )
        yield leaves(folder / f"{case['timestamp']}.csv.gz"), planted


def leaves(file: Path) -> Cube:
    """Read one case: a line a leaf, the last two columns what happened and what was forecast."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = list(csv.reader(lines))
    names, body = tuple(rows[0][:-2]), rows[1:]
    columns = [np.unique([row[i] for row in body], return_inverse=True) for i in range(len(names))]
    members = tuple(tuple(str(m) for m in found) for found, _ in columns)
    codes = np.column_stack([place for _, place in columns])
    now, before = (np.array([float(row[i]) for row in body]) for i in (-2, -1))
    return _cube(names, members, codes, now, before, None)


def made(recipe: Recipe, seed: int, *, quiet: bool = False) -> tuple[Cube, frozenset[Set]]:
    """Draw one case of a family; a quiet one has errors only."""
    rng = np.random.default_rng(seed)
    codes = np.stack(np.meshgrid(*map(np.arange, recipe.sizes), indexing="ij"), axis=-1).reshape(-1, len(recipe.sizes))
    noise = rng.uniform(*recipe.noise)
    now, before = _forecast(rng, noise, len(codes), heavy=recipe.heavy)
    now *= 1 - recipe.bias
    planted = [] if quiet else _sets(rng, recipe, lambda place: bool(now[_inside(codes, place)].any()))
    lost, whole = (now, before) if now.sum() <= before.sum() else (before, now)
    for places in planted:
        severity, spread = rng.uniform(*recipe.severity) + noise, rng.uniform(*recipe.spread)
        inside = np.any([_inside(codes, place) for place in places], axis=0)
        lost[inside] = whole[inside] * np.maximum(1 - rng.normal(severity, spread, inside.sum()), 0)
    names = tuple("abcdef"[: len(recipe.sizes)])
    members = tuple(tuple(f"{name}{i}" for i in range(size)) for name, size in zip(names, recipe.sizes, strict=True))
    below = None
    if recipe.ratio:
        volume = rng.weibull(1, len(codes)) * 100 + 5
        below = (volume * rng.lognormal(0, 0.3, len(codes)), volume)
        now, before = now * below[0] / 100, before * below[1] / 100
    wanted = frozenset(frozenset(f"{names[d]}{m}" for d, m in place.items()) for places in planted for place in places)
    return _cube(names, members, codes, now, before, below), wanted


def best_cut(cube: Cube, planted: frozenset[Set]) -> tuple[int, int, int]:
    """Count hits, named and planted sets for one who knows where the best cut between lone leaves lies.

    Every planted set of several leaves counts as found. Lone leaves are judged by their own deviation: who names
    one names all that deviate more. The cut is best for an F1 near .95 over all cases (Dinkelbach 1967).
    """
    cells = cells_of(cube)
    deviation = first_yardstick(cells).deviation
    known = np.isfinite(deviation)
    at = [{name: place for place, name in enumerate(names)} for names in cells.members]
    masks = [
        known & np.all([cells.codes[:, d] == at[d][m] for d in range(len(at)) for m in one if m in at[d]], axis=0)
        for one in planted
    ]
    lone = np.array([deviation[mask][0] for mask in masks if mask.sum() == 1])
    others = deviation[known & ~np.any(masks, axis=0)]
    several, options = len(masks) - len(lone), []
    for cut in [np.inf, *np.abs(lone)]:
        sign = np.sign(np.median(lone)) if len(lone) else 1.0
        hits = several + int((sign * lone >= cut).sum())
        options.append((hits, hits + int((sign * others >= cut).sum()), len(masks)))
    return max(options, key=lambda option: option[0] - 0.95 / 2 * option[1])


def wide(sizes: tuple[int, ...]) -> tuple[Cube, frozenset[Set]]:
    """Make one case of very many leaves with one set of two dimensions."""
    rng, count = np.random.default_rng(1), int(np.prod(sizes))
    codes = np.indices(sizes, dtype=np.int32).reshape(len(sizes), count).T
    now, before = _forecast(rng, 0.1, count)
    inside = (codes[:, 0] == 1) & (codes[:, 2] == 3)
    now[inside] = before[inside] * 0.6
    names = tuple("abcdef"[: len(sizes)])
    members = tuple(tuple(f"{name}{i}" for i in range(size)) for name, size in zip(names, sizes, strict=True))
    return _cube(names, members, codes, now, before, None), frozenset({frozenset({"a1", "c3"})})


def _forecast(rng: np.random.Generator, noise: float, count: int, *, heavy: bool = False) -> tuple[Floats, Floats]:
    """Return what happened and what was forecast; which of the two carries the error is a coin's toss."""
    true = rng.weibull(rng.uniform(0.5, 1), count) * 100 * (rng.random(count) > rng.uniform(0, 0.25))
    error = rng.laplace(0, noise / np.sqrt(2), count) if heavy else rng.normal(0, noise, count)
    off = np.maximum(true * (1 + error), 0)
    heads = rng.random(count) < 0.5
    return np.where(heads, true, off), np.where(heads, off, true)


def _inside(codes: Codes, place: Place) -> NDArray[np.bool_]:
    return np.asarray(np.all([codes[:, d] == m for d, m in place.items()], axis=0))


def _sets(rng: np.random.Generator, recipe: Recipe, has_value: Callable[[Place], bool]) -> list[list[Place]]:
    """Draw groups of sets; a combination of dimensions, and a member, serve one group only."""
    count, groups = len(recipe.sizes), []
    used: list[set[tuple[int, int]]] = []
    combinations: list[set[int]] = []
    wanted = int(rng.integers(1, recipe.groups + 1))
    while len(groups) < wanted:
        depth = count if recipe.deepest_only else int(rng.integers(1, count + 1))
        dimensions = sorted(int(d) for d in rng.choice(count, depth, replace=False))
        places = [
            {d: int(rng.integers(recipe.sizes[d])) for d in dimensions} for _ in range(rng.integers(1, recipe.sets + 1))
        ]
        members = {pair for place in places for pair in place.items()}
        taken = any(members & other for other in used) or (set(dimensions) in combinations and depth < count)
        unique = len({tuple(place.items()) for place in places}) == len(places)
        if unique and not taken and all(map(has_value, places)):
            groups.append(places)
            used.append(members)
            combinations.append(set(dimensions))
    return groups


def _cube(
    names: tuple[str, ...], members: tuple[tuple[str, ...], ...], codes: Codes, now: Floats, before: Floats,
    below: tuple[Floats, Floats] | None,
) -> Cube:  # fmt: skip
    value = np.concatenate([now, before])
    d = np.concatenate(below) if below is not None else np.zeros(len(value))
    return Cube(
        metric="value", kind="additive" if below is None else "ratio", dimensions=names, members=members,
        codes=np.vstack([codes, codes]).astype(np.int32), period=np.repeat([1, 0], len(now)).astype(np.int8),
        rows=np.maximum(value, 1.0), n=value, d=d, nn=value, nd=np.zeros(len(value)), dd=d,
    )  # fmt: skip
