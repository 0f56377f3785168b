# ruff: noqa: E501 - one file is one line
"""Files that say something about their rights, each with its right reading beside it."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.rights.v1.rights_pb2 import (
    PURPOSE_ANALYSIS,
    PURPOSE_GENERATIVE_TRAINING,
    PURPOSE_OWN_TRAINING,
    PURPOSE_SHARING,
    USE_ALLOWED,
    USE_CONSTRAINED,
    USE_PROHIBITED,
    USE_UNSPECIFIED,
    RightsStatement,
)
from framewell_ingest.adapters.embedded_rights import read_embedded_rights
from framewell_ingest.domain.findings import Finding
from framewell_ingest.rights.statements import statements_of
from framewell_ingest.testing import IngestBench
from framewell_media.testing.rights_files import (
    DMI,
    Make,
    alt,
    appended,
    box,
    clip,
    exif,
    iptc,
    jpeg_extended,
    jpeg_xmp,
    png_chunk,
    png_itxt,
    png_ztxt,
    rdf,
    resource,
    then,
    tiff,
    wav,
    webp,
    with_box,
)

TRAINING = resource("plus:DataMining", f"{DMI}PROHIBITED-AIMLTRAINING")
NO = "Reproduction prohibited."
USES = {
    USE_ALLOWED: "permits",
    USE_PROHIBITED: "forbids",
    USE_CONSTRAINED: "reserves",
    USE_UNSPECIFIED: "unreadable",
}
STRICTNESS = ["permits", "nothing", "unreadable", "reserves", "forbids"]
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


@dataclass(frozen=True, slots=True)
class File:
    """How a file is made, and what it says: the strictest reading of all that stands in it."""

    name: str
    make: Make
    right: str


def bext(text: str) -> tuple[bytes, bytes]:
    return b"bext", text.encode().ljust(602, b"\0")


def info(key: bytes, text: str) -> tuple[bytes, bytes]:
    body = text.encode() + b"\0"
    return b"LIST", b"INFO" + key + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def data_mining(value: str) -> Make:
    return jpeg_xmp(rdf(resource("plus:DataMining", f"{DMI}{value}")))


UTF8 = (1, 90, b"\x1b%G")
MP4 = clip("a.mp4", "mp4")
FILES = [
    # XMP: wrapper, encodings, places
    File("jpeg: xmp with wrapper", jpeg_xmp(rdf(TRAINING)), "forbids"),
    File("jpeg: xmp without wrapper", jpeg_xmp(rdf(TRAINING, wrapped=False)), "forbids"),
    File("jpeg: other prefixes for RDF", jpeg_xmp(rdf(TRAINING, wrapped=False).replace("rdf:", "r:").replace(":rdf=", ":r=")), "forbids"),
    File("jpeg: attribute instead of element", jpeg_xmp(rdf(attributes=f'plus:DataMining="{DMI}PROHIBITED"')), "forbids"),
    File("jpeg: utf-16 big-endian packet", jpeg_xmp(rdf(TRAINING).encode("utf-16-be")), "forbids"),
    File("jpeg: utf-16 little-endian packet", jpeg_xmp(rdf(TRAINING, wrapped=False).encode("utf-16-le")), "forbids"),
    File("jpeg: utf-32 packet", jpeg_xmp(rdf(TRAINING).encode("utf-32-be")), "forbids"),
    File("jpeg: extended xmp in two segments", jpeg_extended(rdf(alt("xmpRights:UsageTerms", NO) + f"<house:pad>{'x' * 4000}</house:pad>")), "forbids"),
    File("png: packet behind the picture", appended(rdf(TRAINING)), "forbids"),
    File("png: second packet is the strict one", appended(rdf(resource("plus:DataMining", f"{DMI}ALLOWED")) + rdf(TRAINING)), "forbids"),
    File("png: iTXt", png_itxt("XML:com.adobe.xmp", rdf(TRAINING)), "forbids"),
    File("png: compressed iTXt", png_itxt("XML:com.adobe.xmp", rdf(TRAINING), compressed=True), "forbids"),
    File("png: xmp of ImageMagick, hexadecimal and compressed", png_ztxt("Raw profile type xmp", b"\nxmp\n 9999\n" + rdf(TRAINING).encode().hex().encode()), "forbids"),
    File("png: compressed Copyright", png_ztxt("Copyright", NO.encode()), "forbids"),
    File("png: tEXt Copyright", png_chunk(b"tEXt", b"Copyright\0All rights reserved"), "reserves"),
    File("png: tEXt Disclaimer", png_chunk(b"tEXt", b"Disclaimer\0Not for broadcast"), "forbids"),
    File("png: iTXt Copyright in German", png_itxt("Copyright", "Nutzung für KI-Training untersagt"), "forbids"),
    File("png: tEXt Software", png_chunk(b"tEXt", b"Software\0No AI was used"), "nothing"),
    File("png: inflated to 500 times its size", png_ztxt("Copyright", b"x" * 500_000), "unreadable"),
    File("png: damaged zTXt", png_chunk(b"zTXt", b"Copyright\0\0not zlib at all"), "unreadable"),
    File("webp: xmp chunk", webp(rdf(TRAINING)), "forbids"),
    File("tiff: tag 700", tiff(rdf(TRAINING)), "forbids"),
    File("tiff: Copyright", tiff(copyright="All rights reserved"), "reserves"),
    # XMP: properties
    File("dc:rights in three languages, one of them strict", jpeg_xmp(rdf(alt("dc:rights", "© A", "Alle Rechte vorbehalten", "© A"))), "reserves"),
    File("dc:rights names an owner", jpeg_xmp(rdf(alt("dc:rights", "© 2024 Kanal Eins"))), "nothing"),
    File("UsageTerms in French", jpeg_xmp(rdf(alt("xmpRights:UsageTerms", "Usage éditorial uniquement"))), "reserves"),
    File("Marked true", jpeg_xmp(rdf("<xmpRights:Marked>True</xmpRights:Marked>")), "nothing"),
    File("Marked false", jpeg_xmp(rdf("<xmpRights:Marked>False</xmpRights:Marked>")), "permits"),
    File("Marked with something else", jpeg_xmp(rdf("<xmpRights:Marked>perhaps</xmpRights:Marked>")), "unreadable"),
    File("WebStatement to terms", jpeg_xmp(rdf(attributes='xmpRights:WebStatement="https://example.org/terms"')), "reserves"),
    File("WebStatement to a licence", jpeg_xmp(rdf(attributes=f'xmpRights:WebStatement="{CC_BY}"')), "permits"),
    File("cc:license", jpeg_xmp(rdf(resource("cc:license", CC_BY))), "permits"),
    File("cc:license not commercial", jpeg_xmp(rdf(resource("cc:license", "https://creativecommons.org/licenses/by-nc/4.0/"))), "reserves"),
    File("cc:license unknown", jpeg_xmp(rdf(resource("cc:license", "https://example.org/mine"))), "reserves"),
    File("cc:morePermissions", jpeg_xmp(rdf(resource("cc:morePermissions", "https://example.org/ask"))), "reserves"),
    File("dcterms:license", jpeg_xmp(rdf(resource("dcterms:license", "https://creativecommons.org/publicdomain/zero/1.0/"))), "permits"),
    File("photoshop:Instructions", jpeg_xmp(rdf(attributes='photoshop:Instructions="NO ARCHIVES"')), "forbids"),
    File("photoshop:Credit names somebody", jpeg_xmp(rdf(attributes='photoshop:Credit="Reuters"')), "nothing"),
    File("photoshop:Credit with terms", jpeg_xmp(rdf(attributes='photoshop:Credit="dpa - editorial use only"')), "reserves"),
    File("dc:description tells a story", jpeg_xmp(rdf(alt("dc:description", "The minister must not leave the room, said the speaker."))), "nothing"),
    File("dc:description with terms", jpeg_xmp(rdf(alt("dc:description", "A minister speaks. EDITORIAL USE ONLY; NO SALES."))), "forbids"),
    File("plus:OtherConstraints", jpeg_xmp(rdf(alt("plus:OtherConstraints", "Ask us"))), "reserves"),
    File("plus:OtherConstraints that forbid", jpeg_xmp(rdf(alt("plus:OtherConstraints", "No AI training"))), "forbids"),
    File("plus:LicensorURL", jpeg_xmp(rdf("<plus:Licensor><rdf:Seq><rdf:li rdf:parseType='Resource'><plus:LicensorURL>https://example.org</plus:LicensorURL></rdf:li></rdf:Seq></plus:Licensor>")), "reserves"),
    File("plus:CopyrightStatus protected", jpeg_xmp(rdf(resource("plus:CopyrightStatus", "http://ns.useplus.org/ldf/vocab/CS-PRO"))), "nothing"),
    File("DataMining allowed", data_mining("ALLOWED"), "permits"),
    File("DataMining unspecified", data_mining("UNSPECIFIED"), "nothing"),
    File("DataMining prohibited", data_mining("PROHIBITED"), "forbids"),
    File("DataMining no generative training", data_mining("PROHIBITED-GENAIMLTRAINING"), "forbids"),
    File("DataMining but search engines", data_mining("PROHIBITED-EXCEPTSEARCHENGINEINDEXING"), "forbids"),
    File("DataMining see constraint", data_mining("PROHIBITED-SEECONSTRAINT"), "reserves"),
    File("DataMining see embedded expression", data_mining("PROHIBITED-SEEEMBEDDEDRIGHTSEXPR"), "reserves"),
    File("DataMining see linked expression", data_mining("PROHIBITED-SEELINKEDRIGHTSEXPR"), "reserves"),
    File("DataMining of the future", data_mining("SOMETHING-NEW"), "unreadable"),
    File("linked rights expression", jpeg_xmp(rdf("<Iptc4xmpExt:LinkedEncRightsExpr><rdf:Bag><rdf:li>https://example.org/odrl</rdf:li></rdf:Bag></Iptc4xmpExt:LinkedEncRightsExpr>")), "reserves"),
    File("tdm reservation", jpeg_xmp(rdf(attributes='tdm:reservation="1" tdm:policy="https://example.org/p"')), "forbids"),
    File("tdm reservation 0 in a file", jpeg_xmp(rdf(attributes='tdm:reservation="0"')), "permits"),
    File("prism embargo", jpeg_xmp(rdf("<prism:embargoDate>2031-01-01</prism:embargoDate>")), "reserves"),
    File("a property of another schema by its name", jpeg_xmp(rdf("<house:restrictions>Sperrfrist</house:restrictions>")), "reserves"),
    File("tiff:Copyright in xmp", jpeg_xmp(rdf("<tiff:Copyright>All rights reserved</tiff:Copyright>")), "reserves"),
    # EXIF and IPTC
    File("EXIF Copyright", exif({0x8298: NO}), "forbids"),
    File("EXIF Copyright in UTF-8", exif({0x8298: "© 2024 Müller".encode()}), "nothing"),
    File("EXIF Copyright, a ban by the editor", exif({0x8298: b"A. Muster\0Not for broadcast\0"}), "forbids"),
    File("EXIF Copyright in PNG", exif({0x8298: NO}, "PNG", "a.png"), "forbids"),
    File("EXIF Copyright in WebP", exif({0x8298: NO}, "WEBP", "a.webp"), "forbids"),
    File("EXIF UserComment in ASCII", exif({}, part={0x9286: b"ASCII\0\0\0No AI training"}), "forbids"),
    File("EXIF UserComment in Unicode", exif({}, part={0x9286: b"UNICODE\0" + "No AI training".encode("utf-16-le")}), "forbids"),
    File("EXIF UserComment in big-endian Unicode", exif({}, part={0x9286: b"UNICODE\0" + "Kein KI-Training".encode("utf-16-be")}), "forbids"),
    File("EXIF UserComment in JIS", exif({}, part={0x9286: b"JIS\0\0\0\0\0All rights reserved"}), "reserves"),
    File("EXIF UserComment without a code", exif({}, part={0x9286: bytes(8) + b"All rights reserved"}), "reserves"),
    File("EXIF ImageDescription with terms", exif({0x010E: "Sunset. Alle Rechte vorbehalten."}), "reserves"),
    File("EXIF ImageDescription", exif({0x010E: "No people on the beach"}), "nothing"),
    File("EXIF ImageDescription against recognition", exif({0x010E: "Not for facial recognition. No machine analysis."}), "forbids"),
    File("EXIF ImageDescription of an analysis", exif({0x010E: "The analysis could not be finished, said the speaker."}), "nothing"),
    File("png: Comment against analysis", png_itxt("Comment", "No machine analysis of this picture permitted."), "forbids"),
    File("png: Description against recognition", png_itxt("Description", "Keine Gesichtserkennung, keine maschinelle Auswertung."), "forbids"),
    File("png: Comment against recognition in French", png_itxt("Comment", "Pas de reconnaissance faciale."), "forbids"),
    File("png: Comment with a ban behind it", png_itxt("Comment", "Analysis prohibited."), "forbids"),
    File("tdm reservation, namespace with #", then(jpeg_xmp(rdf(attributes='tdm:reservation="1"')), lambda c: c.replace(b"/ns/tdmrep/", b"/ns/tdmrep#")), "forbids"),
    File("EXIF XPComment", exif({0x9C9C: "TDM opt-out".encode("utf-16-le")}), "forbids"),
    File("IPTC copyright notice", iptc((2, 116, b"All rights reserved")), "reserves"),
    File("IPTC copyright notice in UTF-8", iptc(UTF8, (2, 116, "Vervielfältigung untersagt".encode())), "forbids"),
    File("IPTC copyright notice in Latin-1", iptc((2, 116, "Vervielfältigung unzulässig".encode("latin-1"))), "forbids"),
    File("IPTC special instructions", iptc((2, 40, b"Embargo bis 3.4.")), "reserves"),
    File("IPTC credit", iptc((2, 110, b"Reuters")), "nothing"),
    File("IPTC credit with terms", iptc((2, 110, b"AP, editorial use only")), "reserves"),
    # Containers
    File("mp4: copyright tag", clip("a.mp4", "mp4", copyright=NO), "forbids"),
    File("mp4: comment with terms", clip("a.mp4", "mp4", comment="No AI training"), "forbids"),
    File("mp4: owner", clip("a.mp4", "mp4", copyright="© 2024 Kanal Eins"), "nothing"),
    File("mp4: xmp in a uuid box", with_box(MP4, b"uuid", XMP_UUID + rdf(TRAINING).encode()), "forbids"),
    File("mp4: 3gpp cprt", with_box(MP4, b"udta", box(b"cprt", bytes(4) + b"\x15\xc7" + NO.encode() + b"\0")), "forbids"),
    File("mp4: 3gpp cprt in utf-16", with_box(MP4, b"udta", box(b"cprt", bytes(4) + b"\x15\xc7" + b"\xfe\xff" + NO.encode("utf-16-be"))), "forbids"),
    File("mov: copyright tag", clip("a.mov", "mov", copyright="Alle Rechte vorbehalten"), "reserves"),
    File("mov: counted ©cpy", with_box(clip("a.mov", "mov"), b"udta", box(b"\xa9cpy", struct.pack(">HH", len(NO), 0) + NO.encode())), "forbids"),
    File("mov: xmp in udta", with_box(clip("a.mov", "mov"), b"udta", box(b"XMP_", rdf(TRAINING).encode())), "forbids"),
    File("mkv: COPYRIGHT tag", clip("a.mkv", "matroska", COPYRIGHT=NO), "forbids"),
    File("mkv: LICENSE tag", clip("a.mkv", "matroska", LICENSE="CC BY-NC 4.0"), "reserves"),
    File("mxf: comment with terms", clip("a.mxf", "mxf", "mpeg2video", comment_usage="Sperrfrist"), "reserves"),
    File("mxf: xmp in it", then(clip("a.mxf", "mxf", "mpeg2video"), lambda content: content + rdf(TRAINING).encode()), "forbids"),
    File("avi: ICOP", clip("a.avi", "avi", copyright="All rights reserved"), "reserves"),
    File("wav: bext description with copyright", wav(bext("Interview. Copyright Kanal Eins, no broadcast without consent")), "forbids"),
    File("wav: ICOP", wav(info(b"ICOP", "All rights reserved")), "reserves"),
    File("wav: IART", wav(info(b"IART", "Anna Beispiel")), "nothing"),
    File("wav: iXML note", wav((b"iXML", b"<BWFXML><NOTE>Embargo until the press conference</NOTE></BWFXML>")), "reserves"),
    File("wav: xmp", wav((b"_PMX", rdf(TRAINING).encode())), "forbids"),
    File("wav: nothing", wav(), "nothing"),
    # Damage and hostility
    File("cut off packet", jpeg_xmp(rdf(TRAINING)[:-60]), "unreadable"),
    File("packet with entities", appended('<x:xmpmeta xmlns:x="adobe:ns:meta/"><!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a></x:xmpmeta>'), "unreadable"),
    File("packet that is no XML", jpeg_xmp("<rdf:RDF xmlns:rdf='x'><a></rdf:RDF>"), "unreadable"),
    File("packet nested 5,000 deep", appended(rdf("<house:a>" * 5000 + "</house:a>" * 5000)), "unreadable"),
    File("packet of 3 MB", appended(rdf(f"<house:a>{'x' * (3 << 20)}</house:a>")), "unreadable"),
    File("200 packets", appended(rdf(wrapped=False) * 200), "unreadable"),
    File("text of 20,000 letters", jpeg_xmp(rdf(alt("dc:rights", "word " * 4000))), "unreadable"),
    File("1,000 texts", appended(rdf("".join(f"<dc:rights>© House {n}</dc:rights>" for n in range(1000)))), "unreadable"),
    File("packet with bytes that are no UTF-8", jpeg_xmp(rdf(TRAINING).encode().replace(b"rdf:about=", b"house:b='\xff\xfe' rdf:about=")), "unreadable"),
    File("damaged IPTC", then(iptc((2, 116, b"All rights reserved")), lambda c: c.replace(b"\x1c\x02\x74", b"\x1d\x02\x74")), "unreadable"),
    File("a sidecar's words behind the picture", appended(b"<?xpacket begin=''?>" + rdf(TRAINING, wrapped=False).encode() + b"<?xpacket end='w'?>"), "forbids"),
    File("picture without a word", appended(""), "nothing"),
]  # fmt: skip


def statements(path: Path) -> list[RightsStatement]:
    with path.open("rb", buffering=0) as source:
        entries, holder = read_embedded_rights(source)  # type: ignore[arg-type]
    return statements_of([Finding(**entry) for entry in entries], holder)  # type: ignore[arg-type]


def reading(stated: Iterable[RightsStatement]) -> str:
    return max((USES[one.use] for one in stated), key=STRICTNESS.index, default="nothing")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_is_read_as_the_corpus_says(file: File, tmp_path: Path) -> None:
    stated = statements(file.make(tmp_path))
    assert reading(stated) == file.right, stated
    assert all(list(one.purposes) == [PURPOSE_ANALYSIS] for one in stated if one.use == USE_ALLOWED)
    assert all(one.verbatim and one.found_at and one.statement_id for one in stated)


@pytest.mark.parametrize(
    ("make", "purposes"),
    [
        (png_itxt("Comment", "No machine analysis of this picture permitted."), set()),
        (exif({0x8298: "No use by machines; humans only."}), set()),
        (exif({0x8298: NO}), {PURPOSE_OWN_TRAINING, PURPOSE_SHARING, PURPOSE_GENERATIVE_TRAINING}),
        (
            exif({0x010E: "Chess analysis. No AI training."}),
            {PURPOSE_OWN_TRAINING, PURPOSE_SHARING, PURPOSE_GENERATIVE_TRAINING},
        ),
    ],
)
def test_words_against_analysis_withhold_every_purpose(
    make: Make, purposes: set[int], tmp_path: Path
) -> None:
    (stated,) = statements(make(tmp_path))
    assert set(stated.purposes) == purposes


def test_there_are_files_of_every_format() -> None:
    assert len(FILES) >= 60
    assert len({file.name for file in FILES}) == len(FILES)


def test_the_same_file_makes_the_same_statements(tmp_path: Path) -> None:
    path = jpeg_xmp(rdf(TRAINING))(tmp_path)
    first, second = statements(path), statements(path)
    assert first == second
    assert {PURPOSE_OWN_TRAINING, PURPOSE_GENERATIVE_TRAINING} == set(first[0].purposes)


@pytest.mark.skipif(
    shutil.which("exiftool") is None,
    reason="exiftool is not installed: it is the oracle for what is in a file",
)
def test_exiftool_finds_the_words_in_the_files_too(tmp_path: Path) -> None:
    missing = []
    for number, file in enumerate(FILES):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = file.make(folder)
        command = ["exiftool", "-j", "-a", "-u", "-ee", str(path)]
        answer = subprocess.run(command, capture_output=True, check=False)
        words = " ".join(map(str, json.loads(answer.stdout)[0].values())) if answer.stdout else ""
        stated = [one for one in statements(path) if one.use in (USE_PROHIBITED, USE_CONSTRAINED)]
        if stated and not any(one.verbatim[:20].rpartition("/")[2] in words for one in stated):
            missing.append(file.name)
    assert len(missing) < len(FILES) // 4, missing


@pytest.mark.parametrize(
    "name",
    [
        "tiff: tag 700",
        "EXIF UserComment in JIS",
        "png: compressed iTXt",
        "wav: xmp",
        "mov: counted ©cpy",
        "jpeg: utf-32 packet",
        "IPTC copyright notice in Latin-1",
        "EXIF XPComment",
    ],
)
async def test_the_sandbox_reads_what_the_corpus_says(ingest: IngestBench, name: str) -> None:
    (file,) = (file for file in FILES if file.name == name)
    end = await ingest.take_in_file(file.make(ingest.inbox))
    assert isinstance(end, AssetIngested), end
    assert reading(end.statements) == file.right
