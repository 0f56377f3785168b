import type { UseQueryResult } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import type { AssetView, GetRightsResponse } from "../../api/generated";
import type { Lane } from "../../domain/lanes";
import type { Clock } from "../../domain/timeline";
import { Answer } from "../../parts/Answer";
import { Boundary } from "../../parts/Boundary";
import { Missing } from "../../parts/Missing";
import { Waiting } from "../../parts/Waiting";
import { programme as de } from "../../words/de/programme";
import { programme as en } from "../../words/en/programme";
import { useWords } from "../../words/language";
import type { People } from "./data";
import { ListPanel, type PanelProps, SpeechPanel, TextPanel } from "./MomentPanels";
import { PeoplePanel } from "./PeoplePanel";
import { RightsPanel } from "./RightsPanel";

const HistoryPanel = lazy(() => import("./HistoryPanel"));

const TABS = ["people", "text", "speech", "rights", "history", "list"] as const;
const UNDECIDED: GetRightsResponse = { decisions: [], statements: [], revision: 0 };
const ENDED: ReadonlySet<string> = new Set(["analysed", "rejected"]);

interface SideProps {
  assetId: string;
  title: string;
  view: AssetView;
  clock: Clock;
  people: UseQueryResult<People>;
  /** Not there before they are decided. */
  rights: UseQueryResult<GetRightsResponse> | undefined;
  lanes: readonly Lane[];
  panel: PanelProps;
}

/** What is known of a programme, beside its player: each part by itself. */
export function Side(props: SideProps) {
  const words = useWords({ en, de });
  const contents = contentsOf(props);
  return (
    <Tabs className="programme-side">
      <TabList className="tabs" aria-label={props.title.slice(0, 200)}>
        {TABS.map((id) => (
          <Tab key={id} id={id} className="tab">
            {words.tabs[id]}
          </Tab>
        ))}
      </TabList>
      {TABS.map((id) => (
        <TabPanel key={id} id={id} className="programme-tab">
          {contents[id]()}
        </TabPanel>
      ))}
    </Tabs>
  );
}

function contentsOf({
  assetId,
  title,
  view,
  clock,
  people,
  rights,
  lanes,
  panel,
}: SideProps): Record<(typeof TABS)[number], () => ReactNode> {
  return {
    people: () => (
      <Answer query={people} small>
        {(data) => <PeoplePanel data={data} done={ENDED.has(view.state ?? "")} {...panel} />}
      </Answer>
    ),
    text: () => (
      <Part view={view} field="text">
        <TextPanel view={view} {...panel} />
      </Part>
    ),
    speech: () => (
      <Part view={view} field="speech">
        <SpeechPanel view={view} clock={clock} {...panel} />
      </Part>
    ),
    rights: () => (
      <Answer query={rights ?? { data: UNDECIDED, error: null, refetch: () => undefined }} small>
        {(data) => <RightsPanel assetId={assetId} title={title} data={data} />}
      </Answer>
    ),
    history: () => (
      <Boundary>
        <Suspense fallback={<Waiting rows={4} />}>
          <HistoryPanel assetId={assetId} chunks={view.chunks} />
        </Suspense>
      </Boundary>
    ),
    list: () => <ListPanel lanes={lanes} {...panel} />,
  };
}

/** A part of the view, or why it is not there. */
function Part({ view, field, children }: { view: AssetView; field: string; children: ReactNode }) {
  if (!view.unavailable.includes(field)) return <>{children}</>;
  return <Missing sentences={view.missing.length > 0 ? view.missing : [field]} wordings={view.missing_wordings} />;
}
