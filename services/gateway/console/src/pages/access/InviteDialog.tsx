import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { inviteUser } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Choose, TextField } from "../../parts/fields";
import { Refused } from "../../parts/Refused";
import { useRefusedFields } from "../../parts/useRefusedFields";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";
import type { Coded } from "./CodeDialog";
import { type Given, ROLES } from "./RoleDialog";

interface Draft {
  name: string;
  login: string;
  role: Given;
}

/** Makes an account, whose code is shown next. */
export function InviteDialog({ onClose, onCode }: { onClose: () => void; onCode: (coded: Coded) => void }) {
  const words = useAccessWords();
  const shell = useShellWords();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft>({ name: "", login: "", role: "viewer" });
  const invite = useMutation({
    mutationFn: () => inviteUser({ ...draft, name: draft.name.trim() }),
    onSuccess: (coded) => {
      void queries.invalidateQueries({ queryKey: ["users"] });
      onCode(coded);
    },
  });
  const lacks = draft.name.trim() === "" || draft.login.trim() === "";
  return (
    <Dialog
      title={words.users.invite}
      open
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button look="main" onPress={() => invite.mutate()} isDisabled={invite.isPending || lacks}>
            {words.users.invite}
          </Button>
        </>
      }
    >
      <Fields draft={draft} change={(part) => setDraft((now) => ({ ...now, ...part }))} error={invite.error} />
    </Dialog>
  );
}

function Fields({ draft, change, error }: { draft: Draft; change: (part: Partial<Draft>) => void; error: unknown }) {
  const words = useAccessWords();
  const shell = useShellWords();
  const refused = useRefusedFields(error, ["name", "login", "role"]);
  return (
    <div className="stack">
      <TextField
        label={words.name}
        value={draft.name}
        onChange={(name) => change({ name })}
        isRequired
        autoFocus
        error={refused.at("name")}
      />
      <TextField
        label={words.login}
        help={words.loginHelp}
        value={draft.login}
        onChange={(login) => change({ login })}
        isRequired
        error={refused.at("login")}
      />
      <Choose
        label={words.role}
        choices={ROLES.map((value) => ({ value, label: shell.roles[value] }))}
        value={draft.role}
        onChange={(role) => change({ role })}
        help={words.roleHelp[draft.role]}
        error={refused.at("role")}
      />
      <Refused sentence={refused.rest} />
    </div>
  );
}
