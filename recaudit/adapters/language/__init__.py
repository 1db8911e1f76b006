"""Recommending with a language model: prompts, output kinds, reading of answers, titles to items."""
