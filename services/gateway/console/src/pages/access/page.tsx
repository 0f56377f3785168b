import { Page } from "../../parts/Page";
import { Sections } from "../../parts/Sections";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";
import { Users } from "./Users";
import { Webhooks } from "./Webhooks";
import { useWebhookWords } from "./words";
import "./access.css";

/** Who may use the mesh, and which systems outside are told of it. */
export default function Access() {
  const words = useAccessWords().users;
  const webhooks = useWebhookWords();
  const shell = useShellWords();
  return (
    <Page title={shell.pages.access}>
      <Sections
        label={shell.pages.access}
        sections={[
          { id: "users", label: words.title, content: () => <Users /> },
          { id: "webhooks", label: webhooks.title, content: () => <Webhooks /> },
        ]}
      />
    </Page>
  );
}
