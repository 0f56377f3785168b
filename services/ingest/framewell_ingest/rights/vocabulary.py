"""Words by which people forbid, reserve, delay or end the use of what they own, in six languages.

One phrase a line, in folded spelling (`spelling.words_of`): `a|b` are alternatives, `*` ends a stem, `~`
stands for up to four words between, which may not cross the end of a sentence. To add a language, add its
lines.
"""

from __future__ import annotations

from typing import Final

FORBIDS: Final[dict[str, str]] = {
    "any": """
        noai|noimageai|noaitraining|notraining|notrain|nomltraining|noml|notdm|donottrain
        opt|opted|opting out
        optout
        44b|60d
        l122|122 5 3
    """,
    "en": """
        may|must|can|shall|should|might|could ~ not|never
        cannot|cant|mustnt|shouldnt|dont|wont|arent|isnt
        do|does not
        not ~ allowed|permitted|authori*|licensed|licenced|cleared|granted|approved|released|consent*
        not ~ use|used|copy|copied|reproduce*|publish*|broadcast*|distribut*|train*|shared|sold
        not ~ archive*|scrape*
        not for|to
        never ~ use*|publish*|broadcast*|share*|train*|copy|for
        prohibit*|forbid*|forbade|disallow*|unauthori*|unlawful*|illegal*|infring*|banned|violation*
        no ~ ai|ki|ml|tdm|train*|use|uses|usage|reuse|copy|copies|copying|reproduction*|redistribution
        no ~ distribution|scraping|crawling|mining|machine|generative|derivative*|commercial*|resale|sale*
        no ~ archive*|archiving|publication|broadcast*|transmission|internet|online|web|tv|video|social|mobile
        no ~ cropping|manipulation|unauthori*|permission|licence|license|consent|third|forwarding|sublicens*
        no ~ modification*|advertising|books
        no ~ analysis|analyses|analytics|recognition|evaluation|machines|biometric*
        without|w o|absent ~ permission|consent|authori*|licence|license|approval|agreement|clearance
        exclud*|excluded|excludes ~ ai|train*|tdm|mining|machine|learning
        ai|train*|tdm|mining|learning ~ exclud*|withheld|declined|refused|denied|blocked|out
        permission|consent|licence|license ~ denied|refused|withheld|declined
        ai|training|tdm|data no
        hands off
        off limits
        keep out
    """,
    "de": """
        kein|keine|keinen|keiner|keinem|keines|keinerlei
        nicht ~ gestatt*|erlaub*|zulassig*|genehmigt|freigegeben|frei|gewunscht|berechtigt|lizen*
        nicht ~ nutz*|genutzt*|verwend*|verwert*|verbreit*|veroffentlich*|trainier*|weiter*|kopier*
        nicht ~ vervielf*|bearbeit*
        nicht fur|zur|zum|ohne
        darf|durfen|durfte|soll ~ nicht|weder|niemals
        weder ~ noch
        niemals|nirgends
        untersag*|verbot*|verbiet*|verwehr*|unzulassig*|unbefugt*|unerlaubt*|rechtswidrig*|strafbar*
        missbrauch*|widersprech*|widerspricht|widersprochen|widerspruch*|ausgeschlossen|ausschluss
        gesperrt*|sperrung|archivsperre|sendesperre|verwertungssperre|nutzungsvorbehalt*|tdmvorbehalt*
        tdm|mining|ki ~ vorbehalt*|ausgenommen
        vorbehalt* ~ tdm|mining|ki|44b
        ohne ~ zustimmung*|genehmigung*|einwilligung*|erlaubnis*|lizenz*|freigabe*|rucksprache*
        ohne ~ einverstandnis*
    """,
    "fr": """
        interdit*|interdict*|defendu*|defense|prohib*|illicite*|illegal*
        ne ~ pas|peut|peuvent|doit|doivent|saurait|jamais
        pas ~ autoris*|permis*|destin*|utilis*|exploit*|reutilis*|reprodu*|diffus*|entrain*|publi*
        pas de|d ~ ia|entrainement|usage|utilisation|exploitation|reproduction|archiv*|diffusion|fouille
        non ~ autoris*|permis*|destin*
        aucun|aucune
        sans ~ autoris*|accord|permission|consentement|licence
        oppos*|refus*|exclu|exclue|exclus|exclues
        non a l ia|entrainement|utilisation
        pas de|d ~ reconnaissance|analyse*
        sans reconnaissance|analyse
    """,
    "es": """
        prohib*|vedad*|ilicit*|ilegal*
        no ~ permit*|autoriz*|apto|apta|reprodu*|usar|use|utiliz*|copiar|public*|entren*|difund*|archiv*
        no ~ destinad*|ia|ai|tdm|entrenamiento|uso|usos|mineria|comercial
        no se|puede|pueden|debe|deben|al|a
        no|sin ~ reconocimiento|analisis
        sin ~ permiso|autoriz*|consentimiento|licencia|acuerdo
        ningun|ninguna|ninguno|nunca
        excluid*|excluye*|opone*|oposicion|denegad*
    """,
    "it": """
        vietat*|proibi*|diviet*|interdett*|illecit*
        non ~ consent*|autorizz*|ammess*|permess*|utilizz*|riprodu*|pubblic*|usare|usat*|destinat*|addestr*
        non ~ cedibil*
        non puo|possono|deve|devono|si
        no|niente ~ ia|ai|tdm|uso|utilizzo|addestramento|archivi*
        no|non|niente|senza ~ riconoscimento|analisi
        senza ~ autorizz*|consenso|permesso|licenza|accordo
        nessun|nessuno|nessuna|mai
        escluso|esclusa|esclusi|escluse|opposizione|oppone|negat*
    """,
    "pl": """
        zakaz*|zabron*|zabrania*|wzbron*|niedozwol*|nieuprawn*|nieautoryz*|bezprawn*
        nie wolno|mozna|moze|moga|dla|do|zezwala*|wyraz*|wyrazam*|udziel*
        nie ~ dozwol*|zezwol*|uzywac|wykorzyst*|kopiowac|trenowac|rozpowszech*|publikowac|udostepni*
        nie ~ zgadza*
        bez ~ zgod*|zezwol*|pozwol*|licencj*
        brak ~ zgod*|zezwol*|pozwol*|licencj*
        nie|bez|brak ~ rozpoznawani*|analiz*
        zadn*|nigdy|sprzeciw*|wyklucz*|wylaczon*|odmow*
    """,
}

RESERVES: Final[dict[str, str]] = {
    "en": """
        rights ~ reserved|withheld|managed|held|retained
        reserved
        reserve* ~ rights
        all|other rights
        editorial|personal|private|internal|promotional|promo|press|news|research|academic use|uses|usage
        evaluation use
        for|editorial|personal|private|internal|promotional|press|news|research|education* ~ purpose|purposes
        for editorial|promotional|personal|private|internal|press|review|evaluation|publicity|educational
        for noncommercial|layout
        embargo*
        hold|held ~ release|publication|until
        not before|until
        until|till ~ 19*|20*|january|february|march|april|may|june|july|august|september|october
        until|till ~ november|december
        release date
        expir*|lapsed|revoked|withdrawn|terminated|void|invalid*|discontinued|cancelled
        licence|license|rights|permission|agreement ~ end|ends|ended|until|over|required|needed|necessary
        licence|license|rights|permission|agreement ~ pending|fee|only
        pending
        no longer
        valid|good|licensed until|through|from|to
        one|single time|use
        onetime|first|limited ~ use|rights|licen*
        royalt*|fee|fees|paid|payable|invoice
        licence|license|permission|consent|clearance|approval|credit|attribution ~ required|mandatory
        requires|mandatory|obligatory ~ licence|license|permission|consent|credit|attribution|approval
        must be|credit
        subject to
        unless|except|excepting|excluding
        provided that
        non|not ~ commercial|transferable|exclusive
        noncommercial|noderivatives|noderivs|nonderivative
        no known ~ copyright
        in|under copyright
        copyrighted|protected|proprietary|confidential|classified|restricted|restrictions
        third party
        watermark*|comp|preview
    """,
    "de": """
        vorbehalt*|vorbehalten
        sperrfrist*|sperrvermerk*|embargo*|sendesperrfrist*
        frei ab|bis|nach
        freigabe ab|erst|nach|bis
        erst ab|nach
        bis zum|einschliesslich|auf|ende|31|30
        gultig bis|ab|von
        redaktionell*|pressezweck*|werbezweck*|nutzungsrecht*|rechteinhaber*|rechtevorbehalt*
        honorar*|gebuhr*|kostenpflicht*|lizenzpflicht*|genehmigungspflicht*|zustimmungspflicht*|vergut*
        abgelaufen*|ablauf*|erloschen*|erlosch*|verfallen|befristet*|ausgelaufen|beendet|gekundigt*
        widerrufen*|ungultig*
        einmalig*|einmalnutzung|erstabdruck*
        geschutzt*
        nennung|namensnennung|urhebernennung|quellenangabe|bildnachweis ~ erforderlich|verpflichtend
        nennung|namensnennung|urhebernennung|quellenangabe|bildnachweis ~ pflicht*|obligatorisch
        pflicht*|belegexemplar*
        bild ~ kunst
        rechte liegen|bei
        gema*|gvl|bildkunst|verwertungsgesellschaft*
        privatgebrauch|eigengebrauch|dienstgebrauch|intern|internen|interner|vertraulich*|geheim*
        lizenz* ~ erforderlich|notig|anfrage*|anfragen|klaren
        ungeklart*|rechteklarung
    """,
    "fr": """
        droits ~ reserves|reserve|geres
        reserve|reserves|reservee|reservees
        tous droits
        embargo*
        jusqu au|en
        a partir du
        usage|utilisation|fins ~ editorial*|presse|prive*|personnel*|interne*|unique|promotionnel*|pedagog*
        usage|utilisation|fins ~ commercial*
        expire*|echu*|perime*|caduc*|caduque|revoque*|resilie*
        valable|valide ~ jusqu|du
        mention|credit|citation obligatoire*
        protege*|soumis|soumise|confidentiel*|payant*
        licence|autorisation ~ requise|obligatoire|necessaire|terminee
        adagp|sacem|scam|sacd|saif
        promotionnel*|redactionnel*
    """,
    "es": """
        derechos ~ reservados|gestionados|protegidos
        reservad*|reserva
        embarg*
        hasta el|la|nueva|20*
        uso|usos|fines ~ editorial*|personal*|privad*|intern*|promocional*|educativ*|unico|comercial*
        un solo uso
        caduc*|vencid*|vence|expirad*|expira|revocad*|cancelad*
        protegid*|sujeto|sujeta|sujetos|confidencial*
        credito|mencion|cita ~ obligatori*
        vegap|sgae|cedro
        valid* hasta
        licencia ~ necesaria|requerida|obligatoria
    """,
    "it": """
        diritti ~ riservati|gestiti
        riservat*
        fino al|alla
        a partire dal
        uso|utilizzo|scopi|fini ~ editorial*|personal*|privat*|intern*|promozional*|didattic*|stampa
        uso|utilizzo|scopi|fini ~ commercial*
        scadut*|scade|scadenza|revocat*|cessat*|decadut*
        protett*|tutelat*|soggett*|confidenzial*
        citazione|credito|menzione obbligatori*
        obbligo di
        siae
        valid* fino
        licenza ~ necessaria|richiesta|obbligatoria
    """,
    "pl": """
        prawa ~ zastrzezone
        zastrzezon*|zastrzeg*|zastrzezen*
        embarg*
        do uzytku
        redakcyjn*|prywatn*|promocyjn*|wewnetrzn*|poufne
        wygas*|przetermin*|uniewazn*|cofniet*|wypowiedzian*
        wazn* do
        do dnia
        chronion*|odplatn*|platn*
        jednoraz*
        zaiks*|zpav|stoart
        licencj*|zgod* ~ wymagan*|konieczn*
        wymagan* ~ licencj*|zgod*|podpis*
        publikacj* ~ po|od
        obowiazkow*
    """,
}

LIMITS: Final[dict[str, str]] = {
    "en": "only|solely|exclusively|exclusive",
    "de": "nur|ausschliesslich*|lediglich|allein|exklusiv*",
    "fr": "uniquement|seulement|exclusivement|exclusif|exclusive",
    "es": "solo|solamente|unicamente|exclusivamente|exclusivo",
    "it": "soltanto|solamente|esclusivamente|unicamente|esclusivo|esclusiva",
    "pl": "tylko|wylacznie|jedynie",
}
"""Words that limit a use to what follows or precedes; in a caption they say nothing about rights."""

NOT_FREE: Final[dict[str, str]] = {
    "en": """
        not|non|isnt|never|no ~ public domain
        not|non|isnt|never ~ cc0|copyright|royalty|rights free
        not|non|isnt ~ cc0|copyrightfree|creative
        outside ~ public domain
    """,
    "de": "nicht|kein|keine|keinesfalls|keineswegs ~ gemeinfrei*|lizenzfrei*|rechtefrei*|cc0|public",
    "fr": """
        pas|non ~ domaine public
        pas|non ~ libre*
        hors domaine public
    """,
    "es": "no|ningun ~ dominio publico",
    "it": """
        non ~ pubblico dominio
        non ~ dominio pubblico
        non ~ libero|libera
    """,
    "pl": """
        nie ~ domen* publiczn*
        nie ~ publicznej domen*
        poza domen*
    """,
}
"""Phrases that say a work is not free: they reserve, whatever licence they name."""

CAPTION_SUBJECTS: Final = """
    copyright|copyrighted|rights|licen*|lizenz*|tdm|mining|noai|ai|ki|ia|training|trainings
    editorial|redaktionell*|redakcyjn*|embargo*|sperrfrist*|opt|optout|44b|reproduc*|vervielf*|verwert*
    sales|archives
    droits|derechos|diritti|prawa|zastrzezon*|reservados|reserves|riservati|vorbehalten|urheber*|handout
"""
"""Without one of these a caption speaks of what is to be seen, not of what may be done with it."""

ANALYSIS: Final[dict[str, str]] = {
    "en": """
        analysis|analyses|analyse|analysed|analytics|analyz*|recognition|recogniz*|recognis*|evaluation
        machines|biometric*
        by|with machine
        machine use|processing|reading|viewing
    """,
    "de": """
        analys*|*analyse|*analysen|auswert*|ausgewert*|auszuwert*|*erkennung|*erkennungs*|maschinen|biometr*
        maschinell* nutz*|verarbeit*|verwend*|gebrauch*
    """,
    "fr": "analyse*|reconnaissance|machines|biometri*",
    "es": "analisis|analizar*|reconocimiento|maquinas|biometri*",
    "it": "analisi|analizza*|riconoscimento|macchine|biometri*",
    "pl": "analiz*|rozpoznawani*|maszyn|maszyny|maszynom|biometry*",
}
"""Words for analysis itself; a text that forbids and has one withholds it. Machine learning is none."""

CAPTION_ANALYSIS: Final = """
    facial|face|biometric|machine|automatic|automated|computer recognition|analysis|evaluation
    no|not analysis|recognition|evaluation
    analysis|recognition|evaluation prohibited|forbidden|disallowed
    auswertung|analyse|erkennung untersagt|verboten
    not for|to ~ analysis|recognition|evaluation|machines
    no|not ~ by|for machines
    gesichtserkennung*
    maschinell*|automati* auswert*|analys*|erkennung*|gesichts*
    kein*|nicht ~ auswert*|auszuwert*|erkennung*|analys*
    reconnaissance faciale
    analyse automati*
    riconoscimento facciale
    analisi|analisis automati*
    reconocimiento facial
    rozpoznawani* twarz*
    automatycz* analiz*|rozpoznawani*
    analiz* automatycz*|maszynow*
"""
"""Analysis as a use of the picture: a bare `analysis` in a caption is what the picture shows."""

NOT_A_NAME: Final = """
    ai|ki|ia|ml|tdm|llm*|gpt*|noai*|noimage*|train|trained|train*ing|trening*|entren*|addestr*|entrain*
    mining|scrap*|crawl*
    learning|machine|maschin*|generativ*|robot*|licen*|lizenz*|lizens*|right|rights|rights*|rechte
    rechts*|droit|droits|derech*
    diritt*|praw|prawa|prawo|use|uses|used|usage*|nutz*|verwend*|gebrauch*|uso|usos|utiliz*|utilis*
    uzyt*|uzyc*|wykorzyst*
    embarg*|sperr*|gesperrt|frist*|deadline|expir*|ablauf*|abgelaufen*|scad*|caduc*|wygas*|reserv*
    vorbehal*|riservat*
    zastrz*|prohib*|forbid*|verbot*|vietat*|interdi*|zakaz*|zabron*|only|nur|solo|tylko|uniquement
    seulement|not|no|non|nein
    kein*|nicht|nie|ne|pas|sans|ohne|senza|sin|bez|without|until|till|bis|hasta|jusqu*|fino|free|frei
    libre|libero|domain
    domaine|dominio|gemein|gemeinfrei*|domena|domeny|restrict*|confiden*|vertraul*|intern|internal
    interne|interno|secret*
    geheim*|private|privat|prive|privado|permission*|permit*|erlaub*|genehm*|zustimm*|consent*|autoris*
    autoriz*|zgod*|zezwol*
    contract*|vertrag*|fee|fees|honorar*|paid|royalt*|editorial|redaktionell*|promo*|commercial
    kommerz*|opt|out|optout|hold
    block*|locked|release*|freigabe*|freigegeben|pending|tbc|tba|unknown|unbekannt|inconnu|desconocido
    clear*|void|invalid*
    ungultig*|revoke*|withdrawn|stop|achtung|attention|warning|caution|mandatory|required|pflicht*
    contact|kontakt|ask|call
    check|see|siehe|voir|vedi|terms|conditions|bedingung*|agb|watermark*|preview|sample|comp|draft
    entwurf|limited
    allowed|permitted|erlaubt|gestattet|allow|cc|cc0|creative|commons|attribution|share*alike
    noncommercial|royalty
    all|alle|tous|todos|tutti|wszelkie|wszystkie|this|these|dies*|cette|ce|esta|este|questa|questo|to
    is|are|ist|sind|est|sont
    may|must|can|shall|should|will|be|fur|pour|para|dla
    for press|broadcast|release|internal|review|private|training
    delete*|remove*|destroy*|loschen|archivsperre|sendesperre|exklusiv*|exclusive*|pool|handout
    courtesy|screener|nda
    unlicen*|unclear*|ungeklart*|streitig|disputed|dispute*|claim*|takedown|copied|stolen|leaked
    raubkopie|bootleg|pirat*
"""
"""Words that no owner is called by: with one of them, a line is more than an owner's mark."""
