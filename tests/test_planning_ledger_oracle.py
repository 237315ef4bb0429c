"""Random changes against a plain dictionary that knows no database."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_databases import memory_folder

from expertmatch.errors import LedgerError
from expertmatch.planning.ledger import STATES, Change, Ledger
from expertmatch.scenarios import Scenario

MOST = 2
LIMITED = Scenario.model_validate({
    "name": "own", "title": "自办活动", "summary": "示例。", "need_kinds": ["自办"],
    "quotas": [{"label": "每年", "per": "candidate", "period": "year", "most": MOST},
               {"label": "同时", "per": "programme", "period": "open", "most": 3}],
})  # fmt: skip
FOLLOWS = {
    "已推荐": "已邀请 已同意 已拒绝 已取消", "已邀请": "已同意 已拒绝 已取消", "已同意": "服务中 已完成 已取消",
    "服务中": "已完成 已取消", "已完成": "", "已拒绝": "", "已取消": "",
}  # fmt: skip
COUNTS, OPEN = ("已同意", "服务中", "已完成"), ("已同意", "服务中")


@dataclass
class Oracle:
    """What the ledger should hold: candidate, state, date, version."""

    held: dict[str, list[str]] = field(default_factory=dict)

    def add(self, people: list[str]) -> None:
        for one in people:
            self.held[f"S{len(self.held) + 1:04d}"] = [one, "已推荐", "", "1"]

    def change(self, asked: list[tuple[str, int, str, str, bool]]) -> bool:
        """Do all of it, or nothing: say which."""
        after = {one: list(cells) for one, cells in self.held.items()}
        for one, behind, state, date, corrects in asked:
            if one not in after or behind:
                return False
            old = after[one]
            if state != old[1] and state not in FOLLOWS[old[1]].split() and not corrects:
                return False
            if old[1] in ("已完成", "已拒绝", "已取消") and old[2] not in ("", date) and not corrects:
                return False
            if state in COUNTS and not date:
                return False
            if [state, date] != old[1:3]:
                after[one] = [old[0], state, date, str(int(old[3]) + 1)]
        for person in {cells[0] for cells in after.values()}:
            for year in ("2026", "2027"):
                now, before = (self.count(each, person, year) for each in (after, self.held))
                if now > MOST and now > before:
                    return False
        now, before = (sum(cells[1] in OPEN for cells in each.values()) for each in (after, self.held))
        if now > 3 and now > before:
            return False
        self.held = after
        return True

    @staticmethod
    def count(held: dict[str, list[str]], person: str, year: str) -> int:
        return sum(who == person and state in COUNTS and date[:4] == year for who, state, date, _ in held.values())


one_change = st.tuples(
    st.integers(1, 9), st.sampled_from([0, 0, 0, 0, 0, 1]), st.sampled_from(STATES),
    st.sampled_from(["2026-03", "2026-03", "2027-01", ""]), st.sampled_from([False, False, True]),
)  # fmt: skip
steps = st.lists(st.one_of(
    st.lists(st.sampled_from(["E1", "E2"]), min_size=1, max_size=3),
    st.lists(one_change, min_size=1, max_size=3, unique_by=lambda change: change[0]),
), min_size=4, max_size=15)  # fmt: skip


@given(steps)
@settings(max_examples=30, deadline=None)
def test_a_ledger_holds_what_a_dictionary_holds(todo: list[list]) -> None:
    oracle = Oracle()
    oracle.add(["E1", "E1", "E2", "E1"])
    with (
        tempfile.TemporaryDirectory(dir=memory_folder()) as folder,
        Ledger.open(f"{folder}/台账.db", create=True) as ledger,
    ):
        numbers = iter(range(1000))

        def add(people: list[str]) -> None:
            rows = {"need_id": [f"N{next(numbers)}" for _ in people], "candidate_id": people, "need_kind": "自办"}
            ledger.add(pd.DataFrame(rows).assign(candidate_name="虚构"), who="甲", quotas=LIMITED)

        add(["E1", "E1", "E2", "E1"])
        for step in todo:
            if isinstance(step[0], str):
                oracle.add(step)
                add(step)
                continue
            asked = [(f"S{number:04d}", *rest) for number, *rest in step]
            before = len(ledger.history())
            done = True
            changes = [
                Change(service_id=one, seen=int(oracle.held.get(one, ["", "", "", "1"])[3]) - behind,
                       fields={"state": state, "date": date}, reason="更正" if corrects else "")
                for one, behind, state, date, corrects in asked
            ]  # fmt: skip
            try:
                ledger.change(changes, who="乙", quotas=LIMITED)
            except LedgerError:
                done = False
            assert done == oracle.change(asked)
            assert done or len(ledger.history()) == before
            held = ledger.services()
            cells = held[["candidate_id", "state", "date", "version"]].astype(str).to_numpy().tolist()
            assert dict(zip(held["service_id"], cells, strict=True)) == oracle.held
        assert ledger.verify() == []
