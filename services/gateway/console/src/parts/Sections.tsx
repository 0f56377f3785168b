import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useQueryString } from "./useQueryString";
import "./Sections.css";

export interface Section {
  id: string;
  label: string;
  /** Shown beside the label, such as how many wait there. */
  badge?: ReactNode;
  content: () => ReactNode;
}

/** Sections of a page, of which one is shown; which one stands in the address, so that it can be sent. */
export function Sections({ label, sections }: { label: string; sections: readonly Section[] }) {
  const first = sections[0]?.id ?? "";
  const [chosen, choose] = useQueryString("tab", first);
  const known = sections.some((one) => one.id === chosen) ? chosen : first;
  return (
    <Tabs className="sections" selectedKey={known} onSelectionChange={(key) => choose(String(key))}>
      <TabList className="section-tabs" aria-label={label}>
        {sections.map((one) => (
          <Tab key={one.id} id={one.id} className="section-tab">
            {one.label}
            {one.badge}
          </Tab>
        ))}
      </TabList>
      {sections.map((one) => (
        <TabPanel key={one.id} id={one.id} className="section-panel">
          {one.content()}
        </TabPanel>
      ))}
    </Tabs>
  );
}
