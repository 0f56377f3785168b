import { UserPlus } from "lucide-react";
import { useRef, useState } from "react";
import { createClass, type Sample, type SampleCandidate } from "../../api/generated";
import { Combobox, type Offer } from "../../parts/Combobox";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { usePeople } from "../../parts/offers";
import { offers as offersDe } from "../../words/de/offers";
import { review as de } from "../../words/de/review";
import { offers as offersEn } from "../../words/en/offers";
import { review as en } from "../../words/en/review";
import { useWords } from "../../words/language";

const NEW = "new";

interface Taking {
  sample: Sample;
  /** Too many decisions wait: none is taken, and nobody is made for one. */
  full: boolean;
  /** Returns whether it was taken. */
  onTake: (taken: Pick<SampleCandidate, "class_id" | "class_name">) => boolean;
  onClose: () => void;
}

/** Somebody writes who a sample shows: a known person, or a new one. */
export function WhoElse({ candidates, ...taking }: { candidates: readonly SampleCandidate[] } & Taking) {
  const { sample, full, onClose } = taking;
  const words = useWords({ en, de });
  const [written, setWritten] = useState("");
  const name = written.trim().replace(/\s+/g, " ");
  const { offers, old } = useOffers(name, sample.dataset_id, candidates);
  const { take, error, notTaken } = useTaking(name, taking);
  return (
    <Dialog title={words.whoElse.title} open onClose={onClose}>
      <div className="stack review-who">
        <Combobox
          label={words.whoElse.label}
          value={written}
          onChange={setWritten}
          offers={offers}
          old={old}
          onTake={(offer) => void take(offer)}
          eager
          help={words.whoElse.help}
          autoFocus
        />
        <Sentence error={error} />
        {notTaken && full && (
          <p className="sentence-bad" role="alert">
            {words.full}
          </p>
        )}
      </div>
    </Dialog>
  );
}

/** Takes one offer, once; a new person is made first. */
function useTaking(name: string, { sample, full, onTake, onClose }: Taking) {
  const [error, setError] = useState<unknown>(null);
  const [notTaken, setNotTaken] = useState(false);
  const taken = useRef(false);
  const take = async (offer: Offer) => {
    if (taken.current) return;
    setNotTaken(full);
    if (full) return;
    taken.current = true;
    setError(null);
    try {
      const who = { class_id: offer.key, class_name: offer.text };
      const wanted = offer.key === NEW ? await make(sample.dataset_id, name) : who;
      // A sample that left the desk meanwhile took this dialog with it, and the status line says why.
      if (onTake(wanted)) return onClose();
      setNotTaken(true);
      taken.current = false;
    } catch (refused) {
      setError(refused);
      taken.current = false;
    }
  };
  return { take, error, notTaken };
}

async function make(datasetId: string, name: string) {
  const answer = await createClass({ dataset_id: datasetId, name });
  return { class_id: answer.dataset_class?.class_id ?? "", class_name: name };
}

/** Whom a name may mean, and the new person that it would make; before it is written, those whom the face is near to. */
function useOffers(name: string, datasetId: string, candidates: readonly SampleCandidate[]) {
  const words = useWords({ en, de });
  const beside = useWords({ en: offersEn, de: offersDe });
  const known = usePeople(name, datasetId);
  const near = candidates.map(
    (one): Offer => ({
      key: one.class_id,
      text: one.class_name,
      note: beside.samples(one.accepted_count),
      picture: one.path,
    }),
  );
  if (name === "") return { offers: near, old: known.old };
  const isNew = !known.offers.some((one) => one.text.toLowerCase() === name.toLowerCase());
  const made: Offer = { key: NEW, text: words.whoElse.make(name), icon: <UserPlus aria-hidden="true" /> };
  return { offers: isNew ? [...known.offers, made] : known.offers, old: known.old };
}
