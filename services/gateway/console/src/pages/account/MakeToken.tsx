import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { makeToken } from "../../api/generated";
import { GIVEN_ROLES, type GivenRole, includes } from "../../domain/roles";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { TextField } from "../../parts/fields";
import { OnceShown } from "../../parts/OnceShown";
import { Refused } from "../../parts/Refused";
import { RoleField } from "../../parts/RoleField";
import { useRefusedFields } from "../../parts/useRefusedFields";
import { useSession } from "../../parts/useSession";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";

interface Draft {
  name: string;
  role: GivenRole;
}

/** Makes a token, and shows its secret once. */
export function MakeToken({ onClose }: { onClose: () => void }) {
  const words = useAccessWords();
  const shell = useShellWords();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft>({ name: "", role: "viewer" });
  const make = useMutation({
    mutationFn: () => makeToken({ ...draft, name: draft.name.trim() }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["tokens"] }),
  });
  const made = make.data;
  const lacks = draft.name.trim() === "";
  return (
    <Dialog
      title={words.tokens.make}
      open
      onClose={onClose}
      actions={
        made === undefined ? (
          <>
            <Button onPress={onClose}>{shell.cancel}</Button>
            <Button look="main" onPress={() => make.mutate()} isDisabled={make.isPending || lacks}>
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
        <Fields draft={draft} change={(part) => setDraft((now) => ({ ...now, ...part }))} error={make.error} />
      ) : (
        <OnceShown label={words.tokens.secret} value={made.secret} help={words.tokens.secretText} />
      )}
    </Dialog>
  );
}

function Fields({ draft, change, error }: { draft: Draft; change: (part: Partial<Draft>) => void; error: unknown }) {
  const words = useAccessWords();
  const { session } = useSession();
  const refused = useRefusedFields(error, ["name", "role"]);
  const roles = GIVEN_ROLES.filter((one) => includes(session?.role, one));
  return (
    <div className="stack">
      <TextField
        label={words.tokens.name}
        value={draft.name}
        onChange={(name) => change({ name })}
        autoFocus
        isRequired
        error={refused.at("name")}
      />
      <RoleField roles={roles} role={draft.role} onChange={(role) => change({ role })} error={refused.at("role")} />
      <Refused sentence={refused.rest} />
    </div>
  );
}
