import { useQuery } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { createClass, type Sample, type SampleCandidate } from "../../api/generated";
import { Crop } from "../../parts/Crop";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import "../../parts/fields.css";
import { review as de } from "../../words/de/review";
import { review as en } from "../../words/en/review";
import { useWords } from "../../words/language";
import { namesQuery } from "./queries";

interface Offer {
  class_id: string;
  class_name: string;
  path: string;
  accepted: number;
}

/** Somebody writes who a sample shows: a known person, or a new one. */
export function WhoElse({
  sample,
  candidates,
  onTake,
  onClose,
}: {
  sample: Sample;
  candidates: readonly SampleCandidate[];
  onTake: (taken: Pick<SampleCandidate, "class_id" | "class_name">) => void;
  onClose: () => void;
}) {
  const words = useWords({ en, de });
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const [written, setWritten] = useState("");
  const [marked, setMarked] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const name = written.trim().replace(/\s+/g, " ");
  const { data } = useQuery(namesQuery(name, sample.dataset_id));
  const offers: readonly Offer[] =
    name === ""
      ? candidates.map((one) => ({ ...one, accepted: one.accepted_count }))
      : (data?.classes ?? []).map((one) => ({
          class_id: one.class_id,
          class_name: one.name,
          path: one.samples?.path ?? "",
          accepted: one.samples?.accepted ?? 0,
        }));
  const isNew = name !== "" && !offers.some((one) => one.class_name.toLowerCase() === name.toLowerCase());
  const count = offers.length + (isNew ? 1 : 0);
  const at = Math.min(marked, Math.max(0, count - 1));
  const take = async (place: number) => {
    const offer = offers[place];
    if (offer !== undefined) {
      onTake(offer);
      onClose();
      return;
    }
    if (!isNew || busy) return;
    setBusy(true);
    try {
      const made = await createClass({ dataset_id: sample.dataset_id, name });
      const made_id = made.dataset_class?.class_id;
      if (made_id !== undefined) onTake({ class_id: made_id, class_name: name });
      onClose();
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setMarked(Math.min(at + 1, count - 1));
    else if (event.key === "ArrowUp") setMarked(Math.max(at - 1, 0));
    else if (event.key === "Enter") void take(at);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={words.whoElse.title} open onClose={onClose}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys of the field inside */}
      <div onKeyDown={keys} className="stack">
        <div className="field">
          <label htmlFor={`${id}-field`}>{words.whoElse.label}</label>
          <input
            id={`${id}-field`}
            ref={field}
            className="input"
            value={written}
            onChange={({ target }) => {
              setWritten(target.value);
              setMarked(0);
            }}
            autoComplete="off"
            maxLength={300}
            dir="auto"
            role="combobox"
            aria-expanded
            aria-controls={id}
            aria-describedby={`${id}-help`}
            aria-activedescendant={count > 0 ? `${id}-${at}` : undefined}
          />
          <span id={`${id}-help`} className="field-help">
            {words.whoElse.help}
          </span>
        </div>
        <div role="listbox" id={id} aria-label={words.whoElse.title} className="review-names">
          {offers.map((one, place) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
            <div
              key={one.class_id}
              id={`${id}-${place}`}
              role="option"
              tabIndex={-1}
              aria-selected={place === at}
              className="review-name"
              onClick={() => void take(place)}
            >
              <Crop src={one.path} alt="" width={32} height={32} fit="cover" />
              <span className="one-line">{one.class_name}</span>
              <span className="small soft">
                {one.accepted} {words.whoElse.taken}
              </span>
            </div>
          ))}
          {isNew && (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
            <div
              id={`${id}-${offers.length}`}
              role="option"
              tabIndex={-1}
              aria-selected={at === offers.length}
              className="review-name"
              onClick={() => void take(offers.length)}
            >
              <UserPlus aria-hidden="true" />
              <span className="foreign">{words.whoElse.make(name)}</span>
            </div>
          )}
        </div>
        <Sentence error={error} />
      </div>
    </Dialog>
  );
}
