import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { disableUser, enableUser, removeUser, renewInvitation, type User } from "../../api/generated";
import { Button, IconButton } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { useStatus } from "../../parts/status";
import { useRefusal } from "../../parts/useRefusal";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";
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
  onTokens: (user: User) => void;
  onRole: (user: User) => void;
}) {
  const words = useAccessWords().users;
  const shell = useShellWords();
  const status = useStatus();
  const refusal = useRefusal();
  const queries = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const act = useMutation({
    mutationFn: async (action: Action): Promise<string> => {
      if (action === "code") onCode(await renewInvitation(user.user_id));
      if (action === "disable") {
        await disableUser(user.user_id);
        return words.disabled(user.name);
      }
      if (action === "enable") {
        await enableUser(user.user_id);
        return words.enabled(user.name);
      }
      if (action === "remove") {
        await removeUser(user.user_id);
        return words.removed(user.name);
      }
      return "";
    },
    onSuccess: (said) => said !== "" && status.say(said),
    onError: (error) => status.warn(refusal(error)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["users"] }),
  });
  const choose = (action: Action) => {
    if (action === "role") onRole(user);
    else if (action === "tokens") onTokens(user);
    else if (action === "remove") setRemoving(true);
    else act.mutate(action);
  };
  const isDisabled = user.state === "disabled";
  const offered: readonly { id: Action; label: string }[] = [
    ...(isDisabled || user.external ? [] : [{ id: "role" as const, label: words.changeRole }]),
    ...(isDisabled || user.external ? [] : [{ id: "code" as const, label: words.newCode }]),
    { id: "tokens", label: words.tokens },
    isDisabled ? { id: "enable", label: words.enable } : { id: "disable", label: words.disable },
    { id: "remove", label: words.remove },
  ];
  return (
    <>
      <MenuTrigger>
        <IconButton label={`${words.actions}: ${user.name}`} icon={<Ellipsis />} />
        <Popover className="popover" placement="bottom end" offset={4}>
          <Menu
            className="choices"
            aria-label={`${words.actions}: ${user.name}`}
            items={offered}
            onAction={(key) => choose(key as Action)}
          >
            {(one) => <MenuItem className="choice">{one.label}</MenuItem>}
          </Menu>
        </Popover>
      </MenuTrigger>
      <Dialog
        title={`${words.remove}: ${user.name}`}
        open={removing}
        onClose={() => setRemoving(false)}
        actions={
          <>
            <Button onPress={() => setRemoving(false)}>{shell.cancel}</Button>
            <Button
              look="bad"
              onPress={() => {
                setRemoving(false);
                act.mutate("remove");
              }}
            >
              {words.remove}
            </Button>
          </>
        }
      >
        <p>{words.removeText(user.name)}</p>
      </Dialog>
    </>
  );
}
