/** Rights: what is withheld and why, what became of changes, what is owed, who was erased, what was decided. */

import { Plus } from "lucide-react";
import { useState } from "react";
import { useSearchParams } from "wouter";
import { Button } from "../../parts/Button";
import { useKeys } from "../../parts/keys";
import { Page } from "../../parts/Page";
import { Sections } from "../../parts/Sections";
import { useQueryString } from "../../parts/useQueryString";
import { houseRules as de } from "../../words/de/house_rules";
import { houseRules as en } from "../../words/en/house_rules";
import { useWords } from "../../words/language";
import { AuditLog } from "./AuditLog";
import { useAsked } from "./asked";
import { ChangeDialog } from "./ChangeDialog";
import { Changes } from "./Changes";
import { Erasures } from "./Erasures";
import { HouseRules } from "./HouseRules";
import { Overview } from "./Overview";
import { Owed } from "./Owed";
import { noteSent } from "./queries";
import { useRightsWords } from "./words";
import "./rights.css";

export default function RightsPage() {
  const words = useRightsWords();
  const rules = useWords({ en, de });
  const [, setTab] = useQueryString("tab", "overview");
  const [followed, follow] = useQueryString("change");
  const [, setParams] = useSearchParams();
  const open = (id: string) => setParams({ tab: "changes", change: id });
  const change = useNewChange(open);
  return (
    <Page
      title={words.title}
      actions={
        <Button look="main" shortcut="N" onPress={change.begin}>
          <Plus aria-hidden="true" />
          {words.newChange}
        </Button>
      }
    >
      <Sections
        label={words.sections}
        sections={[
          { id: "overview", label: words.tabs.overview, content: () => <Overview onOpen={open} onTab={setTab} /> },
          {
            id: "changes",
            label: words.tabs.changes,
            content: () => <Changes followed={followed} onFollow={follow} />,
          },
          { id: "owed", label: words.tabs.owed, content: () => <Owed /> },
          { id: "erasures", label: words.tabs.erasures, content: () => <Erasures /> },
          { id: "rules", label: rules.tab, content: () => <HouseRules /> },
          { id: "audit", label: words.tabs.audit, content: () => <AuditLog /> },
        ]}
      />
      {change.dialog}
    </Page>
  );
}

/** Begins a change by a button, by a key, or by a link that names whom it is about; `onSent` takes its id. */
function useNewChange(onSent: (id: string) => void) {
  const words = useRightsWords();
  const [making, setMaking] = useState(false);
  const { asked, named, forget } = useAsked("change");
  const begin = () => setMaking(true);
  useKeys([{ id: "rights.create", key: "n", does: words.keys.create, run: begin }]);
  const dialog = (making || asked) && (
    <ChangeDialog
      key={named?.name}
      named={named}
      onClose={() => {
        setMaking(false);
        forget();
      }}
      onSent={(id) => {
        setMaking(false);
        noteSent(id);
        onSent(id);
      }}
    />
  );
  return { begin, dialog };
}
