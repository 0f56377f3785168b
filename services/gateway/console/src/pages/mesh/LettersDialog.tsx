import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { type DeadLetterView, type DiscardDeadLettersRequest, discardDeadLetters } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { Checkbox, TextField } from "../../parts/fields";
import { Said } from "../../parts/Said";
import type { More } from "../../parts/Sheet";
import { useStatus } from "../../parts/status";
import { Time } from "../../parts/values";
import { useShellWords } from "../../words/shell";
import { useReplay } from "./Letters";
import { type Kind, lettersOf } from "./queries";
import { useMeshWords } from "./words";

/** Dead letters of one kind, each with its reason and itself; chosen ones are sent again or set aside. */
export function LettersDialog({ kind, operates, onClose }: { kind: Kind; operates: boolean; onClose: () => void }) {
  const words = useMeshWords().letters;
  const query = useInfiniteQuery(lettersOf(kind));
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const [because, setBecause] = useState<string>();
  const replay = useReplay();
  const discard = useDiscard();
  const none = () => choose(new Set());
  const send = () => replay.mutate({ group: kind.group, ids: [...chosen] }, { onSuccess: none });
  const setAside = () =>
    discard.mutate(
      { group: kind.group, ids: [...chosen], because: (because ?? "").trim() },
      {
        onSuccess: () => {
          none();
          setBecause(undefined);
        },
      },
    );
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
            <LetterList
              letters={data.pages.flatMap((page) => page.dead_letters)}
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
  const words = useMeshWords().letters;
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

function useDiscard() {
  const words = useMeshWords().letters;
  const status = useStatus();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (request: DiscardDeadLettersRequest) => discardDeadLetters(request),
    onSuccess: (answer) => {
      status.say(words.discarded(answer.discarded));
      void queries.invalidateQueries({ queryKey: ["mesh"] });
    },
  });
}

function LetterList({
  letters,
  more,
  chosen,
  onChoose,
}: {
  letters: readonly DeadLetterView[];
  more: More;
  /** Undefined where nothing can be chosen. */
  chosen: ReadonlySet<string> | undefined;
  onChoose: (chosen: ReadonlySet<string>) => void;
}) {
  const words = useMeshWords().letters;
  const shell = useShellWords();
  if (letters.length === 0) return <p className="soft">{words.gone}</p>;
  const toggle = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    onChoose(next);
  };
  return (
    <>
      <ul className="mesh-letters">
        {letters.map((one) => (
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
            <Letter letter={one} />
          </li>
        ))}
      </ul>
      {more.hasNextPage && <Button onPress={() => void more.fetchNextPage()}>{shell.more}</Button>}
    </>
  );
}

/** The part of an id that names the record within its group. */
function idOf(letter: DeadLetterView): string {
  return letter.dead_letter_id.startsWith(`${letter.group}/`)
    ? letter.dead_letter_id.slice(letter.group.length + 1)
    : letter.dead_letter_id;
}

function Letter({ letter }: { letter: DeadLetterView }) {
  const words = useMeshWords().letters;
  return (
    <div className="mesh-letter">
      <p className="foreign">
        <Said sentence={letter.reason} wording={letter.wording} />
      </p>
      <p className="soft small foreign">
        <Time at={letter.given_up} /> · {words.attempts}: {letter.attempts}
        {letter.asset_id !== "" && (
          <>
            {"\u00a0· "}
            <Link href={`/assets/${letter.asset_id}`}>{words.asset}</Link>
          </>
        )}
      </p>
      {letter.payload !== "" && (
        <details>
          <summary>{words.payload}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls has to be reached by keys */}
          <pre tabIndex={0} lang="en">
            {letter.payload}
          </pre>
        </details>
      )}
    </div>
  );
}
