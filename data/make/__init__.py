"""Parts of the generator of the fictional sample tables (run ``python data/make_sample.py``)."""
