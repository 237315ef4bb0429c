"""Contacts that were given out: whose, for which needs, by whom. No phone, no address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from expertmatch.planning.ledger.queries import CONTACTS
from expertmatch.planning.ledger.schema import tables
from expertmatch.planning.ledger.store import Store
from expertmatch.planning.ledger.writing import Act, note_change

GIVEN_OUT = "提供联系方式"


def note_contacts(store: Store, given: Mapping[str, Sequence[str]], act: Act) -> int:
    """Write into the journal whose contacts were given out.

    Parameters
    ----------
    store : Store
        The ledger.
    given : dict of str to sequence of str
        Expert's id -> what was given and for which needs, in words.
    act : Act
        Who gives them, and why.

    Returns
    -------
    int
        How many people's.
    """
    known = tables()
    with store.writing() as connection:
        for expert in sorted(given):
            changes = [("contacts", "", words) for words in given[expert]]
            note_change(connection, known, f"{CONTACTS}{expert}", changes, act)
    return len(given)
