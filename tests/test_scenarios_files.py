"""The scenario files that come with the library, and the template: what they must hold whatever is changed in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from typing import Any, get_args

import pandas as pd
import pytest
from cli_helpers import DATA
from pydantic import BaseModel

import expertmatch as em
from expertmatch.scenarios import Scenario, parse_scenario, read_scenarios, reading, scenario_names

NAMES = (
    "advice assessment contact event lecture mentoring outreach overseas relief review revitalization salon selection"
    " workstation"
).split()
EVERY_GROUND = {"own", "avoid_units", "same_unit", "kin", "adviser", "employment", "cowork", "earlier_part"}
DAY_BEFORE, DAY = date(2019, 6, 10), date(2019, 6, 11)
OWN_CHOICE = "本场景的设定，可改"
TEMPLATE = (files("expertmatch.scenarios") / "template.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def scenarios() -> dict[str, Scenario]:
    return read_scenarios()


def _sourced(scenario: Scenario) -> Iterator[Any]:
    """Everything in a file that rests on a rule or a choice."""
    for name in ("roles", "rules", "recusal", "quotas", "terms", "sheet"):
        yield from getattr(scenario, name)
    size = scenario.composition
    if size is not None:
        if size.least > 1 or size.most is not None:
            yield size
        for name in ("limits", "shares", "spreads"):
            yield from getattr(size, name)


def _called(part: Any) -> str:
    return getattr(part, "label", None) or getattr(part, "ground", None) or "composition"


def test_all_programmes_have_a_file() -> None:
    assert list(scenario_names()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_file_reads_and_is_called_as_it_says(name: str, scenarios: dict[str, Scenario]) -> None:
    scenario = scenarios[name]
    assert scenario.name == name
    assert scenario.programmes


def test_a_need_kind_belongs_to_one_file(scenarios: dict[str, Scenario]) -> None:
    counts = Counter(kind for scenario in scenarios.values() for kind in scenario.need_kinds)
    assert [kind for kind, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("table", sorted(DATA.glob("needs_*.csv")), ids=lambda path: path.stem)
def test_every_need_of_the_sample_has_its_scenario(table: Any, scenarios: dict[str, Scenario]) -> None:
    frame = pd.read_csv(table, dtype=str)
    column = next(name for name in ("需求类型", "申请类型") if name in frame)
    known = {kind for scenario in scenarios.values() for kind in scenario.need_kinds}
    assert set(frame[column].dropna()) <= known


@pytest.mark.parametrize("name", NAMES)
def test_everything_says_where_it_stands(name: str, scenarios: dict[str, Scenario]) -> None:
    assert [_called(part) for part in _sourced(scenarios[name]) if not part.source.strip()] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_we_chose_is_not_called_confirmed(name: str, scenarios: dict[str, Scenario]) -> None:
    chosen = [part for part in _sourced(scenarios[name]) if "本场景的设定" in part.source]
    assert [_called(part) for part in chosen if part.confirmed] == []
    assert [_called(part) for part in chosen if not part.source.startswith(OWN_CHOICE)] == []


@pytest.mark.parametrize("name", NAMES)
def test_policy_is_not_called_measured(name: str, scenarios: dict[str, Scenario]) -> None:
    assert scenarios[name].measured == ("text",)


@pytest.mark.parametrize("name", NAMES)
def test_weights_sum_to_one_and_policy_is_small(name: str, scenarios: dict[str, Scenario]) -> None:
    signals = scenarios[name].signals
    assert sum(signals.values()) == pytest.approx(1.0, abs=1e-12)
    assert max(weight for signal, weight in signals.items() if signal != "text") <= 0.05
    assert signals["text"] >= 0.88


def test_place_counts_where_people_travel(scenarios: dict[str, Scenario]) -> None:
    assert {name for name in NAMES if "place" in scenarios[name].signals} == {
        "relief", "revitalization", "outreach", "contact",
    }  # fmt: skip


def test_grounds_of_recusal_are_those_of_the_programme(scenarios: dict[str, Scenario]) -> None:
    found = {name: {recusal.ground for recusal in scenarios[name].recusal} for name in NAMES}
    judging = {"review", "assessment", "selection"}
    assert {name: grounds for name, grounds in found.items() if name in judging} == dict.fromkeys(judging, EVERY_GROUND)
    others = set(NAMES) - judging
    assert {name: found[name] for name in others} == {name: {"own", "avoid_units"} for name in others}


def test_windows_are_those_that_have_a_source_or_are_called_a_choice(scenarios: dict[str, Scenario]) -> None:
    for name in ("review", "assessment", "selection"):
        windows = {recusal.ground: recusal for recusal in scenarios[name].recusal if recusal.years is not None}
        assert {ground: recusal.years for ground, recusal in windows.items()} == {"employment": 3, "cowork": 3}
        assert windows["employment"].confirmed
        assert not windows["cowork"].confirmed
        assert windows["cowork"].source.startswith(OWN_CHOICE)


def test_station_caps_begin_in_june_2019(scenarios: dict[str, Scenario]) -> None:
    station = scenarios["workstation"]
    before, since = station.on(DAY_BEFORE), station.on(DAY)
    assert [rule.id for rule in before.rules if rule.field == "stations"] == []
    caps = {rule.id: rule for rule in since.rules if rule.field == "stations"}
    found = {
        name: (rule.below, [(one.field, one.asked["is"]) for one in rule.when], rule.unknown)
        for name, rule in caps.items()
    }
    assert found == {
        "cap_active": (1, [("academician", True), ("retired", False)], "ask"),
        "cap_retired": (3, [("academician", True), ("retired", True)], "ask"),
    }
    assert all(rule.confirmed and rule.since == DAY for rule in caps.values())
    assert not any("三个月" in term.label for term in before.terms)
    assert any("三个月" in term.label and term.confirmed for term in since.terms)


def test_three_year_agreements_and_academicians_alone(scenarios: dict[str, Scenario]) -> None:
    rules = {rule.id: rule for rule in scenarios["workstation"].on(date(2026, 11, 1)).rules}
    assert rules["academician"].asked == {"is": True}
    assert rules["academician"].unknown == "exclude"
    assert rules["agreement"].asked == {"at_least": 3}
    assert rules["agreement"].unknown == "hint"


def test_a_salon_is_as_the_rules_it_follows_and_all_of_it_soft(scenarios: dict[str, Scenario]) -> None:
    salon = scenarios["salon"]
    size = salon.composition
    assert size is not None
    assert (size.least, size.most) == (20, 30)
    assert [(limit.per, limit.most) for limit in size.limits] == [(("unit", "discipline"), 3)]
    assert [(share.where[0].asked, share.at_least) for share in size.shares] == [({"below": 40}, 0.3333)]
    assert [(spread.of, spread.at_least) for spread in size.spreads] == [("discipline", 2)]
    assert not any(part.hard for part in (size, *size.limits, *size.shares, *size.spreads))
    assert {role.id: role.come_from for role in salon.roles}["engineer"] == "requester"


def test_local_people_need_no_title(scenarios: dict[str, Scenario]) -> None:
    for name in ("relief", "revitalization"):
        titled = [rule for rule in scenarios[name].rules if rule.field == "title_level"]
        assert [rule.roles for rule in titled] == [("expert",)]
    assert not any(rule.field == "title_level" for rule in scenarios["outreach"].rules)


def test_rules_of_experts_do_not_bind_societies(scenarios: dict[str, Scenario]) -> None:
    """A society has no title, age or status; a rule that binds it would refuse every one."""
    personal = {"title_level", "academician", "retired", "age", "status", "local", "overseas", "partners"}
    for scenario in scenarios.values():
        for rule in scenario.rules:
            takers = {kind for role in scenario.roles if not rule.roles or role.id in rule.roles for kind in role.kinds}
            bound = takers & set(rule.kinds) & set(scenario.candidates)
            assert not (rule.field in personal and "society" in bound), (scenario.name, rule.id)
            assert not (rule.field == "society_kind" and "expert" in bound), (scenario.name, rule.id)


def test_every_kind_of_candidate_has_a_role_and_every_role_its_candidates(scenarios: dict[str, Scenario]) -> None:
    for scenario in scenarios.values():
        assert {kind for role in scenario.pool_roles for kind in role.kinds} == set(scenario.candidates)


def test_the_sheet_is_of_a_hundred_points(scenarios: dict[str, Scenario]) -> None:
    assert {name for name in NAMES if scenarios[name].sheet} == {"selection"}
    assert sum(item.points for item in scenarios["selection"].sheet) == 100


@pytest.mark.parametrize("name", NAMES)
def test_dates_are_in_order(name: str, scenarios: dict[str, Scenario]) -> None:
    spans = [(_called(p), getattr(p, "since", None), getattr(p, "until", None)) for p in _sourced(scenarios[name])]
    assert [called for called, since, until in spans if since and until and since > until] == []


# the template


def _filled() -> str:
    return TEMPLATE.replace("{name}", "open_day").replace("{title}", "实验室开放日")


def _all_used() -> str:
    """The template with everything that is not in use yet put to use."""
    return re.sub(r"^#(?=\S)", "", _filled(), flags=re.MULTILINE)


def test_the_template_reads() -> None:
    scenario = parse_scenario(_filled(), "open_day.toml")
    assert (scenario.name, scenario.title, scenario.need_kinds) == ("open_day", "实验室开放日", ("实验室开放日",))
    assert sum(scenario.signals.values()) == pytest.approx(1.0)


def test_what_the_template_offers_reads_as_well() -> None:
    scenario = parse_scenario(_all_used(), "open_day.toml")
    assert set(scenario.signals) == {
        "text", "discipline", "standing", "place", "record", "load", "recency", "balance",
    }  # fmt: skip
    assert [rule.id for rule in scenario.rules] == ["status", "title", "kind"]


@pytest.mark.parametrize("model", reading._MODELS.values(), ids=lambda model: model.__name__)
def test_the_template_shows_every_key(model: type[BaseModel]) -> None:
    keys = {field.alias or name for name, field in model.model_fields.items()}
    missing = {key for key in keys if not re.search(rf"(?<![a-z_.]){key} =|\[{key}\]|[\[.]{key}\]\]", _all_used())}
    assert missing <= ({"recusal"} if model is Scenario else set())


def test_the_template_names_every_ground() -> None:
    grounds = set(get_args(reading.Recusal.model_fields["ground"].annotation))
    assert {ground for ground in grounds if ground not in TEMPLATE} == set()


# the station rules at work


def _station(retired: str, stations: str, day: date = date(2026, 11, 1)) -> str:
    """Say what becomes of an academician who works alone in the list of works: recommended, hint, ask or excluded."""
    experts = pd.DataFrame(
        {
            "expert_id": ["Y1"], "name": ["甲一"], "academician": ["中国工程院院士"], "retired": [retired],
            "stations_held": [stations], "fields": ["齿轮修形与磨齿"],
        }
    )  # fmt: skip
    works = pd.DataFrame({"expert_id": ["Y1"], "title": ["高速齿轮修形与磨齿工艺"], "authors": ["甲一"]})
    needs = pd.DataFrame(
        {
            "need_id": ["N1"],
            "title": ["齿轮磨齿降噪"],
            "kind": ["院士工作站建站"],
            "start": ["2027-01"],
            "end": ["2029-12"],
        }
    )
    ranking = em.Matcher(scenario="workstation", as_of=day).fit(experts, works=works).rank(needs)
    outcomes = set(ranking.excluded["outcome"])
    return "recommended" if len(ranking.frame) else "ask" if "ask" in outcomes else "excluded"


@pytest.mark.parametrize(
    ("retired", "stations", "found"),
    [
        ("no", "0", "recommended"), ("no", "1", "excluded"), ("no", "", "ask"),
        ("yes", "2", "recommended"), ("yes", "3", "excluded"), ("yes", "", "ask"),
        ("", "0", "recommended"), ("", "1", "ask"), ("", "2", "ask"), ("", "3", "ask"), ("", "", "ask"),
    ],
)  # fmt: skip
def test_stations_are_counted_and_what_is_not_known_is_asked(retired: str, stations: str, found: str) -> None:
    assert _station(retired, stations) == found


def test_before_june_2019_nobody_is_refused_for_stations() -> None:
    assert _station("no", "5", DAY_BEFORE) == "recommended"
    assert _station("no", "5", DAY) == "excluded"
