import { useInfiniteQuery } from "@tanstack/react-query";
import { Layers } from "lucide-react";
import { useState } from "react";
import type { Snapshot } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Badge } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { Said } from "../../parts/Said";
import { Sheet, type SheetColumn } from "../../parts/Sheet";
import { Time } from "../../parts/values";
import { usePurposes } from "../../words/purposes";
import { ExportDialog } from "./ExportDialog";
import { Publish } from "./Publish";
import { snapshots } from "./queries";
import { useTrainingWords } from "./words";

/** Snapshots with what they hold and whether they may still be used. */
export function Snapshots({ exports, publishes }: { exports: boolean; publishes: boolean }) {
  const words = useTrainingWords();
  const query = useInfiniteQuery(snapshots);
  const [exported, setExported] = useState<Snapshot>();
  const columns = useColumns(exports ? setExported : undefined);
  return (
    <div className="stack">
      {publishes && <Publish />}
      <Answer query={query}>
        {(data) => {
          const rows = data.pages.flatMap((page) => page.snapshots);
          if (rows.length === 0) {
            return (
              <Empty icon={<Layers aria-hidden="true" />} title={words.snapshots.none}>
                {words.snapshots.noneText}
              </Empty>
            );
          }
          return (
            <Sheet
              label={words.tabs.snapshots}
              rows={rows}
              keyOf={(one, index) => one.published?.snapshot_id ?? String(index)}
              more={query}
              columns={columns}
            />
          );
        }}
      </Answer>
      {exported !== undefined && <ExportDialog snapshot={exported} onClose={() => setExported(undefined)} />}
    </div>
  );
}

/** `onExport` is undefined where nobody may export. */
function useColumns(onExport: ((snapshot: Snapshot) => void) | undefined): readonly SheetColumn<Snapshot>[] {
  const words = useTrainingWords();
  const purposes = usePurposes();
  return [
    {
      id: "number",
      label: words.snapshots.number,
      render: (one) => (
        <>
          <bdi>{one.published?.dataset_id}</bdi> № {one.published?.number}
        </>
      ),
    },
    { id: "published", label: words.snapshots.published, render: (one) => <Time at={one.published_at} /> },
    { id: "contents", label: words.snapshots.contents, render: (one) => <Contents snapshot={one} /> },
    {
      id: "purpose",
      label: words.snapshots.purpose,
      render: (one) => purposes[one.published?.purpose ?? ""] ?? one.published?.purpose,
    },
    {
      id: "by",
      label: words.snapshots.by,
      render: (one) => <bdi>{one.published?.actor?.principal || "–"}</bdi>,
    },
    { id: "state", label: words.snapshots.state, render: (one) => <Standing snapshot={one} /> },
    {
      id: "export",
      label: words.snapshots.export,
      labelHidden: true,
      align: "end",
      render: (one) =>
        onExport !== undefined &&
        one.withdrawn === undefined && (
          <Button
            look="bare"
            onPress={() => onExport(one)}
            aria-label={words.snapshots.exportTitle(one.published?.number ?? 0)}
          >
            {words.snapshots.export}
          </Button>
        ),
    },
  ];
}

function Contents({ snapshot }: { snapshot: Snapshot }) {
  const words = useTrainingWords();
  const splits = snapshot.published?.splits ?? [];
  const samples = splits.reduce((sum, one) => sum + one.sample_count, 0);
  const classes = Math.max(0, ...splits.map((one) => one.class_count));
  return (
    <>
      {words.samples(samples)}, {words.classes(classes)}
    </>
  );
}

function Standing({ snapshot }: { snapshot: Snapshot }) {
  const words = useTrainingWords().snapshots;
  const withdrawn = snapshot.withdrawn;
  if (withdrawn === undefined) return <Badge weight="good">{words.usable}</Badge>;
  return (
    <>
      <Badge weight="bad">{words.withdrawn}</Badge>
      <div className="soft small foreign">
        <Said sentence={withdrawn.reason} wording={withdrawn.wording} />
      </div>
    </>
  );
}
