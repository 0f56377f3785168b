import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Eraser, ScanFace } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { type DatasetClass, undoMerge } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Crop } from "../../parts/Crop";
import { Empty } from "../../parts/Empty";
import { useKeys } from "../../parts/keys";
import { Page } from "../../parts/Page";
import { erasureOf } from "../../parts/rights_links";
import { useStatus } from "../../parts/status";
import { useErrorText } from "../../parts/useSentence";
import { useSession } from "../../parts/useSession";
import { Time } from "../../parts/values";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { useWords } from "../../words/language";
import { Appearances } from "./Appearances";
import { BeforeAfter, Took } from "./Changed";
import { Merge } from "./Merge";
import { appearancesQuery, changesQuery, personQuery } from "./queries";
import { Rename } from "./Rename";

/** One person: names, samples, mergers, what the newest model changed, and every appearance. */
export function Person({ classId }: { classId: string }) {
  const words = useWords({ en, de });
  const query = useQuery(personQuery(classId));
  const person = query.data?.dataset_class;
  const { may } = useSession();
  const [open, setOpen] = useState<"rename" | "merge">();
  const curates = may("curator") && person !== undefined;
  useKeys(
    curates
      ? [
          { id: "people.rename", key: "n", does: words.keys.rename, run: () => setOpen("rename") },
          { id: "people.mergeClass", key: "m", does: words.keys.mergeClass, run: () => setOpen("merge") },
        ]
      : [],
  );
  return (
    <Page
      title={person?.name ?? words.title}
      note={<Link href="/people">{words.back}</Link>}
      actions={
        curates && (
          <>
            <Button shortcut="N" onPress={() => setOpen("rename")}>
              {words.rename.button}
            </Button>
            <Button shortcut="M" onPress={() => setOpen("merge")}>
              {words.merge.button}
            </Button>
          </>
        )
      }
    >
      <Answer query={query}>
        {({ dataset_class: known, merged }) =>
          known === undefined ? null : (
            <div className="people-person">
              <Facts person={known} merged={merged} />
              <Seen classId={classId} />
            </div>
          )
        }
      </Answer>
      {person !== undefined && open === "rename" && <Rename person={person} onClose={() => setOpen(undefined)} />}
      {person !== undefined && open === "merge" && <Merge person={person} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

function Facts({ person, merged }: { person: DatasetClass; merged: readonly DatasetClass[] }) {
  const words = useWords({ en, de });
  const { may } = useSession();
  return (
    <aside className="stack people-facts">
      <Crop src={person.samples?.path} alt="" width={208} height={208} fit="cover" />
      <Samples person={person} />
      <Aliases aliases={person.aliases} />
      <ExternalIds ids={Object.entries(person.external_ids ?? {})} />
      <NewestChange classId={person.class_id} />
      {merged.length > 0 && <Merged into={person} merged={merged} />}
      {may("rights") && (
        <div>
          <Link href={erasureOf({ class: person.class_id })} className="button button-bare">
            <Eraser aria-hidden="true" />
            {words.erase}
          </Link>
        </div>
      )}
      {person.changed_at !== undefined && (
        <p className="small soft foreign">
          <Time at={person.changed_at} ago />,{" "}
          {words.changedBy(person.changed_by.startsWith("rule:") ? words.rule : person.changed_by)}
        </p>
      )}
    </aside>
  );
}

/** How many samples there are of a person, and where those lie that wait or are withheld. */
function Samples({ person }: { person: DatasetClass }) {
  const words = useWords({ en, de });
  const { may } = useSession();
  const { accepted = 0, proposed = 0, withheld = 0 } = person.samples ?? {};
  return (
    <>
      <p>{words.samples(accepted)}</p>
      {proposed > 0 && may("curator") && (
        <Link href={`/review?person=${encodeURIComponent(person.class_id)}`}>{words.toReview(proposed)}</Link>
      )}
      {withheld > 0 && (
        <p className="soft">
          {may("rights") ? (
            <Link href="/rights?kind=samples">{words.withheld(withheld)}</Link>
          ) : (
            words.withheld(withheld)
          )}
        </p>
      )}
    </>
  );
}

function Aliases({ aliases }: { aliases: readonly string[] }) {
  const words = useWords({ en, de });
  if (aliases.length === 0) return null;
  return (
    <section aria-label={words.aliases}>
      <h2>{words.aliases}</h2>
      <ul>
        {aliases.map((alias) => (
          <li key={alias} className="foreign" dir="auto">
            {alias}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What a person is called in other systems, by scheme. */
function ExternalIds({ ids }: { ids: readonly [scheme: string, id: string][] }) {
  const words = useWords({ en, de });
  if (ids.length === 0) return null;
  return (
    <section aria-label={words.externals}>
      <h2>{words.externals}</h2>
      <dl className="people-ids">
        {ids.map(([scheme, id]) => (
          <div key={scheme}>
            <dt className="soft foreign">{scheme}</dt>
            <dd className="foreign">{id}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function NewestChange({ classId }: { classId: string }) {
  const words = useWords({ en, de });
  const { data } = useQuery(changesQuery(classId, 1));
  const change = data?.changes[0];
  const tracks = change?.classes[0];
  if (change === undefined || tracks === undefined) return null;
  return (
    <section aria-label={words.changes.title}>
      <h2>{words.changes.title}</h2>
      <p>
        <BeforeAfter before={tracks.before} after={tracks.after} />
      </p>
      <p className="small soft foreign">{words.changes.model(change.model?.version ?? "")}</p>
      <p className="small">
        <Took change={change} />
      </p>
    </section>
  );
}

function Merged({ into, merged }: { into: DatasetClass; merged: readonly DatasetClass[] }) {
  const words = useWords({ en, de });
  const { say, warn } = useStatus();
  const textOf = useErrorText();
  const queries = useQueryClient();
  const { may } = useSession();
  const takeBack = async (one: DatasetClass) => {
    try {
      await undoMerge(one.class_id);
      say(words.merge.undone(one.name));
    } catch (error) {
      warn(textOf(error));
    }
    await queries.invalidateQueries({ queryKey: ["classes"] });
  };
  return (
    <section aria-label={words.merge.list}>
      <h2>{words.merge.list}</h2>
      <ul className="people-merged">
        {merged.map((one) => (
          <li key={one.class_id}>
            <span className="foreign">{one.name}</span>
            {may("curator") && (
              <Button
                look="bare"
                onPress={() => void takeBack(one)}
                aria-label={`${words.merge.undo}: ${one.name}, ${into.name}`}
              >
                {words.merge.undo}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Seen({ classId }: { classId: string }) {
  const words = useWords({ en, de });
  const query = useInfiniteQuery(appearancesQuery(classId));
  const found = query.data?.pages.flatMap((page) => page.appearances) ?? [];
  const last = query.data?.pages.at(-1);
  return (
    <section aria-labelledby="seen" className="stack people-seen">
      <header className="people-head">
        <h2 id="seen">{words.seen}</h2>
        {last !== undefined && last.total_size > 0 && (
          <span className="soft">
            {words.appearances(last.total_size)}, {words.programmes(last.asset_count)}
          </span>
        )}
      </header>
      <Answer query={query} small>
        {() =>
          found.length === 0 ? (
            <Empty icon={<ScanFace aria-hidden="true" />} title={words.notSeen} small>
              {words.notSeenText}
            </Empty>
          ) : (
            <Appearances appearances={found} />
          )
        }
      </Answer>
      {query.hasNextPage && (
        <Button onPress={() => void query.fetchNextPage()} isDisabled={query.isFetchingNextPage}>
          {words.more}
        </Button>
      )}
    </section>
  );
}
