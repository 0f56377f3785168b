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
  const [written, setWritten] = useState("");
  const [other, setOther] = useState<DatasetClass>();
  const [turned, setTurned] = useState(false);
  const { merge, error, busy } = useMerge(onClose);
  const known = usePeople(useSettled(written.trim()), person.dataset_id);
  const offers = known.offers.filter((one) => one.key !== person.class_id);
  const [gone, stays] = turned ? [person, other] : [other, person];
  const confirm = () => gone !== undefined && stays !== undefined && void merge(gone, stays);
  return (
    <Dialog
      title={words.merge.title(person.name)}
      open
      wide
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button look="main" isDisabled={other === undefined || busy} onPress={confirm}>
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
          <Way gone={gone} stays={stays} onTurn={() => setTurned(!turned)} />
        )}
        <Sentence error={error} />
      </div>
    </Dialog>
  );
}

/** Merges, says so with what takes it back, and shows the person that stays. */
function useMerge(onClose: () => void) {
  const words = useWords({ en, de }).merge;
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const { say } = useStatus();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const merge = async (gone: DatasetClass, stays: DatasetClass) => {
    setBusy(true);
    try {
      const answer = await mergeClasses({ from_class_id: gone.class_id, into_class_id: stays.class_id });
      say(words.done(gone.name, stays.name, words.samples(answer.samples_moved)), async () => {
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
  return { merge, error, busy };
}

/** Who becomes part of whom, and what turns it round. */
function Way({ gone, stays, onTurn }: { gone: DatasetClass; stays: DatasetClass; onTurn: () => void }) {
  const words = useWords({ en, de }).merge;
  return (
    <section aria-live="polite" className="stack">
      <div className="people-way">
        <Side person={gone} note={words.goes} />
        <ArrowRight aria-hidden="true" />
        <Side person={stays} note={words.stays} />
      </div>
      <p className="for-readers">{words.way(gone.name, stays.name)}</p>
      <div>
        <Button onPress={onTurn}>
          <ArrowRightLeft aria-hidden="true" />
          {words.turn}
        </Button>
      </div>
      <p className="soft">{words.text}</p>
    </section>
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
