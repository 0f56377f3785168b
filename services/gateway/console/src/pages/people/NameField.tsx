import { useQuery, useQueryClient } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { type Ref, useState } from "react";
import { namePerson, type PreviewNameResponse } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Combobox } from "../../parts/Combobox";
import { Sentence } from "../../parts/Failed";
import { usePeople } from "../../parts/offers";
import { Said } from "../../parts/Said";
import { useStatus } from "../../parts/status";
import { useSettled } from "../../parts/useSettled";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { numberIn } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import { remember } from "./named_lately";
import { changesQuery, previewQuery } from "./queries";
import { useDecisions } from "./useDecisions";

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
  const [written, setWritten] = useState("");
  const { give, busy, error } = useNaming(clusterId, onNamed);
  const name = written.trim().replace(/\s+/g, " ");
  const settled = useSettled(name);
  const { offers } = usePeople(name === "" ? "" : settled);
  const preview = useQuery(previewQuery(clusterId, settled));
  return (
    <section className="people-naming" aria-label={words.unknown.label}>
      <Combobox
        label={words.unknown.label}
        value={written}
        onChange={setWritten}
        offers={offers}
        onTake={(one) => void give(one.text)}
        onWritten={() => void give(name)}
        leaves
        help={words.unknown.help}
        placeholder={words.unknown.placeholder}
        inputRef={inputRef}
      >
        <Button look="main" isDisabled={name === "" || busy} onPress={() => void give(name)}>
          {words.unknown.give}
        </Button>
      </Combobox>
      {name !== "" && preview.data !== undefined && <Touches preview={preview.data} />}
      <Sentence error={error} />
    </section>
  );
}

/** Gives an unknown person a name; what was learned by it can be undone, and is shown once a model knows it. */
function useNaming(clusterId: string, onNamed: () => void) {
  const words = useWords({ en, de });
  const queries = useQueryClient();
  const { say } = useStatus();
  const { undo } = useDecisions();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const give = async (given: string) => {
    if (given === "" || busy) return;
    setBusy(true);
    setError(null);
    try {
      const answer = await namePerson({ cluster_id: clusterId, name: given });
      const before = await queries.fetchQuery(changesQuery(answer.class_id, 1)).catch(() => undefined);
      remember({
        classId: answer.class_id,
        decisionId: answer.decision_id,
        name: given,
        since: before?.changes[0]?.changed_at ?? "",
      });
      say(words.unknown.named(given, answer.accepted_count), () => undo(answer.decision_id));
      onNamed();
      await queries.invalidateQueries({ queryKey: ["clusters"] });
      await queries.invalidateQueries({ queryKey: ["classes"] });
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  return { give, busy, error };
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
      {preview.withheld_reasons.map((reason, index) => (
        <p key={reason} className="small soft foreign">
          <Said sentence={reason} wording={preview.withheld_wordings[index]} />
        </p>
      ))}
    </div>
  );
}
