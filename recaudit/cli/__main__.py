"""`python -m recaudit.cli`."""

from recaudit.cli import main

main()
