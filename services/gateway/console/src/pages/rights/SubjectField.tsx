import { useState } from "react";
import { isId } from "../../domain/ids";
import { Button } from "../../parts/Button";
import { Combobox } from "../../parts/Combobox";
import { Crop } from "../../parts/Crop";
import { TextField } from "../../parts/fields";
import { useHolders, useKnown, usePeople, useProgrammes } from "../../parts/offers";
import { useSettled } from "../../parts/useSettled";
import type { Kind } from "./asked";
import { useRightsWords } from "./words";

interface FieldProps {
  label: string;
  /** The name of a holder or a source; the id of a programme or a person, which nobody has to know. */
  name: string;
  onChange: (name: string) => void;
  error?: string | undefined;
}

/** What a change or an erasure is about: offered while somebody writes, and shown by its name and its picture. */
export function SubjectField({ kind, ...field }: FieldProps & { kind: Kind }) {
  if (kind === "holder") return <HolderField {...field} autoFocus />;
  if (kind === "source") {
    return (
      <TextField
        label={field.label}
        value={field.name}
        onChange={field.onChange}
        error={field.error}
        maxLength={300}
        autoFocus
      />
    );
  }
  return field.name === "" ? <Pick {...field} kind={kind} key={kind} /> : <Picked {...field} kind={kind} />;
}

/** A holder is who is written; those that are known are offered. */
export function HolderField({ label, name, onChange, error, autoFocus = false }: FieldProps & { autoFocus?: boolean }) {
  const { offers, old } = useHolders(useSettled(name.trim()));
  return (
    <Combobox
      label={label}
      value={name}
      onChange={onChange}
      offers={offers.filter((one) => one.text !== name)}
      old={old}
      onTake={(one) => onChange(one.text)}
      error={error}
      over
      autoFocus={autoFocus}
    />
  );
}

type Known = FieldProps & { kind: "asset_id" | "class_id" };

/** A programme or a person is written by its title or name, and taken from what is offered. An id may be pasted. */
function Pick({ kind, label, onChange, error }: Known) {
  const words = useRightsWords().subjects;
  const [written, write] = useState("");
  const settled = useSettled(written.trim());
  const programmes = useProgrammes(kind === "asset_id" ? settled : "");
  const people = usePeople(kind === "class_id" ? settled : "");
  const { offers, old, asked } = kind === "asset_id" ? programmes : people;
  const pending = old || settled !== written.trim();
  const none = asked && !pending && settled !== "" && offers.length === 0;
  return (
    <Combobox
      label={label}
      value={written}
      onChange={(text) => {
        write(text);
        if (isId(text)) onChange(text.trim());
      }}
      offers={written.trim() === "" ? [] : offers}
      old={pending}
      onTake={(one) => onChange(one.key)}
      help={none ? words.none : words.help}
      error={error}
      eager
      over
      autoFocus
    />
  );
}

/** What was taken: its picture and its name, and what takes another one. */
function Picked({ kind, label, name, onChange, error }: Known) {
  const words = useRightsWords().subjects;
  const known = useKnown(kind, name);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset holds fields
    <div className="field" role="group" aria-label={label}>
      <span>{label}</span>
      <div className="rights-picked">
        {known?.picture !== undefined && (
          <Crop src={known.picture} alt="" width={kind === "asset_id" ? 80 : 45} height={45} fit="cover" />
        )}
        <span className="rights-picked-name">
          {known ? (
            <strong className="foreign" dir="auto">
              {known.text}
            </strong>
          ) : (
            <code className="foreign">{name}</code>
          )}
          <span className="small soft foreign">{known === null ? words.unknown : known?.note}</span>
        </span>
        <Button look="bare" onPress={() => onChange("")}>
          {words.another}
        </Button>
      </div>
      {error && (
        <span className="field-error" role="alert">
          {error}
        </span>
      )}
    </div>
  );
}
