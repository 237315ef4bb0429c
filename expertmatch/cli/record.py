"""The record of a run: for programs as JSON, for people as the sheet of settings."""

from __future__ import annotations

import json
import platform
from datetime import date
from hashlib import sha256
from importlib import metadata
from typing import Any

import pandas as pd

from expertmatch.matcher import Matcher
from expertmatch.ranking import Ranking
from expertmatch.ranking.candidates import SIGNAL_LABELS
from expertmatch.ranking.recusal import LABELS as RECUSALS
from expertmatch.report.labels import Language, pick
from expertmatch.scenarios import Scenario
from expertmatch.scenarios.parts import Sourced, origin
from expertmatch.tables.columns import TABLES
from expertmatch.tables.needs import Needs
from expertmatch.tables.pool import Pool, SourceInfo
from expertmatch.version import __version__

_LIBRARIES = (
    "numpy",
    "pandas",
    "scipy",
    "rjieba",
    "opencc",
    "snowballstemmer",
    "python-calamine",
    "XlsxWriter",
    "pydantic",
)

_GROUPS = {
    "run": ("运行", "Run"),
    "inputs": ("输入", "Input"),
    "counts": ("数量", "Count"),
    "scenario": ("场景", "Scenario"),
    "settings": ("设置", "Setting"),
    "libraries": ("软件版本", "Version"),
}
_NAMES = {
    "expertmatch": ("expertmatch 版本", "expertmatch"),
    "python": ("Python 版本", "Python"),
    "as_of": ("判断年份的日期", "as of"),
    "index": ("所用索引的校验码（SHA-256）", "index, SHA-256"),
    "top": ("每条需求最多推荐几位", "experts a need, at most"),
    "character_weight": ("单字与相邻两字的权重", "weight of characters and their pairs"),
    "character_share": ("单字见于多大比例以上的文字时不计", "share of texts above which a character is left out"),
    "synonym_weight": ("近义词的权重", "weight of synonyms"),
    "length_slope": ("长文的折扣", "discount for long texts"),
    "works_discount": ("同一专家的成果逐项打的折扣", "discount for each further work"),
    "title_weight": ("名称的权重", "weight of titles"),
    "text_weight": ("内容的权重", "weight of texts"),
    "keywords_weight": ("关键词的权重", "weight of keywords"),
    "characters": ("是否使用单字与相邻两字", "characters and their pairs"),
    "user_words": ("自定义词", "words of one's own"),
    "engine": ("分词程序", "segmenter"),
    "word_lists_sha256": ("停用词与近义词表的校验码（SHA-256）", "word lists, SHA-256"),
    "experts": ("专家", "experts"),
    "rows": ("成果与简介", "works and profiles"),
    "terms": ("词项", "terms"),
    "needs": ("需求", "needs"),
    "pairs": ("推荐（需求与专家成对）", "recommended pairs"),
    "unmatched_needs": ("没有候选的需求", "needs without a candidate"),
    "unusable_experts": ("没有可用文字的专家", "experts without usable text"),
    "problems": ("数据问题", "problems in the tables"),
    "to_confirm": ("待确认", "to confirm"),
}


def run_record(
    matcher: Matcher,
    needs: Needs,
    pool: Pool | None,
    ranking: Ranking,
    *,
    as_of: date,
    top: int,
    ledger: tuple[pd.DataFrame, str] | None = None,
) -> dict[str, Any]:
    """Return how results were made: inputs by hash, versions, settings; no durations, no paths.

    Parameters
    ----------
    matcher : Matcher
        Fitted.
    needs : Needs
        What was asked.
    pool : Pool or None
        What was read; ``None`` where a stored index took its place.
    ranking : Ranking
        What came out.
    as_of : date
        The date that years are judged by.
    top : int
        How many experts a need gets at most.
    ledger : (DataFrame, str) or None
        The service ledger that was counted, and a hash of its state.

    Returns
    -------
    dict
        JSON values.
    """
    index = matcher.index_
    sources = (*(pool.sources if pool is not None else ()), *needs.sources)
    stored = {} if pool is not None else {"index": _index_digest(matcher)}
    return {
        "expertmatch": __version__,
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
        "as_of": as_of.isoformat(),
        **stored,
        **({} if ledger is None else {"ledger": {"rows": len(ledger[0]), "sha256": ledger[1]}}),
        "inputs": [_source(info) for info in sources],
        **_scenarios(ranking),
        "settings": {"top": top, **vars(index.weights), "analyzer": _short_settings(index.analyzer.settings())},
        "counts": {
            "experts": len(index.rows.expert_ids),
            "rows": len(index.rows),
            "terms": len(index.counts.terms),
            "needs": len(ranking.needs),
            "pairs": len(ranking.frame),
            "unmatched_needs": len(ranking.unmatched),
            "unusable_experts": len(ranking.unusable),
            "problems": len(pool.problems if pool is not None else ()) + len(needs.problems),
            "to_confirm": pool.unconfirmed if pool is not None else 0,
        },
    }


def _scenarios(ranking: Ranking) -> dict[str, Any]:
    """Return the scenarios a ranking was made by: titles, weights, rules in force and what must be agreed."""
    gates = [part.candidates.gate for part in (ranking.parts or (ranking,))]
    used = {gate.scenario.name: gate.scenario for gate in gates if gate is not None}
    return {"scenarios": {name: _scenario(one) for name, one in used.items()}} if used else {}


def _scenario(scenario: Scenario) -> dict[str, Any]:
    return {
        "title": scenario.title,
        "signals": {SIGNAL_LABELS[name]: weight for name, weight in scenario.signals.items() if weight},
        "policy": [SIGNAL_LABELS[n] for n, w in scenario.signals.items() if w and n not in scenario.measured],
        "rules": [_sourced(rule.label, rule) for rule in scenario.rules],
        "recusal": [
            _sourced(RECUSALS[one.ground] + (f"（{one.years:g} 年内）" if one.years else ""), one)
            for one in scenario.recusal
        ],
        "terms": [_sourced(term.label, term) for term in scenario.terms],
    }


def _sourced(label: str, part: Sourced) -> str:
    return f"{label}（{origin(part.source, part.confirmed)}）" if part.source else label


def _scenario_rows(record: dict[str, Any], language: Language) -> list[tuple[str, str, str]]:
    named = {
        "signals": ("各部分的权重", "weights"), "policy": ("其中属于政策、未经测量", "policy, not measured"),
        "rules": ("资格规则", "rules"), "recusal": ("回避", "recusal"), "terms": ("须约定和遵守", "to be agreed"),
    }  # fmt: skip
    rows = []
    for one in record.get("scenarios", {}).values():
        group = f"{pick(_GROUPS['scenario'], language)}“{one['title']}”"
        for name, label in named.items():
            lines = [f"{k} {v:g}" for k, v in one[name].items()] if name == "signals" else one[name]
            joined = ["、".join(lines)] if name in ("signals", "policy") else lines
            rows += [(group, pick(label, language), line) for line in joined if line]
    return rows


def settings_rows(record: dict[str, Any], language: Language) -> list[tuple[str, str, str]]:
    """Return a record as rows that an official can read.

    Parameters
    ----------
    record : dict
        As :func:`run_record` gives it.
    language : {"zh", "en"}
        Of the names.

    Returns
    -------
    list of (str, str, str)
        Group, name, value.
    """

    def row(group: str, name: str, value: Any) -> tuple[str, str, str]:
        shown = pick(_NAMES[name], language) if name in _NAMES else name
        return pick(_GROUPS[group], language), shown, _shown(value, language)

    settings = dict(record["settings"])
    analyzer = settings.pop("analyzer")
    return [
        *(row("run", name, record[name]) for name in ("expertmatch", "as_of", "index") if name in record),
        *(_input_row(info, language) for info in record["inputs"]),
        *(row("counts", name, value) for name, value in record["counts"].items()),
        *_scenario_rows(record, language),
        *(row("settings", name, value) for name, value in {**settings, **analyzer}.items()),
        row("libraries", "python", record["python"]),
        *(row("libraries", name, value) for name, value in record["libraries"].items()),
    ]


def _source(info: SourceInfo) -> dict[str, Any]:
    return {
        "table": info.table,
        "file": info.file,
        "sheet": info.sheet,
        "sha256": info.digest,
        "rows_read": info.rows_read,
        "rows_used": info.rows_used,
    }


def _input_row(info: dict[str, Any], language: Language) -> tuple[str, str, str]:
    table, read, used = info["table"], info["rows_read"], info["rows_used"]
    place = " ".join(part for part in (info["file"], info["sheet"]) if part)
    label = TABLES[table].label if table in TABLES else "待确认"
    zh = (
        _GROUPS["inputs"][0],
        f"{label}表",
        f"{place}：读入 {read} 行，采用 {used} 行；校验码（SHA-256）{info['sha256']}",
    )
    en = (_GROUPS["inputs"][1], table, f"{place}: {read} rows read, {used} used; SHA-256 {info['sha256']}")
    return en if language == "en" else zh


def _short_settings(settings: dict[str, Any]) -> dict[str, Any]:
    lists = json.dumps([settings["stop_words"], settings["synonyms"]], ensure_ascii=False)
    short = {name: value for name, value in settings.items() if name not in ("stop_words", "synonyms")}
    return {**short, "word_lists_sha256": sha256(lists.encode("utf-8", "surrogatepass")).hexdigest()}


def _index_digest(matcher: Matcher) -> str:
    """Return one hash of who is in an index and with which texts."""
    rows = matcher.index_.rows
    ids = json.dumps([rows.expert_ids, rows.keys, rows.group.tolist()])
    return sha256(ids.encode("ascii") + b"".join(rows.digests())).hexdigest()


def _shown(value: Any, language: Language) -> str:
    if isinstance(value, bool):
        return pick(("是", "yes"), language) if value else pick(("否", "no"), language)
    if isinstance(value, list | tuple):
        return "、".join(map(str, value)) or pick(("无", "none"), language)
    return str(value)
