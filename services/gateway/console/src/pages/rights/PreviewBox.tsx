import { useEffect, useRef } from "react";
import type { MoneyEffect, RightsPreview } from "../../api/generated";
import { Badge } from "../../parts/Badge";
import { Missing } from "../../parts/Missing";
import { Count, Money } from "../../parts/values";
import { StatementList } from "./StatementList";
import { useRightsWords } from "./words";

/** What a change would do: statements, samples, snapshots, models and money, each with its figure. */
export function PreviewBox({ preview, old }: { preview: RightsPreview; old: boolean }) {
  const words = useRightsWords();
  const models = preview.models ?? [];
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!old) box.current?.scrollIntoView({ block: "nearest" });
  }, [old]);
  const nothing = preview.asset_count === 0 && preview.snapshot_count === 0 && preview.money.length === 0;
  return (
    <section ref={box} className="rights-preview" aria-labelledby="rights-preview" data-old={old} aria-live="polite">
      <h3 id="rights-preview">{words.preview.title}</h3>
      <StatementList statements={preview.statements} />
      {nothing ? <p>{words.preview.nothing}</p> : <Figures preview={preview} />}
      {models.length > 0 && (
        <ul className="rights-lines">
          {models.map((one) => (
            <li key={`${one.model?.name}${one.model?.version}`} className="row">
              <span className="foreign">
                {one.model?.name} {one.model?.version}
              </span>
              {one.in_service && <Badge weight="bad">{words.preview.inService}</Badge>}
            </li>
          ))}
        </ul>
      )}
      {(preview.runs?.length ?? 0) > 0 && <p>{words.preview.runs(preview.runs?.length ?? 0)}</p>}
      {preview.money.length > 0 && (
        <div>
          <h4>{words.preview.money}</h4>
          <ul className="rights-lines">
            {preview.money.map((one) => (
              <li key={`${one.holder}${one.currency}${one.model}`}>
                <Price effect={one} />
              </li>
            ))}
          </ul>
          <p className="soft small">{words.preview.moneyNote}</p>
        </div>
      )}
      <Missing sentences={preview.missing} wordings={preview.missing_wordings} />
    </section>
  );
}

function Figures({ preview }: { preview: RightsPreview }) {
  const words = useRightsWords();
  return (
    <dl className="rights-figures">
      <Figure label={words.refusals.kinds.assets ?? ""} value={preview.asset_count} />
      <Figure label={words.preview.withdrawn} value={preview.samples_withdrawn} />
      <Figure label={words.preview.proposed} value={preview.samples_proposed} />
      <Figure label={words.preview.snapshots} value={preview.snapshot_count} />
      {preview.models !== undefined && <Figure label={words.preview.models} value={preview.models.length} />}
    </dl>
  );
}

function Figure({ label, value }: { label: string; value: number }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <Count value={value} />
      </dd>
    </div>
  );
}

function Price({ effect }: { effect: MoneyEffect }) {
  const words = useRightsWords();
  return (
    <span className="row">
      <span className="foreign" dir="auto">
        {effect.holder}
      </span>
      <span>
        <span className="for-readers">{words.preview.from} </span>
        <Money amount={effect.before} currency={effect.currency} /> <span aria-hidden="true">→</span>{" "}
        <span className="for-readers">{words.preview.to} </span>
        <strong>
          <Money amount={effect.after} currency={effect.currency} />
        </strong>{" "}
        {effect.model === "per_use" ? words.preview.perRun : words.preview.perSnapshot}
      </span>
      <span className="soft">({words.samples(effect.sample_count)})</span>
    </span>
  );
}
