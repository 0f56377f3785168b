import { X } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../parts/Button";
import { Combobox } from "../../parts/Combobox";
import { Choose, Radios, TextField } from "../../parts/fields";
import { useProgrammes } from "../../parts/offers";
import { useSettled } from "../../parts/useSettled";
import { reanalyses as de } from "../../words/de/reanalyses";
import { reanalyses as en } from "../../words/en/reanalyses";
import { useWords } from "../../words/language";
import type { ReanalysisDraft, ReanalysisLack, Where } from "./reanalysis";

interface FieldsProps {
  draft: ReanalysisDraft;
  onChange: (draft: ReanalysisDraft) => void;
  lacking: readonly ReanalysisLack[];
  analysers: readonly string[];
  models: readonly string[];
}

/** What looks, at what, and in which hours. */
export function ReanalysisFields({ draft, onChange, lacking, analysers, models }: FieldsProps) {
  const words = useWords({ en, de }).form;
  const set = (part: Partial<ReanalysisDraft>) => onChange({ ...draft, ...part });
  const lack = (name: ReanalysisLack) => (lacking.includes(name) ? words.missing[name] : undefined);
  return (
    <div className="training-form">
      <Choose
        label={words.what}
        choices={[
          ...analysers.map((name) => ({ value: `analyser:${name}`, label: name })),
          ...models.map((name) => ({ value: `model:${name}`, label: name })),
          { value: "skipped", label: words.skipped },
        ]}
        value={draft.what}
        onChange={(what) => set({ what })}
      />
      <Selection draft={draft} set={set} lack={lack} />
      <div className="training-pair-fields">
        <TextField
          label={words.begin}
          type="time"
          value={draft.begin}
          onChange={(begin) => set({ begin })}
          help={words.hoursHelp}
        />
        <TextField
          label={words.end}
          type="time"
          value={draft.end}
          onChange={(end) => set({ end })}
          error={lack("hours")}
        />
      </div>
    </div>
  );
}

/** Which programmes are looked at. */
function Selection({
  draft,
  set,
  lack,
}: {
  draft: ReanalysisDraft;
  set: (part: Partial<ReanalysisDraft>) => void;
  lack: (name: ReanalysisLack) => string | undefined;
}) {
  const words = useWords({ en, de }).form;
  return (
    <>
      <Radios<Where>
        label={words.where}
        choices={(["all", "series", "channel", "assets"] as const).map((value) => ({
          value,
          label: words.whole[value] ?? value,
        }))}
        value={draft.where}
        onChange={(where) => set({ where })}
      />
      {(draft.where === "series" || draft.where === "channel") && (
        <TextField
          label={words[draft.where]}
          value={draft[draft.where]}
          onChange={(text) => set({ [draft.where]: text })}
          error={lack(draft.where)}
        />
      )}
      {draft.where === "assets" ? (
        <Assets assets={draft.assets} onChange={(assets) => set({ assets })} error={lack("assets")} />
      ) : (
        <div className="training-pair-fields">
          <TextField label={words.from} type="date" value={draft.from} onChange={(from) => set({ from })} />
          <TextField
            label={words.until}
            type="date"
            value={draft.until}
            onChange={(until) => set({ until })}
            error={lack("dates")}
          />
        </div>
      )}
    </>
  );
}

function Assets({
  assets,
  onChange,
  error,
}: {
  assets: ReanalysisDraft["assets"];
  onChange: (assets: ReanalysisDraft["assets"]) => void;
  error: string | undefined;
}) {
  const words = useWords({ en, de }).form;
  const [written, write] = useState("");
  const settled = useSettled(written.trim());
  const { offers, old } = useProgrammes(settled);
  return (
    <>
      <Combobox
        label={words.asset}
        value={written}
        onChange={write}
        offers={written.trim() === "" ? [] : offers.filter((one) => !assets.some((each) => each.id === one.key))}
        old={old || settled !== written.trim()}
        onTake={(one) => {
          onChange([...assets, { id: one.key, title: one.text }]);
          write("");
        }}
        error={error}
        eager
        over
      />
      {assets.length > 0 && (
        <ul className="training-assets">
          {assets.map((one) => (
            <li key={one.id}>
              <span className="one-line" dir="auto">
                {one.title}
              </span>
              <IconButton
                label={words.remove(one.title)}
                icon={<X />}
                onPress={() => onChange(assets.filter((each) => each.id !== one.id))}
              />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
