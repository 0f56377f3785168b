import { CheckboxGroup, Label, Text } from "react-aria-components";
import type { LegalBasis, PayModel, Purpose, Use } from "../../api/generated";
import { Checkbox, Choose, Radios, TextField } from "../../parts/fields";
import { usePurposes } from "../../words/purposes";
import { about, type Draft, type Kind, type Lack, permits } from "./draft";
import { HolderField, SubjectField } from "./SubjectField";
import { useRightsWords } from "./words";

const CURRENCIES = ["EUR", "CHF", "GBP", "USD"] as const;

type SetField = <K extends keyof Draft>(field: K) => (value: Draft[K]) => void;

interface PartProps {
  draft: Draft;
  set: SetField;
}

/** The fields of a change; what belongs to a permission alone is shown for one alone. */
export function ChangeFields({
  draft,
  onChange,
  lacking,
}: {
  draft: Draft;
  onChange: (draft: Draft) => void;
  lacking: readonly Lack[];
}) {
  const words = useRightsWords().form;
  const set: SetField = (field) => (value) => onChange({ ...draft, [field]: value });
  const lack = (...names: Lack[]) => {
    const found = names.find((name) => lacking.includes(name));
    return found === undefined ? undefined : words.missing[found];
  };
  return (
    <div className="rights-form">
      <Radios<Kind>
        label={words.about}
        choices={(["holder", "asset_id", "source"] as const).map((value) => ({
          value,
          label: words.whole[value] ?? value,
        }))}
        value={draft.kind}
        onChange={(kind) => onChange(about(draft, kind))}
      />
      <SubjectField
        kind={draft.kind}
        label={words.names[draft.kind] ?? draft.kind}
        name={draft.name}
        onChange={set("name")}
        error={lack("subject", "asset")}
      />
      <Uses draft={draft} set={set} />
      <Origin draft={draft} set={set} error={lack("issuer")} />
      <Validity draft={draft} set={set} error={lack("dates")} />
      {permits(draft) && <Payment draft={draft} set={set} error={lack("amount")} />}
      <TextField label={words.words} lines={3} value={draft.words} onChange={set("words")} help={words.wordsHelp} />
    </div>
  );
}

/** What is stated, for which uses, and on what it rests. */
function Uses({ draft, set }: PartProps) {
  const words = useRightsWords().form;
  const purposes = usePurposes();
  return (
    <>
      <Radios<Use>
        label={words.use}
        choices={(["prohibited", "constrained", "allowed"] as const).map((value) => ({
          value,
          label: words.uses[value] ?? value,
        }))}
        value={draft.use}
        onChange={set("use")}
      />
      <CheckboxGroup
        className="field"
        value={[...draft.purposes]}
        onChange={(value) => set("purposes")(value as Purpose[])}
      >
        <Label>{words.purposes}</Label>
        <div className="radios">
          {Object.entries(purposes).map(([value, label]) => (
            <Checkbox key={value} value={value}>
              {label}
            </Checkbox>
          ))}
        </div>
        <Text slot="description" className="field-help">
          {words.purposesHelp}
        </Text>
      </CheckboxGroup>
      {permits(draft) && (
        <Choose<LegalBasis | "">
          label={words.basis}
          choices={Object.entries(words.bases).map(([value, label]) => ({ value: value as LegalBasis | "", label }))}
          value={draft.basis}
          onChange={set("basis")}
        />
      )}
    </>
  );
}

/** Who states it, and the number of the file it is kept under. */
function Origin({ draft, set, error }: PartProps & { error: string | undefined }) {
  const words = useRightsWords().form;
  return (
    <div className="rights-pair">
      <TextField label={words.issuer} value={draft.issuer} onChange={set("issuer")} error={error} />
      <TextField
        label={words.statement}
        value={draft.statement}
        onChange={set("statement")}
        help={words.statementHelp}
      />
    </div>
  );
}

/** From which day until which day it holds. */
function Validity({ draft, set, error }: PartProps & { error: string | undefined }) {
  const words = useRightsWords().form;
  return (
    <div className="rights-pair">
      <TextField label={words.from} type="date" value={draft.from} onChange={set("from")} />
      <TextField
        label={words.until}
        type="date"
        value={draft.until}
        onChange={set("until")}
        help={words.open}
        error={error}
      />
    </div>
  );
}

function Payment({ draft, set, error }: PartProps & { error: string | undefined }) {
  const words = useRightsWords().form;
  return (
    <>
      <Radios<PayModel | "">
        label={words.pay}
        choices={(["", "flat", "per_use"] as const).map((value) => ({ value, label: words.pays[value] ?? value }))}
        value={draft.pay}
        onChange={set("pay")}
      />
      {draft.pay !== "" && (
        <div className="rights-pair">
          <TextField
            label={words.amount}
            value={draft.amount}
            onChange={set("amount")}
            error={error}
            inputMode="decimal"
          />
          <Choose
            label={words.currency}
            choices={CURRENCIES.map((value) => ({ value, label: value }))}
            value={draft.currency}
            onChange={set("currency")}
          />
          {draft.kind !== "holder" && <HolderField label={words.holder} name={draft.holder} onChange={set("holder")} />}
        </div>
      )}
    </>
  );
}
