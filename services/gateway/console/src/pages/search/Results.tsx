import { SearchX } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { Badge } from "../../parts/Badge";
import { Crop } from "../../parts/Crop";
import { Empty } from "../../parts/Empty";
import { type Column, VirtualTable } from "../../parts/VirtualTable";
import { search as de } from "../../words/de/search";
import { search as en } from "../../words/en/search";
import { distanceIn } from "../../words/formats";
import { type Language, useLanguage, useWords } from "../../words/language";
import type { Found } from "./data";

/** Moments that were found, one below the other: one that is opened plays there. */
export function Results({ found, more, onNearEnd }: { found: readonly Found[]; more: boolean; onNearEnd: () => void }) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const [, navigate] = useLocation();
  const [chosen, setChosen] = useState<string>();
  const first = useRef(found[0]?.id);
  if (first.current !== found[0]?.id) {
    first.current = found[0]?.id;
    setChosen(undefined);
  }
  const columns = useMemo(() => columnsIn(words, language), [words, language]);
  if (found.length === 0) {
    return (
      <Empty icon={<SearchX />} title={words.nothing}>
        {words.nothingHelp}
      </Empty>
    );
  }
  return (
    <>
      <p className="soft search-count" role="status">
        {words.found(found.length, more)}
      </p>
      <VirtualTable
        id="search"
        label={words.results}
        columns={columns}
        items={found}
        keyOf={(one) => one.id}
        rowHeight={68}
        chosen={chosen}
        onChoose={setChosen}
        onOpen={(one) => navigate(`/assets/${one.assetId}?pts=${one.pts}&play=1`)}
        onNearEnd={onNearEnd}
        keyWords={words.keys}
      />
    </>
  );
}

/** Below so many pixels, when something was found stands under what was found. */
const NARROW = 420;

function columnsIn(words: typeof en, language: Language): readonly Column<Found>[] {
  return [
    {
      id: "picture",
      label: words.kindOf.picture ?? "",
      labelHidden: true,
      track: "6.5rem",
      render: (one) => <Crop src={one.picture} alt="" width={96} height={54} fit="cover" />,
    },
    { id: "time", label: words.when, track: "6rem", from: NARROW, render: (one) => one.time },
    {
      id: "text",
      label: words.results,
      track: "minmax(8rem, 2fr)",
      from: NARROW,
      render: (one) => <Text said={saidOf(one, words, language)} />,
    },
    {
      id: "moment",
      label: words.results,
      track: "minmax(8rem, 1fr)",
      below: NARROW,
      render: (one) => (
        <span className="search-moment">
          <Text said={saidOf(one, words, language)} />
          <span className="small soft">{one.time}</span>
        </span>
      ),
    },
    {
      id: "title",
      label: words.programme,
      track: "minmax(6rem, 1fr)",
      from: 600,
      render: (one) => (
        <span className="one-line soft" dir="auto">
          {one.title || words.untitled}
        </span>
      ),
    },
    {
      id: "kind",
      label: words.where,
      track: "9rem",
      from: 800,
      render: (one) => <Badge weight="calm">{words.kindOf[one.kind] ?? one.kind}</Badge>,
    },
  ];
}

function Text({ said }: { said: string }) {
  return (
    <span className="search-text foreign" dir="auto">
      {said}
    </span>
  );
}

/** What was found, in words: of a picture its distance, of a face also what that says. */
function saidOf(one: Found, words: typeof en, language: Language): string {
  if (one.distance === undefined) return one.text;
  const distance = distanceIn(language, one.distance);
  return one.likeness === undefined ? words.distance(distance) : words.likeness[one.likeness](distance);
}
