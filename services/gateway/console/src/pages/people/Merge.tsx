import { useQueryClient } from "@tanstack/react-query";
import { ArrowRight, ArrowRightLeft } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { type DatasetClass, mergeClasses, undoMerge } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Combobox } from "../../parts/Combobox";
import { Crop } from "../../parts/Crop";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { usePeople } from "../../parts/offers";
import { useStatus } from "../../parts/status";
import { useSettled } from "../../parts/useSettled";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";

/** Two people are one: says which goes and which stays, with the samples of both. */
export function Merge({ person, onClose }: { person: DatasetClass; onClose: () => void }) {
  const words = useWords({ en, de });
  const shell = useShellWords();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const { say } = useStatus();
  const [written, setWritten] = useState("");
  const [other, setOther] = useState<DatasetClass>();
  const [turned, setTurned] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const known = usePeople(useSettled(written.trim()), person.dataset_id);
  const offers = known.offers.filter((one) => one.key !== person.class_id);
  const [gone, stays] = turned ? [person, other] : [other, person];
  const merge = async () => {
    if (gone === undefined || stays === undefined) return;
    setBusy(true);
    try {
      const answer = await mergeClasses({ from_class_id: gone.class_id, into_class_id: stays.class_id });
      say(words.merge.done(gone.name, stays.name, words.merge.samples(answer.samples_moved)), async () => {
        await undoMerge(gone.class_id);
        await queries.invalidateQueries({ queryKey: ["classes"] });
      });
      await queries.invalidateQueries({ queryKey: ["classes"] });
      onClose();
      navigate(`/people/${encodeURIComponent(stays.class_id)}`);
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={words.merge.title(person.name)}
      open
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button look="main" isDisabled={other === undefined || busy} onPress={() => void merge()}>
            {words.merge.confirm}
          </Button>
        </>
      }
    >
      <div className="stack">
        <Combobox
          label={words.merge.pick}
          value={written}
          onChange={(text) => {
            setWritten(text);
            setOther(undefined);
          }}
          offers={other === undefined ? offers : []}
          onTake={(one) => {
            setOther(one.person);
            setWritten(one.text);
          }}
          autoFocus
        />
        {gone !== undefined && stays !== undefined && (
          <section aria-live="polite" className="stack">
            <div className="people-way">
              <Side person={gone} note={words.merge.goes} />
              <ArrowRight aria-hidden="true" />
              <Side person={stays} note={words.merge.stays} />
            </div>
            <p className="for-readers">{words.merge.way(gone.name, stays.name)}</p>
            <Button onPress={() => setTurned(!turned)}>
              <ArrowRightLeft aria-hidden="true" />
              {words.merge.turn}
            </Button>
            <p className="soft">{words.merge.text}</p>
          </section>
        )}
        <Sentence error={error} />
      </div>
    </Dialog>
  );
}

function Side({ person, note }: { person: DatasetClass; note: string }) {
  const words = useWords({ en, de });
  return (
    <figure>
      <Crop src={person.samples?.path} alt="" width={72} height={72} fit="cover" />
      <figcaption>
        <strong className="foreign">{person.name}</strong>
        <span className="small soft">{words.samples(person.samples?.accepted ?? 0)}</span>
        <span className="small">{note}</span>
      </figcaption>
    </figure>
  );
}
