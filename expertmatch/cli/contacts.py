"""``--with-contacts``: an invitation list with phones and addresses, and the ledger's note of it."""

from __future__ import annotations

from pathlib import Path

from expertmatch.cli.console import CommandError, Console
from expertmatch.cli.given import Given, source
from expertmatch.planning.plan import Plan
from expertmatch.report.invitations import LIST, invitations, write_invitations
from expertmatch.report.plan_sheets import placed
from expertmatch.tables.contacts import read_contacts
from expertmatch.tables.write import Written

_WORDS = {"phone": "电话", "mail": "邮箱"}


def check_contacts(contacts: str | None, given: Given, who: str) -> None:
    """Refuse contacts that the ledger could not note, before the work.

    Parameters
    ----------
    contacts : str or None
        The table of contacts.
    given : Given
        Its ledger, if any, is to note that they were given out.
    who : str
        By whom.

    Raises
    ------
    CommandError
        A ledger and nobody's name.
    """
    if contacts is not None and given.ledger is not None and not who.strip():
        message = "--with-contacts 提供联系方式要记入台账，请用 --who 写明经办人。"
        raise CommandError(message)


def give_contacts(
    console: Console, made: Plan, contacts: str, given: Given, *, who: str, out: Path, force: bool
) -> Written:
    """Write 邀请名单.xlsx with contacts; a ledger notes it first, so that nothing is given out unnoted.

    Parameters
    ----------
    console : Console
        Where lines go.
    made : Plan
        Whom to invite.
    contacts : str
        The table of contacts.
    given : Given
        Its ledger, if any, notes whose contacts were given out.
    who : str
        By whom.
    out : Path
        Folder of the results.
    force : bool
        Replace a list that is there.

    Returns
    -------
    Written
    """
    with console.step("读入联系方式", "reading the contacts"):
        known = read_contacts(source(contacts), made.pool.experts, today=given.as_of)
    console.problems(known.problems, most=5)
    places = placed(made, console.language)
    experts = places[places["candidate_kind"] == "expert"]
    told: dict[str, list[str]] = {}
    for expert, rows in experts.groupby("candidate_id", sort=True):
        kinds = [_WORDS[kind] for kind, text in known.of(str(expert)).items() if text]
        if kinds:
            needs = "、".join(dict.fromkeys(rows["need_id"]))
            told[str(expert)] = [f"{'、'.join(kinds)}，用于 {needs}"]
    if given.ledger is not None and told:
        from expertmatch.planning.ledger import Ledger

        with Ledger.open(given.ledger) as ledger:
            count = ledger.note_contacts(told, who=who, reason=f"写入{LIST}")
        console.say(
            f"台账已记下：{who}提供了 {count} 位专家的联系方式。", f"The ledger notes the contacts of {count} experts."
        )
    elif told:
        console.say(
            "没有用台账（--ledger），提供联系方式这件事没有记录。",
            "Without a ledger nobody notes that contacts were given out.",
        )
    lacking = experts["candidate_id"].nunique() - len(told)
    console.say(
        f"{LIST}.xlsx 写有 {len(told)} 位专家的联系方式，{lacking} 位没有查到；含个人信息，只给寄发邀请的人。",
        f"{LIST}.xlsx has the contacts of {len(told)} experts, {lacking} are not known; it holds personal data.",
    )
    return write_invitations(
        invitations(places, made.pool, contacts=known, language=console.language), out, force=force
    )
