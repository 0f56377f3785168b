"""The words of the console that its story presses, as its two languages have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """What is written on the console's buttons and fields."""

    code: str
    name: str
    login: str
    password: str
    make_administrator: str
    invite: str
    address: str
    close: str
    take_invitation: str
    holder: str
    take_in: str
    taken_in: str
    analysed: str
    nothing_left: str
    change_rights: str
    name_of_holder: str
    stated_by: str
    own_words: str
    preview: str
    put_into_force: str
    what_became: str
    must_not_be_used: str
    nobody_seen: str


WORDS: Final = {
    "en": Words(
        code="Code",
        name="Name",
        login="Login",
        password="Password",
        make_administrator="Make the administrator",
        invite="Invite",
        address="Address",
        close="Close",
        take_invitation="Take the invitation",
        holder="Rights holder",
        take_in="Take in",
        taken_in="Taken in",
        analysed="Analysed",
        nothing_left="Nothing is left to review",
        change_rights="Change rights",
        name_of_holder="Name of the holder",
        stated_by="Stated by",
        own_words="The words themselves",
        preview="Preview",
        put_into_force="Put into force",
        what_became="What became of it",
        must_not_be_used="must not be used",
        nobody_seen="Nobody was seen",
    ),
    "de": Words(
        code="Code",
        name="Name",
        login="Anmeldename",
        password="Passwort",
        make_administrator="Administration anlegen",
        invite="Einladen",
        address="Adresse",
        close="Schließen",
        take_invitation="Einladung annehmen",
        holder="Rechteinhaber",
        take_in="Übernehmen",
        taken_in="Übernommen",
        analysed="Analysiert",
        nothing_left="Nichts mehr zu prüfen",
        change_rights="Rechte ändern",
        name_of_holder="Name des Rechteinhabers",
        stated_by="Erklärt von",
        own_words="Der Wortlaut",
        preview="Vorschau",
        put_into_force="In Kraft setzen",
        what_became="Was daraus wurde",
        must_not_be_used="darf nicht genutzt werden",
        nobody_seen="Niemand wurde gesehen",
    ),
}
