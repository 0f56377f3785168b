import { useInfiniteQuery } from "@tanstack/react-query";
import { Scale } from "lucide-react";
import { Link } from "wouter";
import type { Refusal, RefusedMoment } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Badge } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { Choose } from "../../parts/fields";
import { ChangeLink } from "../../parts/rights_links";
import { Said } from "../../parts/Said";
import { useQueryString } from "../../parts/useQueryString";
import { Length, Money, Time } from "../../parts/values";
import { usePurposes } from "../../words/purposes";
import { useShellWords } from "../../words/shell";
import { ChangeLine } from "./Changes";
import { changes, ledgerOf, refusalsOf, unmatched } from "./queries";
import { SubjectName } from "./SubjectName";
import { useRightsWords } from "./words";

/** What a rights person sees first: refusals by their sentence, changes under way, what is owed. */
export function Overview({ onOpen, onTab }: { onOpen: (change: string) => void; onTab: (tab: string) => void }) {
  return (
    <div className="rights-overview">
      <Refusals />
      <div className="stack">
        <Lately onOpen={onOpen} onAll={() => onTab("changes")} />
        <Balances onAll={() => onTab("owed")} />
        <Unmatched />
      </div>
    </div>
  );
}

function Refusals() {
  const words = useRightsWords();
  const shell = useShellWords();
  const [kind] = useQueryString("kind");
  const [purpose] = useQueryString("purpose");
  const query = useInfiniteQuery(refusalsOf(kind, purpose));
  return (
    <section aria-labelledby="rights-refusals" className="stack">
      <div className="rights-head">
        <div>
          <h2 id="rights-refusals">{words.refusals.title}</h2>
          <p className="soft">{words.refusals.note}</p>
        </div>
        <Filters />
      </div>
      <Answer query={query}>
        {(data) => {
          const groups = data.pages.flatMap((page) => page.refusals);
          if (groups.length === 0) {
            return (
              <Empty icon={<Scale aria-hidden="true" />} title={words.refusals.none}>
                {words.refusals.noneText}
              </Empty>
            );
          }
          return (
            <ul className="stack">
              {groups.map((one) => (
                <Group key={`${one.kind}${one.purpose}${one.sentence}`} refusal={one} />
              ))}
              {query.hasNextPage && <Button onPress={() => void query.fetchNextPage()}>{shell.more}</Button>}
            </ul>
          );
        }}
      </Answer>
    </section>
  );
}

/** Which refusals are listed, as the address says it. */
function Filters() {
  const words = useRightsWords().refusals;
  const purposes = usePurposes();
  const [kind, setKind] = useQueryString("kind");
  const [purpose, setPurpose] = useQueryString("purpose");
  return (
    <div className="row">
      <Choose
        label={words.kind}
        labelHidden
        choices={Object.entries(words.kinds).map(([value, label]) => ({ value, label }))}
        value={kind}
        onChange={setKind}
      />
      <Choose
        label={words.purpose}
        labelHidden
        choices={[
          { value: "", label: words.allPurposes },
          ...Object.entries(purposes).map(([value, label]) => ({ value, label })),
        ]}
        value={purpose}
        onChange={setPurpose}
      />
    </div>
  );
}

function Group({ refusal }: { refusal: Refusal }) {
  const words = useRightsWords();
  const purposes = usePurposes();
  const counted = refusal.kind === "assets" ? words.assets : words.samples;
  return (
    <li className="card rights-refusal">
      <div className="row">
        <strong>{counted(refusal.count)}</strong>
        <Badge weight="calm">{purposes[refusal.purpose ?? ""] ?? refusal.purpose}</Badge>
      </div>
      <p className="foreign">
        <Said sentence={refusal.sentence} wording={refusal.wording} />
      </p>
      <details>
        <summary>{words.refusals.moments}</summary>
        <ul className="rights-moments">
          {refusal.moments.map((one) => (
            <li key={`${one.sample_id}${one.asset_id}`}>
              <Moment moment={one} />
              <ChangeLink about={{ asset_id: one.asset_id }} of={one.title || words.refusals.untitled} />
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

function Moment({ moment }: { moment: RefusedMoment }) {
  const words = useRightsWords();
  const seconds = moment.at === undefined ? undefined : Number.parseFloat(moment.at);
  return (
    <Link href={`/assets/${moment.asset_id}`} className="rights-moment">
      <span className="one-line" dir="auto">
        {moment.title || words.refusals.untitled}
      </span>
      <span className="soft">
        {seconds === undefined ? words.refusals.whole : <Length seconds={Math.floor(seconds)} />}
      </span>
    </Link>
  );
}

function Lately({ onOpen, onAll }: { onOpen: (change: string) => void; onAll: () => void }) {
  const words = useRightsWords();
  const query = useInfiniteQuery(changes);
  return (
    <section className="card rights-aside" aria-labelledby="rights-lately">
      <div className="rights-head">
        <h2 id="rights-lately">{words.changes.lately}</h2>
        <Button look="bare" onPress={onAll}>
          {words.all}
        </Button>
      </div>
      <Answer query={query} small>
        {(data) => {
          const latest = data.pages[0]?.changes.slice(0, 5) ?? [];
          if (latest.length === 0) return <p className="soft">{words.changes.none}</p>;
          return (
            <ul className="rights-lines">
              {latest.map((one) => (
                <li key={one.change_id}>
                  <ChangeLine change={one} onOpen={onOpen} />
                </li>
              ))}
            </ul>
          );
        }}
      </Answer>
    </section>
  );
}

const ALL = { holder: "", from: "", until: "", currency: "" };

function Balances({ onAll }: { onAll: () => void }) {
  const words = useRightsWords();
  const query = useInfiniteQuery(ledgerOf(ALL));
  return (
    <section className="card rights-aside" aria-labelledby="rights-balances">
      <div className="rights-head">
        <h2 id="rights-balances">{words.owed.title}</h2>
        <Button look="bare" onPress={onAll}>
          {words.all}
        </Button>
      </div>
      <Answer query={query} small>
        {(data) => {
          const balances = data.pages[0]?.balances ?? [];
          if (balances.length === 0) return <p className="soft">{words.owed.none}</p>;
          return (
            <ul className="rights-lines">
              {balances.slice(0, 5).map((one) => (
                <li key={`${one.holder}${one.currency}`} className="rights-balance">
                  <span className="one-line" dir="auto">
                    {one.holder}
                  </span>
                  <strong>
                    <Money amount={one.amount} currency={one.currency} />
                  </strong>
                </li>
              ))}
            </ul>
          );
        }}
      </Answer>
    </section>
  );
}

function Unmatched() {
  const words = useRightsWords();
  const query = useInfiniteQuery(unmatched);
  const found = query.data?.pages.flatMap((page) => page.unmatched) ?? [];
  if (found.length === 0) return null;
  return (
    <section className="card rights-aside" aria-labelledby="rights-unmatched">
      <h2 id="rights-unmatched">{words.unmatched.title}</h2>
      <p className="soft small">{words.unmatched.note}</p>
      <ul className="rights-lines">
        {found.slice(0, 10).map((one) => (
          <li key={`${JSON.stringify(one.subject)}${one.since}`}>
            <SubjectName subject={one.subject} />
            <span className="soft small">
              {words.unmatched.since} <Time at={one.since} day />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
