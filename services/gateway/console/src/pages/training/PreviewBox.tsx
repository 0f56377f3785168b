import type { ReactNode } from "react";
import type { PreviewTrainingResponse } from "../../api/generated";
import { Badge } from "../../parts/Badge";
import { Said } from "../../parts/Said";
import { Count, Money } from "../../parts/values";
import { numberIn } from "../../words/formats";
import { useLanguage } from "../../words/language";
import { secondsOf } from "./queries";
import { useTrainingWords } from "./words";

interface Props {
  preview: PreviewTrainingResponse;
}

/** What a run would learn from, how long it takes, what it costs, and what speaks against it. */
export function PreviewBox({ preview }: Props) {
  const words = useTrainingWords().preview;
  const single = preview.classes.filter((one) => one.programme_count < 2).length;
  return (
    <section className="training-preview" aria-labelledby="training-preview" aria-live="polite">
      <h3 id="training-preview">{words.title}</h3>
      {preview.refusals.length > 0 && <Refusals preview={preview} />}
      <Figures preview={preview} />
      {preview.runs_before > 0 && <p>{words.before(preview.runs_before)}</p>}
      {single > 0 && <p className="soft">{words.few(single)}</p>}
      {preview.known !== undefined && <p>{words.known}</p>}
      <p className="soft foreign">
        {preview.challenge ? (
          words.challenge
        ) : (
          <Said sentence={preview.no_challenge_because} wording={preview.no_challenge_wording} />
        )}
      </p>
      {preview.pay.length > 0 && <Pay preview={preview} />}
    </section>
  );
}

/** What keeps the run from being started. */
function Refusals({ preview }: Props) {
  const words = useTrainingWords().preview;
  return (
    <div>
      <Badge weight="bad">{words.refused}</Badge>
      {preview.refusals.map((one, index) => (
        <p key={one} className="foreign">
          <Said sentence={one} wording={preview.refusal_wordings[index]} />
        </p>
      ))}
    </div>
  );
}

/** What it would learn from, counted, and how long it takes. */
function Figures({ preview }: Props) {
  const words = useTrainingWords().preview;
  const runs = useTrainingWords().runs;
  const language = useLanguage();
  const seconds = secondsOf(preview.estimate);
  return (
    <dl className="training-facts">
      <Figure label={words.samples}>
        <Count value={preview.sample_count} />
      </Figure>
      <Figure label={words.classes}>
        <Count value={preview.class_count} />
      </Figure>
      <Figure label={words.programmes}>
        <Count value={preview.programme_count} />
      </Figure>
      <Figure label={words.unnamed}>
        <Count value={preview.unnamed_count} />
      </Figure>
      <Figure label={words.takes}>
        {seconds === undefined ? (
          words.unknown
        ) : (
          <>
            {runs.seconds(numberIn(language, seconds, 1))}{" "}
            <span className="soft small">{words.estimated(preview.estimated_from)}</span>
          </>
        )}
      </Figure>
    </dl>
  );
}

/** What is owed to holders once it has run. */
function Pay({ preview }: Props) {
  const words = useTrainingWords().preview;
  return (
    <div>
      <h4>{words.pay}</h4>
      <ul className="training-lines">
        {preview.pay.map((one) => (
          <li key={`${one.holder}${one.currency}`}>
            <span className="foreign" dir="auto">
              {one.holder}
            </span>
            <strong>
              <Money amount={one.amount} currency={one.currency} />
            </strong>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
