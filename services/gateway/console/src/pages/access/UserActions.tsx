import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { disableUser, enableUser, removeUser, renewInvitation, type User } from "../../api/generated";
import { ActionMenu } from "../../parts/ActionMenu";
import { RemoveDialog } from "../../parts/RemoveDialog";
import { useStatus } from "../../parts/status";
import { useRefusal } from "../../parts/useRefusal";
import { type AccessWords, useAccessWords } from "../../words/access";
import type { Coded } from "./CodeDialog";

type Action = "role" | "code" | "tokens" | "disable" | "enable" | "remove";

/** What an administrator may do with an account. */
export function UserActions({
  user,
  onCode,
  onTokens,
  onRole,
}: {
  user: User;
  onCode: (coded: Coded) => void;
  onTokens: () => void;
  onRole: () => void;
}) {
  const words = useAccessWords().users;
  const act = useAct(user, onCode);
  const [removing, setRemoving] = useState(false);
  const choose = (action: Action) => {
    if (action === "role") onRole();
    else if (action === "tokens") onTokens();
    else if (action === "remove") setRemoving(true);
    else act.mutate(action);
  };
  const label = `${words.actions}: ${user.name}`;
  return (
    <>
      <ActionMenu label={label} actions={offeredTo(user, words)} onChoose={choose} />
      <RemoveDialog
        title={`${words.remove}: ${user.name}`}
        remove={words.remove}
        open={removing}
        onClose={() => setRemoving(false)}
        onRemove={() => act.mutate("remove")}
      >
        <p className="foreign">{words.removeText(user.name)}</p>
      </RemoveDialog>
    </>
  );
}

function offeredTo(user: User, words: AccessWords["users"]): readonly { id: Action; label: string }[] {
  const isDisabled = user.state === "disabled";
  const isOurs = !isDisabled && !user.external;
  return [
    ...(isOurs ? [{ id: "role" as const, label: words.changeRole }] : []),
    ...(isOurs ? [{ id: "code" as const, label: words.newCode }] : []),
    { id: "tokens", label: words.tokens },
    isDisabled ? { id: "enable", label: words.enable } : { id: "disable", label: words.disable },
    { id: "remove", label: words.remove },
  ];
}

/** Does it; what came of it says the status line. */
function useAct(user: User, onCode: (coded: Coded) => void) {
  const words = useAccessWords().users;
  const status = useStatus();
  const refusal = useRefusal();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (action: Action) => {
      if (action === "code") onCode(await renewInvitation(user.user_id));
      if (action === "disable") {
        await disableUser(user.user_id);
        status.say(words.disabled(user.name));
      }
      if (action === "enable") {
        await enableUser(user.user_id);
        status.say(words.enabled(user.name));
      }
      if (action === "remove") {
        await removeUser(user.user_id);
        status.say(words.removed(user.name));
      }
    },
    onError: (error) => status.warn(refusal(error)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["users"] }),
  });
}
