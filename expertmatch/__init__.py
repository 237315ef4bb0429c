"""expertmatch: who suits each need, why, and which rules stand in the way."""
