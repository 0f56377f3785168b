import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeRole, type User } from "../../api/generated";
import { GIVEN_ROLES, type GivenRole } from "../../domain/roles";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { RoleField } from "../../parts/RoleField";
import { useStatus } from "../../parts/status";
import { useRefusal } from "../../parts/useRefusal";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";

/** Gives somebody another role, from their next request on. */
export function RoleDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const words = useAccessWords();
  const shell = useShellWords();
  const status = useStatus();
  const refusal = useRefusal();
  const queries = useQueryClient();
  const [role, setRole] = useState<GivenRole>((user.role ?? "viewer") as GivenRole);
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
      <RoleField
        roles={GIVEN_ROLES}
        role={role}
        onChange={setRole}
        error={change.error === null ? undefined : refusal(change.error)}
      />
    </Dialog>
  );
}
