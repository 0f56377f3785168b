import { type ReactNode, useState } from "react";
import type { DeadLetterCount, MeshView, ReplayDeadLettersRequest } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Sentence } from "../../parts/Failed";
import { useKeys } from "../../parts/keys";
import { Sheet, type SheetColumn } from "../../parts/Sheet";
import { Count, Time } from "../../parts/values";
import { DeadLettersDialog } from "./DeadLettersDialog";
import { shortened } from "./Lag";
import { useReplay } from "./useDeadLetterActions";
import { useMeshWords } from "./words";

const REPLAY = "mesh.replay";

/** What was given up, by stage and reason; all of a kind can be sent again, or looked at one by one. */
export function DeadLetters({ view, operates }: { view: MeshView; operates: boolean }) {
  const { deadLetters: words, keys, notAsked } = useMeshWords();
  const [looked, look] = useState<DeadLetterCount>();
  const replay = useReplay();
  const kinds = view.services.flatMap((one) => one.dead_letters);
  const first = kinds[0];
  const known = !view.unavailable.includes("dead_letters");
  useKeys(
    operates && first !== undefined
      ? [{ id: REPLAY, key: "p", does: keys.replay, run: () => replay.isPending || replay.mutate(requestOf(first)) }]
      : [],
  );
  const actions = (one: DeadLetterCount) => (
    <div className="mesh-do">
      <Button look="bare" onPress={() => look(one)} aria-label={`${words.look}: ${one.group} ${one.code}`}>
        {words.look}
      </Button>
      {operates && (
        <Button
          does={one === first ? REPLAY : undefined}
          onPress={() => replay.mutate(requestOf(one))}
          isDisabled={replay.isPending}
        >
          {words.replayAll}
          <span className="for-readers">{`: ${one.group} ${one.code}`}</span>
        </Button>
      )}
    </div>
  );
  return (
    <section aria-labelledby="mesh-dead-letters" className="mesh-part">
      <h2 id="mesh-dead-letters">{words.title}</h2>
      {kinds.length === 0 ? (
        <p className="soft">{known ? words.none : notAsked}</p>
      ) : (
        <>
          <p className="soft">{words.note}</p>
          <Sheet label={words.title} rows={kinds} keyOf={keyOf} columns={columnsOf(words, actions)} />
        </>
      )}
      <Sentence error={replay.error} />
      {looked !== undefined && <DeadLettersDialog kind={looked} operates={operates} onClose={() => look(undefined)} />}
    </section>
  );
}

function columnsOf(
  words: ReturnType<typeof useMeshWords>["deadLetters"],
  actions: (one: DeadLetterCount) => ReactNode,
): readonly SheetColumn<DeadLetterCount>[] {
  return [
    { id: "count", label: words.count, align: "end", render: (one) => <Count value={one.count} /> },
    { id: "group", label: words.group, render: (one) => one.group },
    { id: "code", label: words.code, render: (one) => <span lang="en">{one.code}</span> },
    { id: "type", label: words.type, render: (one) => <code>{shortened(one.type)}</code> },
    { id: "last", label: words.last, render: (one) => <Time at={one.last} ago /> },
    { id: "do", label: words.look, labelHidden: true, render: actions },
  ];
}

function keyOf(one: DeadLetterCount): string {
  return `${one.group} ${one.code} ${one.type}`;
}

/** What replays all dead letters of a kind. */
function requestOf(one: DeadLetterCount): ReplayDeadLettersRequest {
  return {
    group: one.group,
    ...(one.code === "" ? {} : { code: one.code }),
    ...(one.type === "" ? {} : { type: one.type }),
  };
}
