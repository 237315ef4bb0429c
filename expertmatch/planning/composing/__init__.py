"""From rankings to the best plan: who could serve what, the rules as rows, widening until nothing improves."""
