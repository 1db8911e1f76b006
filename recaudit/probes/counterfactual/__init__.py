"""Does the answer change when only a sensitive attribute changes, and by more than it changes for nothing.

A counterfactual effect is measured as excess over a placebo: the same question with a word that says nothing about the
person. Asking the very same question again gives the noise floor.
"""
