"""Random pools with several needs each, programmes that ask of teams, and settings of any kind, from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from random_pools import CONDITIONS, TODAY, Case, cases, random_scenario

import expertmatch as em
from expertmatch.scenarios import FIELDS, Scenario, read_scenario
from expertmatch.scenarios.parts import Condition

OWN = tuple(one for one in CONDITIONS if FIELDS[str(one["field"])].scope == "candidate")
"""Conditions that speak of people alone."""
KINDS = ("试验", "帮扶需求", "企业技术难题", "评审", "第三方评估", "院士工作站建站", "别的")
DAYS = ("2024-07-01", "2024-07-01", "2024-07-02", "2024-07-03", "2024-07", "")
_MOST_NEEDS = 6


@dataclass(frozen=True)
class Asked:
    """A pool with needs and a generator."""

    number: int
    pool: em.Pool
    needs: pd.DataFrame
    rng: random.Random


PER = ("unit", "discipline", "society", "county")


def asked_cases(numbers: range, kinds: tuple[str, ...] = ("试验",), *, most: int = _MOST_NEEDS) -> Iterator[Asked]:
    """Yield pools, each with its own needs and those of the pools after it, at days that meet."""
    found: list[Case] = list(cases(numbers, [list(kinds) for _ in numbers]))
    for i, case in enumerate(found):
        rng = random.Random(f"plan {case.number}")
        some = [found[(i + step) % len(found)].needs.frame for step in range(most)]
        needs = pd.concat(some, ignore_index=True).iloc[: rng.randint(1, most)].reset_index(drop=True)
        days = [rng.choice(DAYS) for _ in range(len(needs))]
        ends = [rng.choice(("", "", day[:8] + "04")) if len(day) == 10 else "" for day in days]
        wanted = [rng.choice(("", "", "1", "2")) for _ in days]
        yield Asked(case.number, case.pool, needs.assign(start=days, end=ends, wanted=wanted), rng)


def programme(rng: random.Random) -> Scenario:
    """Return a random scenario whose roles and teams are numbered, with quotas."""
    held = random_scenario(rng).model_dump(exclude_none=True, by_alias=True)
    for rule in held["rules"]:  # so that some are left
        rule["unknown"] = rng.choice(("allow", "hint", rule["unknown"]))
    held["rules"] = held["rules"][: rng.choice((0, 1, 2))]
    for role in held["roles"]:
        role["least"] = rng.choice((0, 0, 1))
        role |= rng.choice(({}, {}, {"most": 1}, {"most": 2}))
    if rng.random() < 0.3:
        held["roles"] = [*held["roles"], {"id": "own", "label": "企业人员", "come_from": "requester"}]
    if rng.random() < 0.8:
        held["composition"] = composition(rng)
    held["quotas"] = [
        {"label": f"定额{i}", "per": rng.choice(("candidate", "unit", "county", "programme")),
         "period": rng.choice(("year", "ever")), "most": rng.randint(1, 4)}
        for i in range(rng.choice((0, 0, 1, 2)))
    ]  # fmt: skip
    return Scenario.model_validate(held)


def composition(rng: random.Random) -> dict[str, Any]:
    """Return what a team is asked to hold."""
    hard = [rng.random() < 0.3 for _ in range(6)]
    return {
        "least": rng.choice((0, 1, 2, 3)), "most": rng.choice((3, 4, 5)), "hard": hard[0],
        "limits": [{"label": "限", "per": rng.sample(PER, rng.choice((1, 1, 2))),
                    "most": rng.choice((1, 1, 2)), "hard": hard[1]}][: rng.choice((0, 1))],
        "shares": [{"label": "比例", "where": [rng.choice(OWN)], "hard": hard[2],
                    **rng.choice(({"at_least": 0.3}, {"at_least": 0.5}, {"at_most": 0.4}))}][: rng.choice((0, 1))],
        "spreads": [{"label": "几个", "of": rng.choice(("unit", "discipline", "county", "society")), "at_least": 2,
                     "hard": hard[3]}][: rng.choice((0, 1))],
    }  # fmt: skip


def settings(rng: random.Random, ranking: em.Ranking) -> dict[str, Any]:
    """Return what a plan may be asked for, any of it."""
    found: dict[str, Any] = {
        "wanted": rng.choice((1, 2, 3, (1, 3), (0, 2))),
        "objective": rng.choice(("total", "total", "fair")),
        "cover": rng.random() < 0.5,
        "pairs": rng.choice((1, 2, 20)),
        "travel": rng.random() < 0.5,
        "longest_event": rng.choice((1, 31)),
        "minimum": rng.choice((0, 0, 0, 1)),
        "newcomers": rng.choice((0, 0, 1)),
        "time_limit": 30.0,
    }
    if rng.random() < 0.5:
        found["capacity"] = rng.choice((1, 2, 3))
    if rng.random() < 0.4:
        found["limits"] = {rng.choice(("unit", "society", "county", "discipline")): rng.choice((1, 2))}
    if rng.random() < 0.5:
        found["quotas"] = [quota(rng) for _ in range(rng.choice((1, 1, 2)))]
    pairs = list(zip(ranking.frame["need_id"], ranking.frame["candidate_id"], strict=True))
    if pairs and rng.random() < 0.4:
        found["locked"] = tuple(rng.sample(pairs, 1))
        found["forbidden"] = tuple(set(rng.sample(pairs, min(2, len(pairs)))) - set(found["locked"]))
    return found


def quota(rng: random.Random) -> dict[str, Any]:
    """Return a quota of a group over the whole plan."""
    bounds = rng.choice(({"most": rng.randint(0, 3)}, {"least": 1}, {"least": 1, "most": 3}))
    whom = rng.choice(({"where": [rng.choice(OWN)]}, {"per": rng.choice(("unit", "county", "society"))},
                       {"per": "unit", "where": [rng.choice(OWN)]}))  # fmt: skip
    return {"label": "名额", **whom, **bounds}


def whole_day(matcher: em.Matcher, needs: pd.DataFrame) -> em.Ranking:
    """Rank without a limit that hides anybody."""
    return matcher.rank(em.Needs(needs), top=50)


def auto(pool: em.Pool) -> em.Matcher:
    return em.Matcher(scenario="auto", as_of=TODAY).fit(pool)


def conditions_of(one: dict[str, Any]) -> Condition:
    return Condition.model_validate(one)


__all__ = ["Asked", "asked_cases", "auto", "programme", "read_scenario", "settings", "whole_day"]
