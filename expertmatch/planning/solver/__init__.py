"""Arrays in, the best choice out: models, linear and whole-number programs, flows, fairness."""
