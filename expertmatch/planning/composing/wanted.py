"""How many candidates of the pool each need must have at least, and can have at most."""

from __future__ import annotations

import numpy as np
import pandas as pd

from expertmatch.planning.settings import PlanSettings
from expertmatch.scenarios import Scenario
from expertmatch.scenarios.columns import Ints, texts, words


def wanted_of(needs: pd.DataFrame, scenario: Scenario | None, settings: PlanSettings) -> tuple[Ints, Ints]:
    """Return how many each need must have at least, and can have at most.

    A need's own column 需要人数 says both; without it the settings do. What the roles of the programme ask for at
    least raises them, a size of the whole list that is a must bounds them, and no team is larger than the most of
    all its roles together. The requester's own people are not counted, but of the size of the list they take a part
    where the programme has a role for them.

    Parameters
    ----------
    needs : DataFrame
        As :func:`expertmatch.read_needs` gives it: wanted, as far as it is there.
    scenario : Scenario or None
        As it is on the day; ``None`` for text alone.
    settings : PlanSettings
        Their ``wanted``.

    Returns
    -------
    least, most : ndarray of int64, shape (needs,)

    Examples
    --------
    >>> needs = pd.DataFrame({"need_id": ["N1", "N2"], "wanted": ["5", ""]})
    >>> least, most = wanted_of(needs, None, PlanSettings(wanted=(2, 4)))
    >>> least.tolist(), most.tolist()
    ([5, 2], [5, 4])
    """
    given = settings.wanted
    low, high = given if isinstance(given, tuple) else (given, given)
    cells = texts(needs, "wanted")
    least = np.array([int(cell) if cell else low for cell in cells], dtype=np.int64)
    most = np.array([int(cell) if cell else high for cell in cells], dtype=np.int64)
    if scenario is None:
        return least, most
    roles, size = scenario.pool_roles, scenario.composition
    least = np.maximum(least, sum(role.least for role in roles))
    most = np.maximum(most, least)
    if size is not None and size.hard:
        theirs = any(role.come_from == "requester" for role in scenario.roles)
        own = np.array([len(set(words(cell))) * theirs for cell in texts(needs, "requester_people")], dtype=np.int64)
        lower, upper = np.maximum(size.least - own, 0), None if size.most is None else np.maximum(size.most - own, 0)
        least, most = np.clip(least, lower, upper), np.clip(most, lower, upper)
    tops = [role.most for role in roles if role.most is not None]
    if len(tops) == len(roles):
        least, most = np.minimum(least, sum(tops)), np.minimum(most, sum(tops))
    return least, most
