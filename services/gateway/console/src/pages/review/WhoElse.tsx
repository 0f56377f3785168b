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

/** Somebody writes who a sample shows: a known person, or a new one. */
export function WhoElse({
  sample,
  candidates,
  full,
  onTake,
  onClose,
}: {
  sample: Sample;
  candidates: readonly SampleCandidate[];
  /** Too many decisions wait: none is taken, and nobody is made for one. */
  full: boolean;
  /** Returns whether it was taken. */
  onTake: (taken: Pick<SampleCandidate, "class_id" | "class_name">) => boolean;
  onClose: () => void;
}) {
  const words = useWords({ en, de });
  const beside = useWords({ en: offersEn, de: offersDe });
  const [written, setWritten] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [notTaken, setNotTaken] = useState(false);
  const taken = useRef(false);
  const name = written.trim().replace(/\s+/g, " ");
  const known = usePeople(name, sample.dataset_id);
  const offers: Offer[] =
    name === ""
      ? candidates.map((one) => ({
          key: one.class_id,
          text: one.class_name,
          note: beside.samples(one.accepted_count),
          picture: one.path,
        }))
      : known.offers;
  const isNew = name !== "" && !offers.some((one) => one.text.toLowerCase() === name.toLowerCase());
  const made: Offer = { key: NEW, text: words.whoElse.make(name), icon: <UserPlus aria-hidden="true" /> };
  const make = async () => {
    const answer = await createClass({ dataset_id: sample.dataset_id, name });
    return { class_id: answer.dataset_class?.class_id ?? "", class_name: name };
  };
  const take = async (offer: Offer) => {
    if (taken.current) return;
    setNotTaken(full);
    if (full) return;
    taken.current = true;
    setError(null);
    try {
      // A sample that left the desk meanwhile took this dialog with it, and the status line says why.
      if (onTake(offer.key === NEW ? await make() : { class_id: offer.key, class_name: offer.text })) return onClose();
      setNotTaken(true);
      taken.current = false;
    } catch (refused) {
      setError(refused);
      taken.current = false;
    }
  };
  return (
    <Dialog title={words.whoElse.title} open onClose={onClose}>
      <div className="stack review-who">
        <Combobox
          label={words.whoElse.label}
          value={written}
          onChange={setWritten}
          offers={isNew ? [...offers, made] : offers}
          old={known.old}
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
