"""The ways of recommending with a language model, one file each.

A task says which calls answer a request and how the answer is read; it makes no calls itself, so that a forecast can
count them.
"""

from recaudit.adapters.language.tasks.generate import GENERATE
from recaudit.adapters.language.tasks.letters import LETTERS
from recaudit.adapters.language.tasks.likelihood import LIKELIHOOD
from recaudit.adapters.language.tasks.listwise import LISTWISE
from recaudit.adapters.language.tasks.pairwise import PAIRWISE
from recaudit.adapters.language.tasks.pointwise import POINTWISE
from recaudit.adapters.language.tasks.rating import RATING
from recaudit.adapters.language.tasks.task import Setting, Task

TASKS = {task.name: task for task in (GENERATE, LISTWISE, LETTERS, POINTWISE, RATING, PAIRWISE, LIKELIHOOD)}

__all__ = ["TASKS", "Setting", "Task"]
