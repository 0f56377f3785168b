import { useInfiniteQuery } from "@tanstack/react-query";
import { Check, Clock, Eraser } from "lucide-react";
import { useState } from "react";
import type { Erasure } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Badge } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { Count, Time } from "../../parts/values";
import { stores as de } from "../../words/de/stores";
import { stores as en } from "../../words/en/stores";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";
import { useAsked } from "./asked";
import { EraseDialog } from "./EraseDialog";
import { erasures } from "./queries";
import { useRightsWords } from "./words";

/** Erasures, each with what every one of the six services has reported. */
export function Erasures() {
  const words = useRightsWords();
  const shell = useShellWords();
  const query = useInfiniteQuery(erasures);
  const [asking, setAsking] = useState(false);
  const { asked, named, forget } = useAsked("erasure");
  return (
    <div className="stack">
      <div className="rights-head">
        <h2>{words.erasures.title}</h2>
        <Button look="bad" onPress={() => setAsking(true)}>
          <Eraser aria-hidden="true" />
          {words.erasures.create} …
        </Button>
      </div>
      <Answer query={query}>
        {(data) => {
          const found = data.pages.flatMap((page) => page.erasures);
          if (found.length === 0) {
            return (
              <Empty icon={<Eraser aria-hidden="true" />} title={words.erasures.none}>
                {words.erasures.noneText}
              </Empty>
            );
          }
          return (
            <ul className="stack">
              {found.map((one) => (
                <Entry key={one.erasure_id} erasure={one} />
              ))}
              {query.hasNextPage && <Button onPress={() => void query.fetchNextPage()}>{shell.more}</Button>}
            </ul>
          );
        }}
      </Answer>
      {(asking || asked) && (
        <EraseDialog
          key={named?.name}
          named={named}
          onClose={() => {
            setAsking(false);
            forget();
          }}
        />
      )}
    </div>
  );
}

function Entry({ erasure }: { erasure: Erasure }) {
  const words = useRightsWords();
  const shell = useShellWords();
  const all = erasure.answers.length + erasure.open.length;
  const done = erasure.open.length === 0 && erasure.answers.length > 0;
  return (
    <li className="card stack">
      <div className="rights-head">
        <div>
          <h3>
            {words.erasures.kinds[erasure.kind] ?? erasure.kind}{" "}
            <code className="foreign">{erasure.subject_id || erasure.erasure_id}</code>
          </h3>
          <p className="soft foreign">
            {words.erasures.by} {erasure.actor?.principal || words.nobody} · <Time at={erasure.requested_at} />
          </p>
        </div>
        <Badge weight={done ? "good" : "busy"}>
          {words.erasures.states[erasure.state ?? ""] ?? erasure.state}
          {!done && ` · ${words.erasures.reported(erasure.answers.length, all)}`}
        </Badge>
      </div>
      <ul className="rights-services" aria-label={words.erasures.open}>
        {erasure.answers.map((answer) => (
          <li key={answer.service}>
            <Check aria-hidden="true" className="rights-good" />
            <strong>{shell.services[answer.service] ?? answer.service}</strong>
            <span className="soft small">
              <Counts counts={answer.counts} />
            </span>
          </li>
        ))}
        {erasure.open.map((service) => (
          <li key={service}>
            <Clock aria-hidden="true" />
            <strong>{shell.services[service] ?? service}</strong>
            <span className="soft small">{words.erasures.waits}</span>
          </li>
        ))}
      </ul>
    </li>
  );
}

function Counts({ counts }: { counts: Erasure["answers"][number]["counts"] }) {
  const words = useRightsWords();
  const names: Readonly<Record<string, string>> = useWords({ en, de });
  const held = new Map<string, number>();
  for (const { kind, count } of counts) {
    const name = names[kind] ?? names[familyOf(kind)] ?? kind;
    if (count > 0) held.set(name, (held.get(name) ?? 0) + count);
  }
  if (held.size === 0) return <>{words.erasures.nothing}</>;
  return (
    <>
      {[...held].map(([name, count], index) => (
        <span key={name} className="foreign">
          {index > 0 && ", "}
          {name}: <Count value={count} />
        </span>
      ))}
    </>
  );
}

/** `objects/image` of the store `objects/image/jpeg`. */
function familyOf(store: string): string {
  return store.split("/").slice(0, 2).join("/");
}
