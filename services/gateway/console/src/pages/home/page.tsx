import { useQuery } from "@tanstack/react-query";
import { ChevronRight, CloudOff, Coffee, Film, MonitorCheck } from "lucide-react";
import { Link, useLocation } from "wouter";
import type { Counts } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Empty } from "../../parts/Empty";
import { useKeys } from "../../parts/keys";
import { Missing } from "../../parts/Missing";
import { Page } from "../../parts/Page";
import { useLate } from "../../parts/useLate";
import { useSession } from "../../parts/useSession";
import { useUnsent } from "../../parts/useUnsent";
import { Waiting } from "../../parts/Waiting";
import { home as de } from "../../words/de/home";
import { home as en } from "../../words/en/home";
import { useWords } from "../../words/language";
import { Lately } from "./Lately";
import { countsQuery } from "./queries";
import { underWay, waitingFor } from "./waiting";
import "./home.css";

/** What waits for whoever is here, and what changed last: neither waits for the other. */
export default function Home() {
  const words = useWords({ en, de });
  const counts = useQuery(countsQuery());
  return (
    <Page title={words.title}>
      {counts.data !== undefined && isNew(counts.data) ? (
        <div className="stack">
          <Unsent />
          <Missing sentences={named(counts.data.missing, words.parts)} wordings={counts.data.missing_wordings} />
          <First />
          <Local />
        </div>
      ) : (
        <div className="home">
          <section className="stack" aria-labelledby="waiting">
            <h2 id="waiting">{words.waiting}</h2>
            <Unsent />
            <Answer query={counts} waiting={<Waiting rows={5} rowHeight={64} />}>
              {(data) => <WaitsForYou counts={data} />}
            </Answer>
            <Local />
          </section>
          <section className="stack" aria-labelledby="lately">
            <div className="home-head">
              <h2 id="lately">{words.lately}</h2>
              {counts.data !== undefined && <UnderWay counts={counts.data} />}
              <Link href="/assets">{words.allAssets}</Link>
            </div>
            <Lately />
          </section>
        </div>
      )}
    </Page>
  );
}

function WaitsForYou({ counts }: { counts: Counts }) {
  const words = useWords({ en, de });
  const { may } = useSession();
  const [, navigate] = useLocation();
  const waiting = waitingFor(counts, words, may);
  const first = waiting[0];
  useKeys(
    first === undefined ? [] : [{ id: "home.open", key: "Enter", does: words.open, run: () => navigate(first.to) }],
  );
  return (
    <>
      <Missing sentences={named(counts.missing, words.parts)} wordings={counts.missing_wordings} />
      {waiting.length === 0 && (
        <div className="card">
          <Empty icon={<Coffee aria-hidden="true" />} title={words.nothing}>
            {words.nothingText}
          </Empty>
        </div>
      )}
      {waiting.length > 0 && (
        <ul className="home-waiting">
          {waiting.map((entry) => (
            <li key={entry.id}>
              <Link href={entry.to} className={entry.bad ? "home-entry home-entry-bad" : "home-entry"}>
                <entry.icon aria-hidden="true" />
                <span>
                  <strong>{entry.title}</strong>
                  <span className="soft foreign">{entry.text}</span>
                </span>
                <ChevronRight aria-hidden="true" />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** What was decided in Review and is not sent: that waits for the mesh, and is known without it. */
function Unsent() {
  const words = useWords({ en, de });
  const count = useUnsent();
  if (!useLate(count > 0, 1000)) return null;
  return (
    <div className="home-waiting">
      <Link href="/review" className="home-entry home-entry-bad">
        <CloudOff aria-hidden="true" />
        <span>
          <strong>{words.unsent(count)}</strong>
          <span className="soft">{words.unsentText}</span>
        </span>
        <ChevronRight aria-hidden="true" />
      </Link>
    </div>
  );
}

function UnderWay({ counts }: { counts: Counts }) {
  const words = useWords({ en, de });
  const { moving } = underWay(counts);
  return moving > 0 && <span className="soft">{words.underWay(moving)}</span>;
}

/** Whether nothing has ever come in, as far as that is known. */
function isNew(counts: Counts): boolean {
  return counts.assets !== undefined && counts.assets.length === 0 && !counts.unavailable.includes("assets");
}

/** What is missing, by the name that people have for it: the answer has the name of its field. */
function named(sentences: readonly string[], parts: Readonly<Record<string, string>>): string[] {
  return sentences.map((sentence) => sentence.replace(/^\w+(?=: )/, (field) => parts[field] ?? field));
}

/** A mesh without anything in it: the first step. */
function First() {
  const words = useWords({ en, de });
  const { may } = useSession();
  const bringsIn = may("curator") || may("rights");
  return (
    <div className="card">
      <Empty
        icon={<Film aria-hidden="true" />}
        title={words.first.title}
        action={
          bringsIn && (
            <Link href="/assets" className="button button-main">
              {words.first.button}
            </Link>
          )
        }
      >
        {bringsIn ? words.first.text : words.first.without}
      </Empty>
    </div>
  );
}

/** On a mesh without users: what that means, and how it ends. */
function Local() {
  const words = useWords({ en, de });
  const { session } = useSession();
  if (session?.mode !== "local") return null;
  return (
    <section className="card home-local" aria-labelledby="local">
      <MonitorCheck aria-hidden="true" />
      <div>
        <h2 id="local">{words.local.title}</h2>
        <p className="soft">{words.local.text}</p>
        {session.setup_open && (
          <Link href="/setup" className="button">
            {words.local.button}
          </Link>
        )}
      </div>
    </section>
  );
}
