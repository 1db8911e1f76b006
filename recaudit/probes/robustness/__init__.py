"""Does the answer change when nothing that matters was changed: words, spelling, language, length."""
