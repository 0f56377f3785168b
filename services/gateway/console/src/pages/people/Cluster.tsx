import { type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useRef, useState } from "react";
import type { ClusterAppearance, FaceCluster, GetClusterResponse } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Crop } from "../../parts/Crop";
import { useKeys } from "../../parts/keys";
import { useSession } from "../../parts/useSession";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { distanceIn } from "../../words/formats";
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
  const query = useInfiniteQuery(clusterQuery(clusterId));
  return (
    <Answer query={query}>
      {({ pages }) => {
        const [first] = pages;
        if (first === undefined) return null;
        const appearances = pages.flatMap((page) => page.appearances);
        return (
          <UnknownPerson found={first} onSkip={onSkip} onShow={onShow}>
            <All cluster={first.cluster} appearances={appearances} />
            {query.hasNextPage && <More query={query} />}
          </UnknownPerson>
        );
      }}
    </Answer>
  );
}

function More({ query }: { query: Pick<UseInfiniteQueryResult, "fetchNextPage" | "isFetchingNextPage"> }) {
  const words = useWords({ en, de });
  return (
    <div>
      <Button onPress={() => void query.fetchNextPage()} isDisabled={query.isFetchingNextPage}>
        {words.more}
      </Button>
    </div>
  );
}

function UnknownPerson({
  found,
  onSkip,
  onShow,
  children,
}: {
  found: GetClusterResponse;
  onSkip: () => void;
  onShow: (clusterId: string) => void;
  children: ReactNode;
}) {
  const words = useWords({ en, de });
  const { may } = useSession();
  const curates = may("curator");
  const field = useRef<HTMLInputElement>(null);
  const { marked, mark, merge, apart } = useMarked(found, onShow);
  const id = found.cluster?.cluster_id ?? "";
  const count = found.cluster?.appearance_count ?? 0;
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
      <Head count={count} best={found.best} onSkip={onSkip} />
      {curates && <NameField clusterId={id} inputRef={field} onNamed={onSkip} />}
      <Similar
        similar={found.similar}
        count={count}
        marked={marked}
        onMark={mark}
        onMerge={curates ? () => void merge() : undefined}
        onNot={curates ? () => void apart() : undefined}
      />
      {children}
      <History clusterId={id} />
    </article>
  );
}

/** Which of those who look alike is marked, and what can be decided about it; `onShow` takes whom it was merged into. */
function useMarked({ cluster, similar }: GetClusterResponse, onShow: (clusterId: string) => void) {
  const [place, mark] = useState(0);
  const decide = useDecisions();
  const id = cluster?.cluster_id ?? "";
  const marked = Math.min(place, similar.length - 1);
  const other = similar[marked]?.cluster;
  const merge = async () => {
    if (other === undefined) return;
    const counts = { from: cluster?.appearance_count ?? 0, into: other.appearance_count };
    if (await decide.merge(id, other.cluster_id, counts)) onShow(other.cluster_id);
  };
  const apart = async () => {
    if (other !== undefined) await decide.distinguish(id, other.cluster_id);
  };
  return { marked, mark, merge, apart };
}

function Head({ count, best, onSkip }: { count: number; best: readonly ClusterAppearance[]; onSkip: () => void }) {
  const words = useWords({ en, de });
  return (
    <>
      <header className="people-head">
        <h2>{words.unknown.who}</h2>
        <span className="soft">{words.appearances(count)}</span>
        <Button shortcut="S" onPress={onSkip}>
          {words.keys.skip.split(":")[0]}
        </Button>
      </header>
      <ul className="people-best" aria-label={words.unknown.best}>
        {best.map((one) => (
          <li key={keyOf(one)}>
            <Crop src={one.face} alt="" width={104} height={104} fit="cover" />
          </li>
        ))}
      </ul>
    </>
  );
}

/** All appearances; those that are somebody else are chosen and taken out. */
function All({
  cluster,
  appearances,
}: {
  cluster: FaceCluster | undefined;
  appearances: readonly ClusterAppearance[];
}) {
  const words = useWords({ en, de });
  const { may } = useSession();
  const decide = useDecisions();
  const [out, setOut] = useState<ReadonlySet<string>>(new Set());
  const count = cluster?.appearance_count ?? 0;
  const splits = may("curator") && appearances.length > 1;
  const split = async () => {
    const chosen = appearances.filter((one) => out.has(keyOf(one)));
    if (chosen.length > 0 && (await decide.split(cluster?.cluster_id ?? "", chosen))) setOut(new Set());
  };
  const choose = (key: string) =>
    setOut((now) => new Set(now.has(key) ? [...now].filter((one) => one !== key) : [...now, key]));
  return (
    <section aria-labelledby="all" className="stack">
      <header className="people-head">
        <h2 id="all">{words.unknown.all}</h2>
        {splits && out.size === 0 && <span className="small soft">{words.unknown.somebodyElse(0)}</span>}
        {out.size > 0 && (
          <Button isDisabled={out.size >= count} onPress={() => void split()}>
            {words.unknown.somebodyElse(out.size)}
          </Button>
        )}
      </header>
      <Appearances appearances={appearances} {...(splits ? { chosen: out, onChoose: choose } : {})} />
    </section>
  );
}

/** Others who look alike; one of them is marked, which M and X are about. */
function Similar({
  similar,
  count,
  marked,
  onMark,
  onMerge,
  onNot,
}: {
  similar: GetClusterResponse["similar"];
  /** How often the person that is looked at was seen. */
  count: number;
  marked: number;
  onMark: (place: number) => void;
  onMerge: (() => void) | undefined;
  onNot: (() => void) | undefined;
}) {
  const words = useWords({ en, de });
  return (
    <section aria-labelledby="similar" className="stack people-like-whom">
      <header className="people-head">
        <h2 id="similar">{words.unknown.similar}</h2>
        {similar.length > 0 && onMerge !== undefined && onNot !== undefined && (
          <div className="row">
            <Button shortcut="M" onPress={onMerge}>
              {words.unknown.same}
            </Button>
            <Button shortcut="X" onPress={onNot}>
              {words.unknown.not}
            </Button>
          </div>
        )}
      </header>
      {onMerge !== undefined && similar[marked] !== undefined && (
        <p className="small soft">{words.unknown.way(count, similar[marked].cluster?.appearance_count ?? 0)}</p>
      )}
      {similar.length === 0 && <p className="soft">{words.unknown.noSimilar}</p>}
      <ul className="people-similar">
        {similar.map((one, place) => (
          <li key={one.cluster?.cluster_id}>
            <button type="button" className="people-like" aria-pressed={place === marked} onClick={() => onMark(place)}>
              <Alike found={one} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Somebody who looks alike: a face, how often they were seen, and how far off it is. */
function Alike({ found: { cluster, distance } }: { found: GetClusterResponse["similar"][number] }) {
  const words = useWords({ en, de });
  const language = useLanguage();
  return (
    <>
      <Crop src={cluster?.cover?.face} alt="" width={72} height={72} fit="cover" />
      <span className="small">{words.appearances(cluster?.appearance_count ?? 0)}</span>
      <span className="small soft number" title={words.unknown.distanceHelp}>
        {words.unknown.distance(distanceIn(language, distance))}
      </span>
    </>
  );
}
