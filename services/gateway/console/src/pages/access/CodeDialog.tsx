import type { Invitation } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { OnceShown } from "../../parts/OnceShown";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";

/** A code that was made for somebody. */
export type Coded = Invitation;

/** Shows a code once, and the address that takes it. */
export function CodeDialog({ coded, onClose }: { coded: Coded; onClose: () => void }) {
  const words = useAccessWords().users;
  const shell = useShellWords();
  const address = `${window.location.origin}/console/invitation#${coded.code}`;
  return (
    <Dialog
      title={words.code(coded.user?.name ?? "")}
      open
      firm
      onClose={onClose}
      actions={
        <Button look="main" onPress={onClose}>
          {shell.close}
        </Button>
      }
    >
      <div className="stack">
        <OnceShown label={words.link} value={address} help={words.codeText} />
      </div>
    </Dialog>
  );
}
