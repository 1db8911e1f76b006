"""Reference systems in which a language model recommends by itself, without a conventional model."""
