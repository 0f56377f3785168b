"""Words that tell a person's name from everything else a caption may say, German and English.

A list can only ever be a start: what slips through still needs a face, a second reading and a person.
"""
# ruff: noqa: SIM905 - a list of words reads best as words

TITLES = frozenset(
    """
    dr prof professor professorin dipl ing diplom mag h c hc med rer nat phil jur theol habil priv doz
    pd sir lady dame lord herr frau mr mrs ms miss mx pater schwester bischof kardinal rabbi imam
    general oberst hauptmann major captain lieutenant colonel sergeant sen rep gov hon rev dr.-ing
    dipl.-ing
    """.split()
)

HONOURS = frozenset("jr sr ii iii iv mdb mdl mdep mp phd md msc ma ba bsc esq obe cbe mbe qc kc".split())

PARTICLES = frozenset(
    """
    von vom van vor zu zur zum der den dem de del della di da do dos das du des la le las los el al bin
    ibn ben bint abu ter ten op af av und y e tom in't 't ’t san saint st
    """.split()
)
"""Written small between a first name and a surname; `und` as in `von und zu`."""

PARTIES = frozenset(
    """
    cdu csu spd fdp afd bsw grüne gruene grünen linke bündnis90 bündnis90/grüne bündnis90/diegrünen
    grüne/efa övp spö fpö neos svp sp glp evp mitte parteilos ssw freie wähler freiewähler tory tories
    labour libdem snp dup gop r d i democrat republican rep dem ind pvv vvd pd m5s lega fi rn lr ps ump
    psoe pp vox podemos pis po ko fidesz
    """.split()
)

FICTION = frozenset("fiktiv fiktion fictional fiction fictitious erfunden".split())
"""A caption that carries one of these words says that the person does not exist."""

STOP_WORDS = frozenset(
    """
    und oder aber um im in ins am an ans auf für mit nach bei beim aus über unter gegen ohne durch seit
    bis wegen trotz vor hinter neben zwischen als wie wenn weil dass ob ist sind war wird werden hat
    haben kann muss soll nicht kein keine mehr noch nur auch sehr hier heute morgen gestern jetzt
    uhr der die das ein eine einer einem einen dieser diese dieses sein ihr unser euer wir sie er es the
    a and or but of for with at on by from to into over under after before against about is are was be
    not no new news breaking live exclusive update today tomorrow yesterday tonight now exklusiv aktuell
    eilmeldung sondersendung nachrichten tagesschau wetter sport quelle foto fotos bild bilder archiv
    archivbild video ton symbolbild teil folge interview reportage kommentar mitschnitt source photo
    picture footage archive report reporting weather episode part moderation redaktion kamera schnitt
    regie produktion telefon guten abend willkommen danke
    """.split()
)

PLACE_WORDS = frozenset(
    """
    tor haus platz straße strasse gasse allee brücke dom kirche kathedrale münster schloss burg festung
    bahnhof hauptbahnhof flughafen hafen stadion arena museum theater oper zoo park garten insel see
    meer fluss berg gebirge tal wald stadt dorf kreis landkreis bezirk land bundesland republik
    königreich staaten staat vereinigte vereinigtes weißes weisses kreml elysee kanzleramt rathaus
    landtag bundestag bundesrat bundeswehr bundesregierung bundesbank bundesamt bundesgericht
    bundesverfassungsgericht parlament regierung ministerium gericht gerichtshof senat kongress rat
    kommission union nationen europäische europäischer europäisches vereinte zentralbank bank börse
    gewerkschaft verband verein gesellschaft stiftung institut universität hochschule schule klinik
    klinikum krankenhaus polizei feuerwehr armee partei fraktion agentur behörde amt gmbh ag kg konzern
    werk werke deutscher deutsche deutsches bayerischer bayerische berliner hamburger brandenburger
    kölner münchner nordrhein westfalen baden württemberg sachsen anhalt niedersachsen schleswig
    holstein mecklenburg vorpommern rheinland pfalz saarland thüringen hessen house gate square street
    avenue bridge cathedral church castle palace station airport harbour harbor port stadium theatre
    garden island lake sea river mountain mountains valley city town county state states united kingdom
    republic parliament congress senate council commission court ministry department government agency
    bureau exchange university college school hospital clinic police army navy force forces party
    nations association foundation institute society company corporation inc ltd plc center centre
    downing capitol hill wall south east west new york los angeles san francisco washington
    """.split()
) - frozenset({"hill", "washington", "west", "park", "wall", "berg", "wald", "burg", "see", "land", "port"})
"""Words that stand in the names of places, houses and organisations, less those that are surnames too."""

PLACE_ENDINGS = tuple(
    """
    straße strasse platz bahnhof flughafen ministerium gericht gerichtshof universität hochschule
    gesellschaft verband stiftung parlament präsidium kanzleramt regierung gemeinde museum theater
    stadion kirche brücke klinik versicherung behörde zentrum agentur konferenz
    """.split()
)
