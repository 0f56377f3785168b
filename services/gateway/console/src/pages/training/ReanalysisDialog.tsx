import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type EstimateReanalysisResponse, estimateReanalysis, startReanalysis } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Dialog } from "../../parts/Dialog";
import { Sentence } from "../../parts/Failed";
import { PreviewActions } from "../../parts/PreviewActions";
import { Said } from "../../parts/Said";
import { useStatus } from "../../parts/status";
import { reanalyses as de } from "../../words/de/reanalyses";
import { reanalyses as en } from "../../words/en/reanalyses";
import { useLanguage, useWords } from "../../words/language";
import { lookers } from "./queries";
import { spanIn } from "./Reanalyses";
import { ReanalysisFields } from "./ReanalysisFields";
import { EMPTY, estimateOf, lacksOf, requestOf } from "./reanalysis";

/** A look at the archive again: estimated first, then started. */
export function ReanalysisDialog({ onClose }: { onClose: () => void }) {
  const words = useWords({ en, de });
  const { say } = useStatus();
  const queries = useQueryClient();
  const query = useQuery(lookers);
  const [draft, setDraft] = useState(EMPTY);
  const [asked, setAsked] = useState(false);
  const lacking = lacksOf(draft);
  const look = useMutation({ mutationFn: (one: typeof draft) => estimateReanalysis(estimateOf(one)) });
  const start = useMutation({
    mutationFn: (one: typeof draft) => startReanalysis(requestOf(one)),
    onSuccess: () => {
      say(words.said.start);
      void queries.invalidateQueries({ queryKey: ["reanalyses"] });
      onClose();
    },
  });
  const looked = look.data !== undefined && look.variables === draft;
  const estimate = () => {
    setAsked(true);
    if (lacking.length === 0) look.mutate(draft);
  };
  return (
    <Dialog
      title={words.title}
      open
      wide
      onClose={onClose}
      actions={
        <PreviewActions
          previewed={looked}
          preview={{ label: words.form.look, onPress: estimate, isDisabled: look.isPending }}
          submit={{ label: words.form.start, onPress: () => start.mutate(draft), isDisabled: start.isPending }}
          onCancel={onClose}
        />
      }
    >
      <Answer query={query}>
        {(found) => (
          <div className="stack">
            <ReanalysisFields draft={draft} onChange={setDraft} lacking={asked ? lacking : []} {...found} />
            <Sentence error={look.error ?? start.error} />
            {looked && <Estimated found={look.data} />}
          </div>
        )}
      </Answer>
    </Dialog>
  );
}

function Estimated({ found }: { found: EstimateReanalysisResponse }) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const { estimate } = found;
  if (estimate === undefined) return null;
  const seconds = Number.parseFloat(estimate.duration ?? "");
  return (
    <section className="card stack" aria-label={words.estimate.title} aria-live="polite">
      <h3>{words.estimate.title}</h3>
      <p>
        {[words.assets(estimate.assets), words.chunks(estimate.chunks), words.pictures(estimate.pictures)].join(", ")}
      </p>
      <p>
        {words.estimate.takes}{" "}
        <strong>{Number.isFinite(seconds) ? spanIn(language, seconds) : words.estimate.unknown}</strong>{" "}
        <span className="small soft foreign">
          <Said sentence={estimate.basis} wording={estimate.basis_wording} />
        </span>
      </p>
      {estimate.done_assets > 0 && <p className="soft">{words.estimate.done(estimate.done_assets)}</p>}
      {found.notes.map((note, at) => (
        <p key={note} className="foreign">
          <Said sentence={note} wording={found.notes_wordings[at]} />
        </p>
      ))}
    </section>
  );
}
