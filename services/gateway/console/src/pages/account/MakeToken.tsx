import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { makeToken } from "../../api/generated";
import { includes, type Role } from "../../domain/roles";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Choose, TextField } from "../../parts/fields";
import { OnceShown } from "../../parts/OnceShown";
import { useRefusal } from "../../parts/useRefusal";
import { useSession } from "../../parts/useSession";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";

const ROLES = ["viewer", "curator", "rights", "admin"] as const;

/** Makes a token, and shows its secret once. */
export function MakeToken({ onClose }: { onClose: () => void }) {
  const words = useAccessWords();
  const shell = useShellWords();
  const refusal = useRefusal();
  const queries = useQueryClient();
  const { session } = useSession();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Exclude<Role, "local">>("viewer");
  const make = useMutation({
    mutationFn: () => makeToken({ name: name.trim(), role }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["tokens"] }),
  });
  const made = make.data;
  return (
    <Dialog
      title={words.tokens.make}
      open
      onClose={onClose}
      actions={
        made === undefined ? (
          <>
            <Button onPress={onClose}>{shell.cancel}</Button>
            <Button look="main" onPress={() => make.mutate()} isDisabled={make.isPending || name.trim() === ""}>
              {words.tokens.make}
            </Button>
          </>
        ) : (
          <Button look="main" onPress={onClose}>
            {shell.close}
          </Button>
        )
      }
    >
      {made === undefined ? (
        <div className="stack">
          <TextField label={words.tokens.name} value={name} onChange={setName} autoFocus isRequired />
          <Choose
            label={words.role}
            choices={ROLES.filter((one) => includes(session?.role, one)).map((value) => ({
              value,
              label: shell.roles[value],
            }))}
            value={role}
            onChange={setRole}
            help={words.roleHelp[role]}
            error={make.error === null ? undefined : refusal(make.error)}
          />
        </div>
      ) : (
        <OnceShown label={words.tokens.secret} value={made.secret} help={words.tokens.secretText} />
      )}
    </Dialog>
  );
}
