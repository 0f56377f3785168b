import { useMutation } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { useState } from "react";
import { FileTrigger } from "react-aria-components";
import { type HouseRuleEffect, type PreviewHouseRulesResponse, previewHouseRules } from "../../api/generated";
import { Button } from "../../parts/Button";
import { TextField } from "../../parts/fields";
import { Refused } from "../../parts/Refused";
import { Said } from "../../parts/Said";
import { Sheet, type SheetColumn } from "../../parts/Sheet";
import { useRefusedFields } from "../../parts/useRefusedFields";
import { Count } from "../../parts/values";
import { houseRules as de } from "../../words/de/house_rules";
import { houseRules as en, type HouseRuleWords } from "../../words/en/house_rules";
import { useWords } from "../../words/language";

/** Tries a draft of the file of house rules: what each would hold for, and what would change. */
export function HouseRules() {
  const words = useWords({ en, de });
  const [rules, setRules] = useState("");
  const preview = useMutation({ mutationFn: (draft: string) => previewHouseRules({ rules: draft }) });
  const refused = useRefusedFields(preview.error, ["rules"]);
  const open = (files: FileList | null) => void files?.[0]?.text().then(setRules);
  return (
    <div className="stack rights-rules">
      <div>
        <h2>{words.title}</h2>
        <p className="soft">{words.text}</p>
      </div>
      <TextField
        label={words.rules}
        lines={8}
        value={rules}
        onChange={setRules}
        error={refused.at("rules")}
        spellCheck="false"
      />
      <Refused sentence={refused.rest} />
      <div className="row">
        <Button look="main" onPress={() => preview.mutate(rules)} isDisabled={rules.trim() === "" || preview.isPending}>
          {words.preview}
        </Button>
        <FileTrigger onSelect={open} acceptedFileTypes={[".json"]}>
          <Button>
            <FileUp aria-hidden="true" />
            {words.open}
          </Button>
        </FileTrigger>
      </div>
      <div aria-live="polite">{preview.data !== undefined && <Effect found={preview.data} />}</div>
    </div>
  );
}

function Effect({ found }: { found: PreviewHouseRulesResponse }) {
  const words = useWords({ en, de });
  if (found.rules.length === 0) return <p className="soft">{words.none}</p>;
  const effects = [
    found.asset_count > 0 && words.changed(found.asset_count),
    found.samples_withdrawn > 0 && words.withdrawn(found.samples_withdrawn),
    found.samples_proposed > 0 && words.proposed(found.samples_proposed),
    found.snapshot_count > 0 && words.snapshots(found.snapshot_count),
  ].filter((one) => one !== false);
  return (
    <div className="stack">
      <p>
        <strong>{words.effect}:</strong> {effects.length > 0 ? effects.join(" · ") : words.nothing}
      </p>
      <Sheet
        label={words.title}
        rows={found.rules}
        keyOf={(one, index) => `${index} ${one.statement_id}`}
        columns={columnsOf(words)}
      />
    </div>
  );
}

function columnsOf(words: HouseRuleWords): readonly SheetColumn<HouseRuleEffect>[] {
  return [
    {
      id: "condition",
      label: words.condition,
      render: (one) => <Said sentence={one.condition} wording={one.condition_wording} />,
    },
    { id: "statement", label: words.statement, render: (one) => <code>{one.statement_id}</code> },
    {
      id: "assets",
      label: words.assets,
      align: "end",
      render: (one) => (one.asset_count === 0 ? words.matchesNothing : <Count value={one.asset_count} />),
    },
  ];
}
