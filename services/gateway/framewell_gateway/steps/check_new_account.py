"""What a new login and a new password must be, in refusals that name their field."""

from dataclasses import dataclass

from framewell_contracts.sentences import Sentence, say
from framewell_gateway.domain.logins import BadLogin, login_of, user_id_of
from framewell_gateway.domain.passwords import password_problem
from framewell_kit.outcomes import Rejected


class InvalidField(Rejected):
    """One field of a request is not acceptable; the value is not repeated."""

    def __init__(self, field: str, problem: Sentence, code: str) -> None:
        super().__init__(say("invalid_field", "{field} {problem}", field=field, problem=problem), code)
        self.field, self.problem = field, problem


@dataclass(frozen=True, slots=True)
class NewLogin:
    """A login in its one spelling, and the id of the account that it makes."""

    text: str
    user_id: str


def new_login(text: str) -> NewLogin:
    """Return the login of a request. Raises InvalidField."""
    try:
        login = login_of(text)
    except BadLogin as error:
        raise InvalidField("login", error.reason, "bad_login") from error
    return NewLogin(login, user_id_of(login))


def require_password(text: str, login: NewLogin | str, field: str = "password") -> None:
    """Raise InvalidField where a password is not good enough for this login."""
    problem = password_problem(text, login if isinstance(login, str) else login.text)
    if problem is not None:
        raise InvalidField(field, problem, "bad_password")
