import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import type { DeadLetterView } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { Checkbox, TextField } from "../../parts/fields";
import { Said } from "../../parts/Said";
import type { Paged } from "../../parts/useNextPage";
import { Time } from "../../parts/values";
import { useShellWords } from "../../words/shell";
import { deadLettersOf, type Kind } from "./queries";
import { useDiscard, useReplay } from "./useDeadLetterActions";
import { useMeshWords } from "./words";

/** Dead letters of one kind, each with its reason and itself; chosen ones are sent again or set aside. */
export function DeadLettersDialog({ kind, operates, onClose }: { kind: Kind; operates: boolean; onClose: () => void }) {
  const words = useMeshWords().deadLetters;
  const query = useInfiniteQuery(deadLettersOf(kind));
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const [because, setBecause] = useState<string>();
  const replay = useReplay();
  const discard = useDiscard();
  const records = { group: kind.group, ids: [...chosen] };
  const done = () => {
    choose(new Set());
    setBecause(undefined);
  };
  const send = () => replay.mutate(records, { onSuccess: () => choose(new Set()) });
  const setAside = () => discard.mutate({ ...records, because: (because ?? "").trim() }, { onSuccess: done });
  return (
    <Dialog
      title={words.of(kind.group)}
      open
      wide
      onClose={onClose}
      actions={
        operates && (
          <Actions
            count={chosen.size}
            because={because}
            onBecause={() => setBecause("")}
            setAside={discard.isPending ? undefined : setAside}
            send={replay.isPending ? undefined : send}
          />
        )
      }
    >
      <div className="stack">
        {because !== undefined && (
          <TextField label={words.because} value={because} onChange={setBecause} help={words.needed} autoFocus />
        )}
        <Sentence error={replay.error ?? discard.error} />
        <Answer query={query}>
          {(data) => (
            <DeadLetterList
              records={data.pages.flatMap((page) => page.dead_letters)}
              more={query}
              chosen={operates ? chosen : undefined}
              onChoose={choose}
            />
          )}
        </Answer>
      </div>
    </Dialog>
  );
}

function Actions({
  count,
  because,
  onBecause,
  setAside,
  send,
}: {
  /** Of those that are chosen. */
  count: number;
  /** Why no replay is needed, once somebody begins to say it. */
  because: string | undefined;
  onBecause: () => void;
  setAside: (() => void) | undefined;
  send: (() => void) | undefined;
}) {
  const words = useMeshWords().deadLetters;
  const none = count === 0;
  return (
    <>
      {because === undefined ? (
        <Button onPress={onBecause} isDisabled={none}>
          {words.discard}
        </Button>
      ) : (
        <Button
          look="bad"
          onPress={() => setAside?.()}
          isDisabled={none || because.trim() === "" || setAside === undefined}
        >
          {words.confirm}
        </Button>
      )}
      <Button look="main" onPress={() => send?.()} isDisabled={none || send === undefined}>
        {words.replayChosen(count)}
      </Button>
    </>
  );
}

function DeadLetterList({
  records,
  more,
  chosen,
  onChoose,
}: {
  records: readonly DeadLetterView[];
  more: Paged;
  /** Undefined where nothing can be chosen. */
  chosen: ReadonlySet<string> | undefined;
  onChoose: (chosen: ReadonlySet<string>) => void;
}) {
  const words = useMeshWords().deadLetters;
  const shell = useShellWords();
  if (records.length === 0) return <p className="soft">{words.gone}</p>;
  const toggle = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    onChoose(next);
  };
  return (
    <>
      <ul className="mesh-dead-letters">
        {records.map((one) => (
          <li key={one.dead_letter_id} className="card">
            {chosen !== undefined && (
              <Checkbox
                aria-label={`${words.choose}: ${one.dead_letter_id}`}
                isSelected={chosen.has(idOf(one))}
                onChange={(on) => toggle(idOf(one), on)}
              >
                {null}
              </Checkbox>
            )}
            <DeadLetter record={one} />
          </li>
        ))}
      </ul>
      {more.hasNextPage && <Button onPress={() => void more.fetchNextPage()}>{shell.more}</Button>}
    </>
  );
}

/** The part of an id that names the record within its group. */
function idOf(record: DeadLetterView): string {
  return record.dead_letter_id.startsWith(`${record.group}/`)
    ? record.dead_letter_id.slice(record.group.length + 1)
    : record.dead_letter_id;
}

function DeadLetter({ record }: { record: DeadLetterView }) {
  const words = useMeshWords().deadLetters;
  return (
    <div className="mesh-dead-letter">
      <p className="foreign">
        <Said sentence={record.reason} wording={record.wording} />
      </p>
      <p className="soft small foreign">
        <Time at={record.given_up} /> · {words.attempts}: {record.attempts}
        {record.asset_id !== "" && (
          <>
            {"\u00a0· "}
            <Link href={`/assets/${record.asset_id}`}>{words.asset}</Link>
          </>
        )}
      </p>
      {record.payload !== "" && (
        <details>
          <summary>{words.payload}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls has to be reached by keys */}
          <pre tabIndex={0} lang="en">
            {record.payload}
          </pre>
        </details>
      )}
    </div>
  );
}
