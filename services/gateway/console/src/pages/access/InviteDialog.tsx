import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { inviteUser } from "../../api/generated";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Choose, TextField } from "../../parts/fields";
import { useRefusal } from "../../parts/useRefusal";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";
import type { Coded } from "./CodeDialog";
import { type Given, ROLES } from "./RoleDialog";

/** Makes an account, whose code is shown next. */
export function InviteDialog({ onClose, onCode }: { onClose: () => void; onCode: (coded: Coded) => void }) {
  const words = useAccessWords();
  const shell = useShellWords();
  const refusal = useRefusal();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [login, setLogin] = useState("");
  const [role, setRole] = useState<Given>("viewer");
  const invite = useMutation({
    mutationFn: () => inviteUser({ name: name.trim(), login, role }),
    onSuccess: (coded) => {
      void queries.invalidateQueries({ queryKey: ["users"] });
      onCode(coded);
    },
  });
  return (
    <Dialog
      title={words.users.invite}
      open
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button
            look="main"
            onPress={() => invite.mutate()}
            isDisabled={invite.isPending || name.trim() === "" || login.trim() === ""}
          >
            {words.users.invite}
          </Button>
        </>
      }
    >
      <div className="stack">
        <TextField label={words.name} value={name} onChange={setName} isRequired autoFocus />
        <TextField label={words.login} help={words.loginHelp} value={login} onChange={setLogin} isRequired />
        <Choose
          label={words.role}
          choices={ROLES.map((value) => ({ value, label: shell.roles[value] }))}
          value={role}
          onChange={setRole}
          help={words.roleHelp[role]}
        />
        {invite.error !== null && (
          <p className="field-error" role="alert">
            {refusal(invite.error)}
          </p>
        )}
      </div>
    </Dialog>
  );
}
