"""TDM policies: ODRL in JSON-LD by the TDM reservation protocol, whose duties and constraints become
conditions.

Profile of the protocol (W3C community group): action `tdm:mine`, duties `obtainConsent` and `compensate`,
constraint `purpose` with `tdm:research` or `tdm:non-research`. A permission with a condition is a constraint
on use, said in words; one that names anything unknown is, too. Nothing here permits what a policy does not
permit plainly.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from framewell.rights.v1.rights_pb2 import (
    LEGAL_BASIS_LICENCE,
    LEGAL_BASIS_TDM_RESEARCH,
    PURPOSE_GENERATIVE_TRAINING,
    PURPOSE_OWN_TRAINING,
    USE_ALLOWED,
    USE_CONSTRAINED,
    USE_PROHIBITED,
    USE_UNSPECIFIED,
)
from framewell_ingest.rights.terms import Terms

_TRAINING: Final = (PURPOSE_OWN_TRAINING, PURPOSE_GENERATIVE_TRAINING)
_DUTIES: Final = {
    "obtainconsent": "after consent",
    "compensate": "against payment",
    "attribute": "with attribution",
    "inform": "after notice",
    "delete": "with deletion",
}
_MINING: Final = frozenset({"mine", "use", "extract", "textandatamining", "index", "reproduce", "derive"})
_EMPTY: Final = Terms(USE_UNSPECIFIED, _TRAINING, words="A TDM policy that says nothing that can be read:")
_MOST_RULES: Final = 50


def read_offer(text: str) -> list[Terms]:
    """Return what a policy says about mining, rule by rule; a policy nobody can read withholds."""
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError):
        return [_EMPTY]
    if not isinstance(policy, Mapping):
        return [_EMPTY]
    rules = [
        *(_permission(rule) for rule in _rules(policy, "permission") if _is_mining(rule)),
        *(_prohibition(rule) for rule in _rules(policy, "prohibition") if _is_mining(rule)),
    ]
    return rules[:_MOST_RULES] or [_EMPTY]


def _permission(rule: Mapping[str, Any]) -> Terms:
    conditions = [_duty(duty) for name in ("duty", "obligation") for duty in _rules(rule, name)]
    research = False
    for constraint in _constraints(rule):
        operand, purpose = _term(constraint.get("leftOperand")), _term(constraint.get("rightOperand"))
        if operand == "purpose" and purpose == "research":
            research = True
            conditions.append("for scientific research alone (§ 60d UrhG)")
        elif operand == "purpose" and purpose == "nonresearch":
            conditions.append("outside research")
        else:
            conditions.append("under a constraint that is not known here")
    if not conditions:
        return Terms(USE_ALLOWED, _TRAINING, LEGAL_BASIS_LICENCE, "Mining is permitted by the policy:")
    basis = LEGAL_BASIS_TDM_RESEARCH if research else LEGAL_BASIS_LICENCE
    words = f"Mining is permitted {', '.join(dict.fromkeys(conditions))}:"
    return Terms(USE_CONSTRAINED, _TRAINING, basis, words)


def _prohibition(rule: Mapping[str, Any]) -> Terms:
    limited = " (with constraints, which are read as none)" if list(_constraints(rule)) else ""
    return Terms(USE_PROHIBITED, _TRAINING, words=f"Mining is prohibited by the policy{limited}:")


def _duty(duty: Mapping[str, Any]) -> str:
    name = _term(duty.get("action"))
    amounts = [
        f"{_plain(constraint.get('rightOperand'))} {_plain(constraint.get('unit'))}".strip()
        for constraint in _constraints(duty)
        if _term(constraint.get("leftOperand")) == "payamount"
    ]
    known = _DUTIES.get(name, f"under the duty {name or 'without a name'}")
    return f"{known} of {amounts[0]}" if amounts else known


def _is_mining(rule: Mapping[str, Any]) -> bool:
    """Return whether a rule is about mining; one without an action that can be read is."""
    actions = rule.get("action")
    names = {_term(action) for action in (actions if isinstance(actions, list) else [actions])}
    return bool(names & _MINING) or names == {""}


def _constraints(rule: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from _rules(rule, "constraint")
    yield from _rules(rule, "refinement")
    actions = rule.get("action")
    for action in actions if isinstance(actions, list) else [actions]:
        if isinstance(action, Mapping):
            yield from _rules(action, "refinement")


def _rules(holder: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """Yield the parts of that name, with the prefix `odrl:` and without, one or a list of them."""
    for key in (name, f"odrl:{name}"):
        value = holder.get(key)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, Mapping):
                yield part
            elif part is not None:
                yield {"action": part}


def _term(value: object) -> str:
    """Return a term in small letters without prefix, hyphens or address: `tdm:non-research` is
    `nonresearch`."""
    name = _plain(value).rstrip("/")
    for sign in "/#:":
        name = name.rpartition(sign)[2]
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        for key in ("@value", "@id", "id", "uid", "value", "rdf:value"):
            if key in value:
                return _plain(value[key])
        return ""
    return "" if value is None else str(value)[:200]
