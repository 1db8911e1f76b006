"""Sequence models: from the order of a history to the next item.

Without a language model (`sasrec`), and with one that is frozen or tuned and reads the items' texts.
"""
