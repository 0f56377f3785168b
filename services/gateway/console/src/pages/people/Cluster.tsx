import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { GetClusterResponse } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Crop } from "../../parts/Crop";
import { useKeys } from "../../parts/keys";
import { useSession } from "../../parts/useSession";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { numberIn } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import { Appearances, keyOf } from "./Appearances";
import { History } from "./History";
import { NameField } from "./NameField";
import { clusterQuery } from "./queries";
import { useDecisions } from "./useDecisions";

/** One unknown person: the clearest faces, a name, who may be the same, all appearances. */
export function Cluster({
  clusterId,
  onSkip,
  onShow,
}: {
  clusterId: string;
  onSkip: () => void;
  onShow: (clusterId: string) => void;
}) {
  const query = useQuery(clusterQuery(clusterId));
  return <Answer query={query}>{(found) => <Known found={found} onSkip={onSkip} onShow={onShow} />}</Answer>;
}

function Known({
  found,
  onSkip,
  onShow,
}: {
  found: GetClusterResponse;
  onSkip: () => void;
  onShow: (clusterId: string) => void;
}) {
  const words = useWords({ en, de });
  const { may } = useSession();
  const curates = may("curator");
  const field = useRef<HTMLInputElement>(null);
  const [marked, setMarked] = useState(0);
  const [out, setOut] = useState<ReadonlySet<string>>(new Set());
  const decide = useDecisions();
  const id = found.cluster?.cluster_id ?? "";
  const { similar } = found;
  const at = Math.min(marked, similar.length - 1);
  const other = similar[at]?.cluster?.cluster_id;
  const merge = async () => {
    if (other !== undefined && (await decide.merge(id, other))) onShow(other);
  };
  const apart = async () => {
    if (other !== undefined) await decide.distinguish(id, other);
  };
  const split = async () => {
    const chosen = found.appearances.filter((one) => out.has(keyOf(one)));
    if (chosen.length > 0 && (await decide.split(id, chosen))) setOut(new Set());
  };
  useKeys([
    ...(curates
      ? [
          { id: "unknown.name", key: "n", does: words.keys.name, run: () => field.current?.focus() },
          { id: "unknown.merge", key: "m", does: words.keys.merge, run: () => void merge() },
          { id: "unknown.not", key: "x", does: words.keys.not, run: () => void apart() },
        ]
      : []),
    { id: "unknown.skip", key: "s", does: words.keys.skip, run: onSkip },
  ]);
  return (
    <article className="stack" data-cluster={id}>
      <header className="people-head">
        <h2>{words.unknown.who}</h2>
        <span className="soft">{words.appearances(found.cluster?.appearance_count ?? 0)}</span>
        <Button look="bare" shortcut="S" onPress={onSkip}>
          {words.keys.skip.split(":")[0]}
        </Button>
      </header>
      <ul className="people-best" aria-label={words.unknown.best}>
        {found.best.map((one) => (
          <li key={keyOf(one)}>
            <Crop src={one.face} alt="" width={104} height={104} fit="cover" />
          </li>
        ))}
      </ul>
      {curates && <NameField clusterId={id} inputRef={field} onNamed={onSkip} />}
      <Similar
        similar={similar}
        marked={at}
        onMark={setMarked}
        onMerge={curates ? () => void merge() : undefined}
        onNot={curates ? () => void apart() : undefined}
      />
      <section aria-labelledby="all" className="stack">
        <header className="people-head">
          <h2 id="all">{words.unknown.all}</h2>
          {curates && found.appearances.length > 1 && out.size === 0 && (
            <span className="small soft">{words.unknown.somebodyElse(0)}</span>
          )}
          {out.size > 0 && (
            <Button isDisabled={out.size >= (found.cluster?.appearance_count ?? 0)} onPress={() => void split()}>
              {words.unknown.somebodyElse(out.size)}
            </Button>
          )}
        </header>
        <Appearances
          appearances={found.appearances}
          {...(curates && found.appearances.length > 1
            ? {
                chosen: out,
                onChoose: (key: string) =>
                  setOut((now) => new Set(now.has(key) ? [...now].filter((one) => one !== key) : [...now, key])),
              }
            : {})}
        />
      </section>
      <History clusterId={id} />
    </article>
  );
}

/** Others who look alike; one of them is marked, which M and X are about. */
function Similar({
  similar,
  marked,
  onMark,
  onMerge,
  onNot,
}: {
  similar: GetClusterResponse["similar"];
  marked: number;
  onMark: (place: number) => void;
  onMerge: (() => void) | undefined;
  onNot: (() => void) | undefined;
}) {
  const words = useWords({ en, de });
  const language = useLanguage();
  return (
    <section aria-labelledby="similar">
      <header className="people-head">
        <h2 id="similar">{words.unknown.similar}</h2>
        {similar.length > 0 && onMerge !== undefined && onNot !== undefined && (
          <>
            <Button shortcut="M" onPress={onMerge}>
              {words.unknown.same}
            </Button>
            <Button shortcut="X" onPress={onNot}>
              {words.unknown.not}
            </Button>
          </>
        )}
      </header>
      {similar.length === 0 && <p className="soft">{words.unknown.noSimilar}</p>}
      <ul className="people-similar">
        {similar.map((one, place) => (
          <li key={one.cluster?.cluster_id}>
            <button type="button" className="people-like" aria-pressed={place === marked} onClick={() => onMark(place)}>
              <Crop src={one.cluster?.cover?.face} alt="" width={72} height={72} fit="cover" />
              <span className="small">{words.appearances(one.cluster?.appearance_count ?? 0)}</span>
              <span className="small soft number">{numberIn(language, one.distance, 2)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
