import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { createClass, proposeSample, type Sample } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Combobox, type Offer } from "../../parts/Combobox";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { TextField } from "../../parts/fields";
import { usePeople } from "../../parts/offers";
import { Refusal } from "../../parts/Refusal";
import { useStatus } from "../../parts/status";
import { useRefusedFields } from "../../parts/useRefusedFields";
import { propose as de } from "../../words/de/propose";
import { propose as en } from "../../words/en/propose";
import { useWords } from "../../words/language";
import { useShellWords } from "../../words/shell";
import { type Face, FacesInPicture, facesQuery } from "./FacesInPicture";
import type { Pointed } from "./proposing";

const NEW = "new";
/** Where a person is made who is not there yet, as naming an unknown does. */
const PEOPLE = "people";

interface ProposedPerson {
  name: string;
  datasetId: string;
  /** Empty where the person's class is made as they are proposed. */
  classId: string;
}

/** Proposes a face in a picture as a sample of a person, and shows what the rights gate says to it. */
export default function ProposeDialog({
  assetId,
  pointed,
  onClose,
}: {
  assetId: string;
  pointed: Pointed;
  onClose: () => void;
}) {
  const words = useWords({ en, de });
  const shell = useShellWords();
  const form = useId();
  const faces = useQuery(facesQuery(assetId, pointed.pts));
  const { send, withheld } = useSending(assetId, onClose);
  const found = faces.data?.length ?? 0;
  return (
    <Dialog
      title={words.title}
      open
      onClose={onClose}
      actions={
        <>
          {withheld === undefined && <Button onPress={onClose}>{shell.cancel}</Button>}
          {/* One button, which keeps the focus: it sends, and then closes what was answered. */}
          <Button
            look="main"
            isDisabled={found === 0}
            {...(withheld === undefined ? { type: "submit", form } : { type: "button", onPress: onClose })}
          >
            {withheld === undefined ? words.send : shell.close}
          </Button>
        </>
      }
    >
      {withheld !== undefined ? (
        <Withheld sample={withheld} />
      ) : (
        <Answer query={faces} small>
          {(data) => <Form {...{ id: form, assetId, pointed }} faces={data} send={send} />}
        </Answer>
      )}
    </Dialog>
  );
}

interface Proposal {
  face: Face;
  who: ProposedPerson;
  note: string;
}

/** Sends a proposal; one that rights withhold stays in sight with their sentence, any other is done. */
function useSending(assetId: string, onClose: () => void) {
  const words = useWords({ en, de });
  const { say } = useStatus();
  const queries = useQueryClient();
  const [made] = useState(new Map<string, string>());
  const send = useMutation({
    mutationFn: async ({ face, who, note }: Proposal) => {
      let classId = who.classId || made.get(who.name);
      if (classId === undefined) {
        const answer = await createClass({ dataset_id: who.datasetId, name: who.name });
        classId = answer.dataset_class?.class_id ?? "";
        made.set(who.name, classId);
      }
      const { moment, box } = face;
      return proposeSample({ dataset_id: who.datasetId, class_id: classId, asset_id: assetId, moment, box, note });
    },
    onSuccess: ({ sample }, { who }) => {
      void queries.invalidateQueries({ queryKey: ["samples"] });
      say(sample?.state === "withheld" ? words.withheld(who.name) : words.sent(who.name));
      if (sample?.state !== "withheld") onClose();
    },
  });
  const sample = send.data?.sample;
  return { send, withheld: sample?.state === "withheld" ? sample : undefined };
}

function Withheld({ sample }: { sample: Sample }) {
  const words = useWords({ en, de });
  return (
    <div className="stack" role="status">
      <Refusal
        sentence={sample.reason}
        wording={sample.reason_wording}
        grounds={sample.provenance?.rights?.grounds ?? []}
        assetId={sample.provenance?.asset_id}
      />
      <p>{words.withheldText}</p>
    </div>
  );
}

function Form({
  id,
  assetId,
  pointed,
  faces,
  send,
}: {
  id: string;
  assetId: string;
  pointed: Pointed;
  faces: readonly Face[];
  send: ReturnType<typeof useSending>["send"];
}) {
  const words = useWords({ en, de });
  const [chosen, choose] = useState(() =>
    faces.length === 1 ? faces[0]?.id : faces.find((one) => one.id === pointed.observationId)?.id,
  );
  const name = useName(pointed);
  const [note, setNote] = useState("");
  const [asked, setAsked] = useState(false);
  const refused = useRefusedFields(send.error, ["note"]);
  const face = faces.find((one) => one.id === chosen);
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    setAsked(true);
    if (face !== undefined && name.who !== undefined && !send.isPending) {
      send.mutate({ face, who: name.who, note: note.trim() });
    }
  };
  return (
    <form id={id} className="stack" onSubmit={submit} noValidate>
      <FacesInPicture
        assetId={assetId}
        pts={pointed.pts}
        faces={faces}
        chosen={chosen}
        onChoose={choose}
        error={asked && face === undefined ? words.chooseFace : undefined}
      />
      {faces.length > 0 && (
        <>
          <NameField
            name={name}
            onSubmit={submit}
            error={asked && name.who === undefined ? words.chooseName : undefined}
          />
          <TextField label={words.note} value={note} onChange={setNote} error={refused.at("note")} />
        </>
      )}
      {refused.rest !== "" && <Sentence error={send.error} />}
    </form>
  );
}

function NameField({
  name,
  onSubmit,
  error,
}: {
  name: ReturnType<typeof useName>;
  onSubmit: () => void;
  error: string | undefined;
}) {
  const words = useWords({ en, de });
  return (
    <Combobox
      label={words.name}
      value={name.written}
      onChange={name.write}
      offers={name.offers}
      old={name.old}
      onTake={name.take}
      onWritten={onSubmit}
      eager
      help={words.nameHelp}
      error={error}
      autoFocus
    />
  );
}

/** The name as it is written, and whom it means: only a person that was taken, or stood there from the start. */
function useName(pointed: Pointed) {
  const words = useWords({ en, de });
  const [written, setWritten] = useState(pointed.name ?? "");
  const [taken, setTaken] = useState<ProposedPerson>();
  const name = written.trim().replace(/\s+/g, " ");
  const standing = usePeople(pointed.classId ?? "", "", true).offers[0]?.person;
  const known = usePeople(name);
  const meant =
    standing !== undefined && written === pointed.name
      ? { name: standing.name, datasetId: standing.dataset_id || PEOPLE, classId: standing.class_id }
      : undefined;
  const who = taken ?? meant;
  const isNew = name !== "" && !known.offers.some((one) => one.text.toLowerCase() === name.toLowerCase());
  const made: Offer = { key: NEW, text: words.make(name), icon: <UserPlus aria-hidden="true" /> };
  return {
    written,
    who,
    old: known.old,
    offers: who !== undefined ? [] : isNew ? [...known.offers, made] : known.offers,
    write: (next: string) => {
      setTaken(undefined);
      setWritten(next);
    },
    take: (offer: Offer) => {
      const person = known.offers.find((one) => one.key === offer.key)?.person;
      setTaken({
        name: person?.name ?? name,
        datasetId: person?.dataset_id || PEOPLE,
        classId: person?.class_id ?? "",
      });
      setWritten(person?.name ?? name);
    },
  };
}
