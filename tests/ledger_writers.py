"""Processes that write to one ledger, in a program of its own: it forks them, kills them, and says what they said.

    python ledger_writers.py crowd WHERE PROCESSES CHANGES
    python ledger_writers.py kill WHERE TIMES
    python ledger_writers.py birth FILE TIMES

All print JSON. What a process says it says after the commit, by one write to a pipe, so nothing is said in vain.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable

import pandas as pd

from expertmatch.errors import LedgerError
from expertmatch.planning.ledger import Ledger
from expertmatch.scenarios import Scenario

MOST = 10
READY = "ready\n"
LIMITED = Scenario.model_validate({
    "name": "own", "title": "自办活动", "summary": "示例。", "need_kinds": ["自办"],
    "quotas": [{"label": "每人每年", "per": "candidate", "period": "year", "most": MOST}],
})  # fmt: skip


def forked(work: Callable[[int], None]) -> tuple[int, int]:
    """Run work in a child; return its number and the end of the pipe it speaks into."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        code = 1
        try:
            work(write)
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    return child, read


def said(read: int, heard: bytes = b"") -> list[list[str]]:
    with os.fdopen(read, "rb") as pipe:
        return [line.split() for line in (heard + pipe.read()).decode().splitlines()]


def heard_lines(read: int, least: int) -> bytes:
    """Listen until a writer has said so many lines, or has ended."""
    heard = b""
    while heard.count(b"\n") < least and (piece := os.read(read, 4096)):
        heard += piece
    return heard


def crowd(where: str, processes: int, changes: int) -> dict[str, object]:
    """Let processes race for the same people: half the services are of a programme with too few places."""
    numbers = range(processes * changes)
    limited = [i // processes % 2 == 1 for i in numbers]
    services = pd.DataFrame({
        "need_id": [f"N{i}" for i in numbers],
        "candidate_id": [f"E{i // (4 * processes)}" if limited[i] else f"F{i}" for i in numbers],
        "need_kind": ["自办" if held else "" for held in limited],
        "candidate_name": "虚构",
    })  # fmt: skip
    with Ledger.open(where, create=True) as ledger:
        ids = ledger.add(services, who="设置", quotas=LIMITED).service_ids

    def work(place: int, pipe: int) -> None:
        with Ledger.open(where) as ledger:
            for one in ids[place::processes]:
                state = "已同意"
                try:
                    ledger.set(one, seen=1, who=f"进程{place}", quotas=LIMITED, state=state, date="2026-03")
                except LedgerError as refused:
                    if [problem.code for problem in refused.problems] != ["quota-passed"]:
                        raise
                    state = "已拒绝"
                    ledger.set(one, seen=1, who=f"进程{place}", quotas=LIMITED, state=state)
                os.write(pipe, f"{one} {state}\n".encode())

    children = [forked(lambda pipe, place=place: work(place, pipe)) for place in range(processes)]
    told = [line for _, read in children for line in said(read)]
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child, _ in children]
    return {"codes": codes, "said": told}


def kill(where: str, times: int) -> dict[str, object]:
    """Kill a writer at random moments; what it said must be there, and all of every batch or nothing of it."""
    chance = random.Random(20261101)
    told, lost, odd, cut = 0, [], [], 0
    with Ledger.open(where, create=True) as ledger:  # what a process learns once, children need not learn again
        ledger.add(pd.DataFrame({"need_id": ["N1"], "candidate_id": ["E1"]}), who="设置")
        ledger.set("S0001", seen=1, who="设置", state="已邀请")
    for turn in range(times):
        child, read = forked(lambda pipe, turn=turn: writer(where, turn, pipe))
        # one in eight is killed while it opens the ledger, the others in the midst of their work, however slow it is
        heard = heard_lines(read, 1 + chance.randrange(4)) if turn % 8 else b""
        time.sleep(chance.uniform(0.0, 0.03))
        os.kill(child, signal.SIGKILL)
        lines = [line for line in said(read, heard) if line != [READY.strip()]]
        cut += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        told += len(lines)
        with Ledger.open(where) as ledger:
            held = ledger.services().set_index("service_id")
            for one, version in lines:
                if one not in held.index or held.loc[one, "version"] < int(version):
                    lost.append(one)
            batches = held[held["need_id"].str.startswith(f"T{turn}-")].groupby("need_id").size()
            odd += [need for need, size in batches.items() if size != 3]
            odd += ledger.verify() if turn % 10 == 9 or turn == times - 1 else []
    return {"said": told, "lost": lost, "odd": odd, "killed": cut}


def birth(where: str, times: int) -> dict[str, object]:
    """Kill whoever makes a ledger; the next one makes it whole, or finds it so."""
    chance = random.Random(20261101)
    killed = 0
    for turn in range(times):
        place = f"{where}.{turn}"
        child, read = forked(lambda _, place=place: Ledger.open(place, create=True).close())
        time.sleep(chance.uniform(0.0, 0.05))
        os.kill(child, signal.SIGKILL)
        os.close(read)
        killed += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        with Ledger.open(place, create=True) as ledger:
            ledger.add(pd.DataFrame({"need_id": ["N1"], "candidate_id": ["E1"]}), who="设置")
            if ledger.verify() or len(ledger.services()) != 1:
                raise AssertionError(place)
    return {"killed": killed}


def writer(where: str, turn: int, pipe: int) -> None:
    """Add three services at a time and change them, until killed."""
    with Ledger.open(where) as ledger:
        ledger.digest()
        os.write(pipe, READY.encode())
        batch = 0
        while True:
            batch += 1
            names = [f"E{i}" for i in range(3)]
            rows = pd.DataFrame({"need_id": f"T{turn}-{batch}", "candidate_id": names, "candidate_name": "虚构"})
            ids = ledger.add(rows, who="写手").service_ids
            os.write(pipe, "".join(f"{one} 1\n" for one in ids).encode())
            for one in ids:
                version = ledger.set(one, seen=1, who="写手", state="已邀请", note="批次")
                os.write(pipe, f"{one} {version}\n".encode())


if __name__ == "__main__":
    task, place, *rest = sys.argv[1:]
    result = {"crowd": crowd, "kill": kill, "birth": birth}[task](place, *map(int, rest))
    sys.stdout.write(json.dumps(result, ensure_ascii=False))
