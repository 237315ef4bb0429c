"""The service ledger (服务台账): what was proposed, agreed, served and rated, and who changed it when."""

from expertmatch.planning.ledger.fields import NEXT_STATES, STATES
from expertmatch.planning.ledger.ledger import Ledger
from expertmatch.planning.ledger.services import Added, Change
from expertmatch.planning.ledger.stats import LedgerStats

__all__ = ["NEXT_STATES", "STATES", "Added", "Change", "Ledger", "LedgerStats"]
