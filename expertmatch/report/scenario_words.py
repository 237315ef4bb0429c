"""A scenario in words: what its file says, for people who do not read TOML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from expertmatch.ranking.candidates import SIGNAL_LABELS
from expertmatch.ranking.recusal import LABELS
from expertmatch.scenarios import Role, Rule, Scenario
from expertmatch.scenarios.parts import Composition, Quota, Recusal, Share, Sourced, origin

_KINDS = {"expert": "专家", "society": "学会"}
_UNKNOWN = {
    "allow": "不清楚的照样推荐", "hint": "不清楚的照样推荐，加提示", "ask": "不清楚的先问清再推荐",
    "exclude": "不清楚的不推荐",
}  # fmt: skip
_PER = {
    "unit": "同一单位", "discipline": "同一一级学科", "society": "同一学会", "county": "同一区县",
    "requester": "同一需求方",
}  # fmt: skip
_OF = {"unit": "单位", "discipline": "一级学科", "society": "学会", "county": "区县"}
_QUOTA = {"candidate": "每位候选", "unit": "每个单位", "county": "每个区县", "programme": "全部"}
_PERIOD = {"year": "一年", "ever": "总共", "open": "同时"}


def scenario_in_words(scenario: Scenario) -> str:
    """Return everything a scenario says, in Chinese sentences.

    Parameters
    ----------
    scenario : Scenario
        The scenario.

    Returns
    -------
    str
        A block a subject: who, roles, rules, recusal, weights, composition, quotas, terms, sheet.

    Examples
    --------
    >>> from expertmatch.scenarios import read_scenario
    >>> print(scenario_in_words(read_scenario("relief")).splitlines()[0])
    科技助力精准扶贫（relief）
    """
    names = {role.id: role.label for role in scenario.roles}
    blocks = [
        "\n".join(_head(scenario)),
        _block("角色", scenario.roles, _role),
        _block("规则：不合的不推荐", scenario.rules, lambda rule: _rule(rule, names)),
        _block("回避：有这些关系的不安排", scenario.recusal, _recusal),
        "\n".join(_weights(scenario)),
        *([_composition(scenario.composition)] if scenario.composition else []),
        _block("定额", scenario.quotas, _quota),
        _block("另须约定或提醒，表里查不出", scenario.terms, lambda term: term.label),
        _block("评分表，共 100 分", scenario.sheet, lambda item: f"{item.label}：{item.points:g} 分"),
    ]
    return "\n\n".join(block for block in blocks if block)


def kinds_in_words(kinds: Iterable[str]) -> str:
    """Return kinds of candidates as people call them.

    Examples
    --------
    >>> kinds_in_words(["expert", "society"])
    '专家、学会'
    """
    return "、".join(_KINDS[kind] for kind in kinds)


def _head(scenario: Scenario) -> list[str]:
    served = [f"服务于：{'；'.join(scenario.programmes)}"] if scenario.programmes else []
    return [
        f"{scenario.title}（{scenario.name}）",
        scenario.summary,
        *served,
        f"受理的需求类型：{'、'.join(scenario.need_kinds)}",
        f"推荐：{kinds_in_words(scenario.candidates)}",
    ]


def _block(title: str, parts: Sequence[Sourced], told: Callable[..., str]) -> str:
    if not parts:
        return ""
    lines = [f"  {number}. {told(part)}{_origin(part)}" for number, part in enumerate(parts, start=1)]
    return "\n".join([title, *lines])


def _origin(part: Sourced | Composition) -> str:
    """Return since when something holds, and where it stands."""
    told = []
    if isinstance(part, Sourced) and (part.since or part.until):
        since = f"{part.since} 起" if part.since else ""
        until = f"{part.until} 止" if part.until else ""
        told.append(f"有效期：{since}{'，' if since and until else ''}{until}")
    if part.source:
        told.append(f"出处：{origin(part.source, part.confirmed)}")
    return "".join(f"\n     {line}" for line in told)


def _role(role: Role) -> str:
    whence = "需求方自己的人" if role.come_from == "requester" else f"从库里推荐的{kinds_in_words(role.kinds)}"
    return f"{role.label}：{whence}{_size(role.least, role.most)}"


def _size(least: int, most: int | None) -> str:
    if least and most == least:
        return f"，{least} 个"
    told = ([f"至少 {least} 个"] if least else []) + ([f"至多 {most} 个"] if most is not None else [])
    return "".join(f"，{one}" for one in told)


def _rule(rule: Rule, names: dict[str, str]) -> str:
    bound = [*(names[role] for role in rule.roles), *([kinds_in_words(rule.kinds)] if len(rule.kinds) == 1 else [])]
    whom = f"（只管{'、'.join(bound)}）" if bound else ""
    when = f"{'，且'.join(one.in_words for one in rule.when)}的，" if rule.when else ""
    return f"{rule.label}{whom}\n     {when}须{rule.in_words}；{_UNKNOWN[rule.unknown]}"


def _recusal(ground: Recusal) -> str:
    return f"{LABELS[ground.ground]}{f'，只看近 {ground.years:g} 年' if ground.years else ''}"


def _weights(scenario: Scenario) -> list[str]:
    lines = ["信号与权重"]
    for name, weight in scenario.signals.items():
        why = "依据评判" if name in scenario.measured else "政策，可改"
        lines.append(f"  {SIGNAL_LABELS[name]} {weight:g}（{why}）")
    lines.append(f"  没有填年服务次数的，一年按 {scenario.capacity} 次算；把握不到 {scenario.level:g} 的不说合适")
    return lines


def _composition(about: Composition) -> str:
    size = _size(about.least, about.most).removeprefix("，") or "人数不限"
    lines = [f"名单：{size}{_must(about.hard)}{_origin(about)}"]
    lines += [f"{limit.label}：{'、'.join(_PER[per] for per in limit.per)}的至多 {limit.most} 个"
              f"{_must(limit.hard)}{_origin(limit)}" for limit in about.limits]  # fmt: skip
    lines += [f"{share.label}：{_share(share)}{_must(share.hard)}{_origin(share)}" for share in about.shares]
    lines += [f"{spread.label}：至少 {spread.at_least} 个不同的{_OF[spread.of]}{_must(spread.hard)}{_origin(spread)}"
              for spread in about.spreads]  # fmt: skip
    return "\n".join(["人数与搭配", *(f"  {number}. {line}" for number, line in enumerate(lines, start=1))])


def _must(hard: bool) -> str:
    return "（必须）" if hard else "（不合只提示）"


def _share(share: Share) -> str:
    told = [f"至少 {share.at_least * 100:.4g}%"] if share.at_least > 0 else []
    told += [f"至多 {share.at_most * 100:.4g}%"] if share.at_most < 1 else []
    return f"{'，且'.join(one.in_words for one in share.where)}的人占{'，'.join(told) or '多少都可以'}"


def _quota(quota: Quota) -> str:
    size = _size(quota.least or 0, quota.most).replace("个", "次").replace("，", "", 1)
    when = f"（{'，且'.join(one.in_words for one in quota.when)}的）" if quota.when else ""
    besides = "，台账以外的已建站数算在内" if quota.besides else ""
    return f"{quota.label}：{_QUOTA[quota.per]}{when}{_PERIOD[quota.period]}{size}{besides}"
