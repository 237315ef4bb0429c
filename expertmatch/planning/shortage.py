import pandas as pd


def explain_shortage(model, solution, *, needs, experts):
    return pd.DataFrame(columns=["what", "subject", "label", "demand", "supply", "missing", "sentence", "relaxation"])
