import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { inviteUser } from "../../api/generated";
import { GIVEN_ROLES, type GivenRole } from "../../domain/roles";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { TextField } from "../../parts/fields";
import { Refused } from "../../parts/Refused";
import { RoleField } from "../../parts/RoleField";
import { useStatus } from "../../parts/status";
import { useRefusedFields } from "../../parts/useRefusedFields";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";
import type { Coded } from "./CodeDialog";

interface Draft {
  name: string;
  login: string;
  role: GivenRole;
}

/** Makes an account, whose code is shown next. */
export function InviteDialog({ onClose, onCode }: { onClose: () => void; onCode: (coded: Coded) => void }) {
  const words = useAccessWords();
  const shell = useShellWords();
  const status = useStatus();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft>({ name: "", login: "", role: "viewer" });
  const invite = useMutation({
    mutationFn: () => inviteUser({ ...draft, name: draft.name.trim() }),
    onSuccess: (coded) => {
      void queries.invalidateQueries({ queryKey: ["users"] });
      status.say(words.users.invited(coded.user?.name ?? ""));
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
      <RoleField
        roles={GIVEN_ROLES}
        role={draft.role}
        onChange={(role) => change({ role })}
        error={refused.at("role")}
      />
      <Refused sentence={refused.rest} />
    </div>
  );
}
