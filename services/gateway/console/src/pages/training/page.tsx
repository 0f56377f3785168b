/** Training: what serves and what waits beside it, runs as they go on, snapshots, and where models come from. */

import { Play } from "lucide-react";
import { useState } from "react";
import { useLocation, useParams } from "wouter";
import { Button } from "../../parts/Button";
import { useKeys } from "../../parts/keys";
import { Page } from "../../parts/Page";
import { Sections } from "../../parts/Sections";
import { useSession } from "../../parts/useSession";
import { reanalyses as de } from "../../words/de/reanalyses";
import { reanalyses as en } from "../../words/en/reanalyses";
import { useWords } from "../../words/language";
import { Models } from "./Models";
import { Reanalyses } from "./Reanalyses";
import { RunPage } from "./RunPage";
import { Runs } from "./Runs";
import { Snapshots } from "./Snapshots";
import { StartDialog } from "./StartDialog";
import { useTrainingWords } from "./words";
import "./training.css";

export default function TrainingPage() {
  const { runId } = useParams<{ runId?: string }>();
  return runId === undefined ? <Whole /> : <RunPage key={runId} id={runId} />;
}

function Whole() {
  const words = useTrainingWords();
  const again = useWords({ en, de });
  const { may } = useSession();
  const [, navigate] = useLocation();
  const [starting, setStarting] = useState(false);
  const operates = may("admin");
  useKeys(operates ? [{ id: "training.start", key: "n", does: words.keys.start, run: () => setStarting(true) }] : []);
  return (
    <Page
      title={words.title}
      actions={
        operates && (
          <Button look="main" shortcut="N" onPress={() => setStarting(true)}>
            <Play aria-hidden="true" />
            {words.start}
          </Button>
        )
      }
    >
      <Sections
        label={words.sections}
        sections={[
          { id: "models", label: words.tabs.models, content: () => <Models operates={operates} /> },
          { id: "runs", label: words.tabs.runs, content: () => <Runs /> },
          {
            id: "snapshots",
            label: words.tabs.snapshots,
            content: () => <Snapshots exports={may("curator") || may("rights")} publishes={may("curator")} />,
          },
          { id: "reanalyses", label: again.tab, content: () => <Reanalyses operates={operates} /> },
        ]}
      />
      {starting && (
        <StartDialog onClose={() => setStarting(false)} onStarted={(run) => navigate(`/training/${run.run_id}`)} />
      )}
    </Page>
  );
}
