"""Reference recommenders, so that the suite always has something real to compare with."""
