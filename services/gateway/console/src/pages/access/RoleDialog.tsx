import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeRole, type User } from "../../api/generated";
import type { Role } from "../../domain/roles";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Choose } from "../../parts/fields";
import { useStatus } from "../../parts/status";
import { useRefusal } from "../../parts/useRefusal";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";

/** A role that people are given. */
export type Given = Exclude<Role, "local">;
export const ROLES: readonly Given[] = ["viewer", "curator", "rights", "admin"];

/** Gives somebody another role, from their next request on. */
export function RoleDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const words = useAccessWords();
  const shell = useShellWords();
  const status = useStatus();
  const refusal = useRefusal();
  const queries = useQueryClient();
  const [role, setRole] = useState<Given>((user.role ?? "viewer") as Given);
  const change = useMutation({
    mutationFn: () => changeRole(user.user_id, { role }),
    onSuccess: () => {
      status.say(words.users.changed(user.name, shell.roles[role]));
      void queries.invalidateQueries({ queryKey: ["users"] });
      onClose();
    },
  });
  return (
    <Dialog
      title={`${words.users.changeRole}: ${user.name}`}
      open
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button look="main" onPress={() => change.mutate()} isDisabled={change.isPending}>
            {words.users.changeRole}
          </Button>
        </>
      }
    >
      <Choose
        label={words.role}
        choices={ROLES.map((value) => ({ value, label: shell.roles[value] }))}
        value={role}
        onChange={setRole}
        help={words.roleHelp[role]}
        error={change.error === null ? undefined : refusal(change.error)}
      />
    </Dialog>
  );
}
