import { useQuery } from "@tanstack/react-query";
import { Check, CircleHelp, CloudOff, X } from "lucide-react";
import { type Decided, isFull, type Refused, undoable } from "../../domain/review-queue";
import { Button } from "../../parts/Button";
import { Crop } from "../../parts/Crop";
import { keyLabel, useKeySettings } from "../../parts/keys";
import { Said } from "../../parts/Said";
import { useStatus } from "../../parts/status";
import { review as de } from "../../words/de/review";
import { review as en } from "../../words/en/review";
import { distanceIn } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";
import type { Desk, DeskState } from "./desk";
import { sampleQuery } from "./queries";

/** Beside the sample: whom it may show, what was refused, and what was decided last. */
export function Side({ desk, state }: { desk: Desk; state: DeskState }) {
  const [sample] = state.samples;
  return (
    <div className="review-side">
      <OnItsWay state={state} />
      {state.queue.refused.length > 0 && (
        <Tray desk={desk} refused={state.queue.refused} before={state.queue.refusedBefore} />
      )}
      {sample !== undefined && <Offered desk={desk} sampleId={sample.sample_id} full={isFull(state.queue)} />}
      <Decisions desk={desk} decisions={undoable(state.queue)} />
    </div>
  );
}

/** Decisions that wait because nobody answers. */
function OnItsWay({ state }: { state: DeskState }) {
  const words = useWords({ en, de });
  const waiting = state.queue.unsent.length;
  if (waiting === 0 || !(state.away || isFull(state.queue))) return null;
  return (
    <section className="review-away" role="status">
      <CloudOff aria-hidden="true" />
      <div>
        <strong>{words.waiting(waiting)}</strong>
        <p>{isFull(state.queue) ? words.full : words.awayText}</p>
      </div>
    </section>
  );
}

/** Decisions that the mesh refused, until somebody has looked. */
function Tray({ desk, refused, before }: { desk: Desk; refused: readonly Refused[]; before: number }) {
  const words = useWords({ en, de });
  return (
    <section className="review-tray" aria-labelledby="tray" role="alert">
      <h2 id="tray">{words.tray}</h2>
      <p className="small soft">{words.trayText}</p>
      {refused.length > 1 && (
        <Button look="bare" onPress={() => desk.dismiss()}>
          {words.lookAll(refused.length + before)}
        </Button>
      )}
      <ul>
        {refused.map((one) => (
          <li key={one.id}>
            <Crop src={one.picture} alt="" width={40} height={40} fit="cover" />
            <div>
              <strong className="foreign" title={one.name}>
                {one.name || words.nobody}
              </strong>
              <span>{words.refusals[one.reason] ?? ""}</span>
              <span className="small soft foreign">
                <Said sentence={one.sentence} wording={one.wording} />
              </span>
            </div>
            <Button look="bare" onPress={() => desk.dismiss(one.id)} aria-label={`${words.look}: ${one.name}`}>
              {words.look}
            </Button>
          </li>
        ))}
      </ul>
      {before > 0 && <p className="small soft">{words.trayBefore(before)}</p>}
    </section>
  );
}

/** Others that it may be, each with the number of its key. */
function Offered({ desk, sampleId, full }: { desk: Desk; sampleId: string; full: boolean }) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const { keyOf, on } = useKeySettings();
  const { data } = useQuery(sampleQuery(sampleId));
  if (data === undefined) return null;
  return (
    <section aria-labelledby="offered">
      <h2 id="offered">{words.offered}</h2>
      <p className="small soft">{data.candidates.length === 0 ? words.noOffered : words.distanceHelp}</p>
      <ol className="review-offered">
        {data.candidates.slice(0, 9).map((one, place) => (
          <li key={one.class_id}>
            <button
              type="button"
              disabled={full}
              onClick={() => desk.decide(sampleId, "accept", one.class_id, one.class_name)}
              className="review-offer"
            >
              {on && <kbd>{keyLabel(keyOf({ id: `review.offer${place + 1}`, key: String(place + 1) }))}</kbd>}
              <Crop src={one.path} alt="" width={28} height={28} fit="cover" eager />
              <span className="one-line">{one.class_name}</span>
              {one.distance !== undefined && (
                <span className="small soft number">{distanceIn(language, one.distance)}</span>
              )}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The last twenty, newest first, each to be taken back. */
function Decisions({ desk, decisions }: { desk: Desk; decisions: readonly Decided[] }) {
  const words = useWords({ en, de });
  const shell = useShellWords();
  const { say } = useStatus();
  return (
    <section aria-labelledby="decisions">
      <h2 id="decisions">{words.decisions}</h2>
      {decisions.length === 0 && <p className="small soft">{words.noDecisions}</p>}
      <ol className="review-decisions">
        {decisions.map((one) => (
          <li key={one.id}>
            <Mark decision={one.decision} label={words.decided[one.decision]} />
            <span className="one-line">{one.name || words.nobody}</span>
            <Button
              look="bare"
              aria-label={`${shell.undo}: ${one.name || words.nobody}`}
              onPress={() => {
                if (desk.undo(one.id) !== undefined) say(words.undone(one.name || words.nobody));
              }}
            >
              {shell.undo}
            </Button>
          </li>
        ))}
      </ol>
    </section>
  );
}

const MARKS = { accept: Check, reject: X, unsure: CircleHelp, undo: CircleHelp } as const;

function Mark({ decision, label }: { decision: Decided["decision"]; label: string }) {
  const Icon = MARKS[decision];
  return (
    <span className={`review-mark review-${decision}`}>
      <Icon aria-hidden="true" />
      <span className="for-readers">{label}</span>
    </span>
  );
}
