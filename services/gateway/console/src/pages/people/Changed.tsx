import { useQuery } from "@tanstack/react-query";
import { ArrowRight, History } from "lucide-react";
import { useMemo } from "react";
import { Link } from "wouter";
import type { RecognitionChange } from "../../api/generated";
import { secondsOf } from "../../domain/timeline";
import { Answer } from "../../parts/Answer";
import { Empty } from "../../parts/Empty";
import { Page } from "../../parts/Page";
import { Time } from "../../parts/values";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { numberIn } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import { Lists } from "./Lists";
import { changesQuery, namesQuery } from "./queries";

const SHOWN = 12;

/** What new models changed: whom they name now, before and after. */
export function Changed() {
  const words = useWords({ en, de });
  const query = useQuery(changesQuery());
  return (
    <Page title={words.title} actions={<Lists list="changed" />}>
      <Answer query={query}>
        {({ changes }) =>
          changes.length === 0 ? (
            <Empty icon={<History aria-hidden="true" />} title={words.changes.none}>
              {words.changes.noneText}
            </Empty>
          ) : (
            <ol className="stack">
              {changes.map((one) => (
                <Change key={`${one.model?.name} ${one.model?.version} ${one.changed_at}`} change={one} />
              ))}
            </ol>
          )
        }
      </Answer>
    </Page>
  );
}

function Change({ change }: { change: RecognitionChange }) {
  const words = useWords({ en, de });
  const shown = change.classes.slice(0, SHOWN);
  const ids = useMemo(() => change.classes.slice(0, SHOWN).map((one) => one.class_id), [change.classes]);
  const { data } = useQuery(namesQuery(ids));
  const names = new Map(data?.classes.map((one) => [one.class_id, one.name]));
  return (
    <li className="card people-change">
      <header>
        <strong className="foreign">
          {change.model?.name} {change.model?.version}
        </strong>
        <Took change={change} />
        <Time at={change.changed_at} ago />
      </header>
      <ul>
        {shown.map((one) => (
          <li key={one.class_id}>
            <Link href={`/people/${encodeURIComponent(one.class_id)}`} className="one-line">
              {names.get(one.class_id) ?? "…"}
            </Link>
            <BeforeAfter before={one.before} after={one.after} />
          </li>
        ))}
      </ul>
      {change.classes.length > SHOWN && (
        <p className="small soft">{words.changes.others(change.classes.length - SHOWN)}</p>
      )}
    </li>
  );
}

/** In how many programmes something changed, and how long naming the archive anew took. */
export function Took({ change }: { change: RecognitionChange }) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const seconds = numberIn(language, secondsOf(change.duration) || 0, 1);
  return <span className="soft">{words.changes.took(words.programmes(change.asset_count), seconds)}</span>;
}

/** 0 → 37 appearances. */
export function BeforeAfter({ before, after }: { before: number; after: number }) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const [from, to] = [numberIn(language, before), numberIn(language, after)];
  return (
    <span className={after >= before ? "people-after people-more" : "people-after people-less"}>
      <span aria-hidden="true">
        {from} <ArrowRight /> <strong>{to}</strong>
      </span>
      <span className="for-readers">{words.changes.line(from, to)}</span>
    </span>
  );
}
