import { useQuery, useQueryClient } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { type KeyboardEvent, type Ref, useEffect, useId, useState } from "react";
import { namePerson, type PreviewNameResponse } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Crop } from "../../parts/Crop";
import { Sentence } from "../../parts/Failed";
import { useStatus } from "../../parts/status";
import "../../parts/fields.css";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { numberIn } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import { previewQuery, sameNameQuery } from "./queries";
import { useDecisions } from "./useDecisions";

const PAUSE_MS = 250;

/** Who an unknown person is: known names are offered, and what the name would touch stands below. */
export function NameField({
  clusterId,
  inputRef,
  onNamed,
}: {
  clusterId: string;
  inputRef: Ref<HTMLInputElement>;
  onNamed: () => void;
}) {
  const words = useWords({ en, de });
  const id = useId();
  const queries = useQueryClient();
  const { say } = useStatus();
  const { undo } = useDecisions();
  const [written, setWritten] = useState("");
  const [marked, setMarked] = useState(-1);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const name = written.trim().replace(/\s+/g, " ");
  const settled = useSettled(name);
  const { data } = useQuery(sameNameQuery(settled));
  const offers = name === "" ? [] : (data?.classes ?? []);
  const preview = useQuery(previewQuery(clusterId, settled));
  const give = async (given: string) => {
    if (given === "" || busy) return;
    setBusy(true);
    setError(null);
    try {
      const answer = await namePerson({ cluster_id: clusterId, name: given });
      say(words.unknown.named(given, answer.accepted_count), () => undo(answer.decision_id));
      onNamed();
      await queries.invalidateQueries({ queryKey: ["clusters"] });
      await queries.invalidateQueries({ queryKey: ["classes"] });
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  const keys = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "ArrowDown") setMarked(Math.min(marked + 1, offers.length - 1));
    else if (event.key === "ArrowUp") setMarked(Math.max(marked - 1, -1));
    else if (event.key === "Enter") void give(offers[marked]?.name ?? name);
    else if (event.key === "Escape") event.currentTarget.blur();
    else return;
    event.preventDefault();
  };
  return (
    <section className="people-naming" aria-label={words.unknown.label}>
      <div className="field">
        <label htmlFor={`${id}-field`}>{words.unknown.label}</label>
        <div className="row">
          <input
            id={`${id}-field`}
            ref={inputRef}
            className="input people-field"
            value={written}
            onChange={({ target }) => {
              setWritten(target.value);
              setMarked(-1);
            }}
            onKeyDown={keys}
            placeholder={words.unknown.placeholder}
            autoComplete="off"
            maxLength={300}
            dir="auto"
            role="combobox"
            aria-expanded={offers.length > 0}
            aria-controls={`${id}-offers`}
            aria-describedby={`${id}-help`}
            aria-activedescendant={marked >= 0 ? `${id}-${marked}` : undefined}
          />
          <Button look="main" isDisabled={name === "" || busy} onPress={() => void give(offers[marked]?.name ?? name)}>
            {words.unknown.give}
          </Button>
        </div>
        <span id={`${id}-help`} className="field-help">
          {words.unknown.help}
        </span>
      </div>
      <div role="listbox" id={`${id}-offers`} aria-label={words.unknown.label} className="people-offered">
        {offers.map((one, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
          <div
            key={one.class_id}
            id={`${id}-${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === marked}
            className="people-offer"
            onClick={() => void give(one.name)}
          >
            <Crop src={one.samples?.path} alt="" width={28} height={28} fit="cover" />
            <span className="one-line">{one.name}</span>
            <span className="small soft">{words.samples(one.samples?.accepted ?? 0)}</span>
          </div>
        ))}
      </div>
      {name !== "" && preview.data !== undefined && <Touches preview={preview.data} />}
      <Sentence error={error} />
    </section>
  );
}

/** What the name would touch. */
function Touches({ preview }: { preview: PreviewNameResponse }) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const known = preview.class_id !== "";
  return (
    <div className="people-touches" role="status">
      <p>
        {!known && <UserPlus aria-hidden="true" />}
        <strong className="foreign">{preview.class_name}</strong>
        <span className="soft">
          {known ? words.unknown.known(words.samples(preview.accepted_count)) : words.unknown.new}
        </span>
      </p>
      <p>
        {words.unknown.preview(
          words.appearances(preview.appearance_count),
          words.programmes(preview.asset_count),
          words.seconds(numberIn(language, preview.seconds, 1)),
        )}
      </p>
      <p className="soft">
        {words.unknown.learned(preview.sample_count)}
        {preview.withheld_count > 0 && `, ${words.unknown.notLearned(preview.withheld_count)}`}
      </p>
      {preview.withheld_reasons.map((reason) => (
        <p key={reason} className="small soft foreign" lang="en">
          {reason}
        </p>
      ))}
    </div>
  );
}

/** What was written, once somebody pauses. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
