"""Why nobody, or not this caller, may call a method; each with a word for programs."""

from framewell_kit.outcomes import Forbidden


class Unauthenticated(Forbidden):
    """The call does not prove who makes it. `code` says in one word what is wrong with the proof."""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason, code=code)


class NotAllowed(Forbidden):
    """The caller is known, and their role may not call this method: the code `role`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, code="role")
