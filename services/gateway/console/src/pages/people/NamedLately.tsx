import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useEffect } from "react";
import { Link } from "wouter";
import { onEvent } from "../../api/events";
import { type ClusterAppearance, listClassAppearances } from "../../api/generated";
import type { Key } from "../../api/queries";
import { IconButton } from "../../parts/Button";
import { useStore } from "../../parts/useStore";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";
import { BeforeAfter, Took } from "./Changed";
import { forget, type Given, given, wasNamedBy } from "./named_lately";
import { changesQuery } from "./queries";

const SHOWN = 5;

/** What the names that were given here changed: before → after, in which programmes, how long it took. */
export function NamedLately() {
  const words = useWords({ en, de });
  const names = useStore(given);
  useEffect(
    () =>
      onEvent(({ name, data }) => {
        if (name !== "recognition.updated") return;
        const model = data.model as { name?: string; version?: string } | undefined;
        wasNamedBy([model?.name, model?.version].filter(Boolean).join(" "));
      }),
    [],
  );
  if (names.length === 0) return null;
  return (
    <section className="card people-lately" aria-label={words.lately.title}>
      <h2>{words.lately.title}</h2>
      <ul aria-live="polite">
        {names.map((one) => (
          <Name key={one.classId} one={one} />
        ))}
      </ul>
    </section>
  );
}

function Name({ one }: { one: Given }) {
  const words = useWords({ en, de });
  const shell = useShellWords();
  const { data, dataUpdatedAt } = useQuery(changesQuery(one.classId, 1));
  const [change] = data?.changes ?? [];
  const tracks = change?.classes[0];
  const isAskedSince = one.model !== "" && dataUpdatedAt > one.heardAt;
  const isNew = change !== undefined && tracks !== undefined && (change.changed_at ?? "") !== one.since;
  return (
    <li>
      <Link href={`/people/${encodeURIComponent(one.classId)}`} className="foreign">
        {one.name}
      </Link>
      {isNew ? (
        <>
          <BeforeAfter before={tracks.before} after={tracks.after} />
          <Took change={change} />
          <Programmes classId={one.classId} />
        </>
      ) : (
        <span className="soft">{isAskedSince ? words.lately.nobody(one.model) : words.lately.waits}</span>
      )}
      <IconButton label={`${shell.close}: ${one.name}`} icon={<X />} onPress={() => forget(one.classId)} />
    </li>
  );
}

/** The newest programmes in which the person is seen now, each at the first moment. */
function Programmes({ classId }: { classId: string }) {
  const words = useWords({ en, de });
  const { data } = useQuery({
    queryKey: ["classes", "appearances", classId, "newest"] satisfies Key,
    queryFn: ({ signal }) => listClassAppearances(classId, { pageSize: 50 }, { signal }),
  });
  const firsts = new Map<string, ClusterAppearance>();
  for (const each of data?.appearances ?? []) if (!firsts.has(each.asset_id)) firsts.set(each.asset_id, each);
  const shown = [...firsts.values()].slice(0, SHOWN);
  if (data === undefined || shown.length === 0) return null;
  const others = data.asset_count - shown.length;
  return (
    <ul className="people-lately-programmes small">
      {shown.map((each) => (
        <li key={each.asset_id}>
          <Link href={momentOf(each)} className="foreign">
            {each.title || words.untitled}
          </Link>
        </li>
      ))}
      {others > 0 && <li className="soft">{words.changes.others(others)}</li>}
    </ul>
  );
}

/** Where an appearance can be looked at. */
function momentOf(one: ClusterAppearance): string {
  const at = one.appearance?.moment?.pts;
  return `/assets/${one.asset_id}${at === undefined ? "" : `?pts=${at}`}`;
}
