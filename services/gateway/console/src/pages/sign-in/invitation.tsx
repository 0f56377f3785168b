import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { acceptInvitation } from "../../api/generated";
import { began } from "../../api/session";
import { TextField } from "../../parts/fields";
import { NewPasswordField } from "../../parts/NewPasswordField";
import { useRefusedFields } from "../../parts/useRefusedFields";
import { useAccessWords } from "../../words/access";
import { useShellWords } from "../../words/shell";
import { Gate, GateForm, useGoOn } from "./Gate";

/** Takes an invitation: its code comes behind the `#` of the address, which no server is told. */
export default function Invitation() {
  const words = useAccessWords();
  const shell = useShellWords();
  const [code, setCode] = useState(() => decodeURIComponent(window.location.hash.slice(1)));
  const [password, setPassword] = useState("");
  useGoOn("/");
  const take = useMutation({ mutationFn: () => acceptInvitation({ code, password }), onSuccess: began });
  const refused = useRefusedFields(take.error, ["code", "password"]);
  return (
    <Gate title={words.invitation.title} text={words.invitation.text}>
      <GateForm
        submit={() => take.mutate()}
        submitLabel={words.invitation.submit}
        busy={take.isPending}
        refused={refused.rest}
      >
        <TextField
          label={words.invitation.code}
          value={code}
          onChange={setCode}
          isRequired
          autoComplete="one-time-code"
          autoFocus={code === ""}
          error={refused.at("code")}
        />
        <NewPasswordField
          label={words.password}
          value={password}
          onChange={setPassword}
          autoFocus={code !== ""}
          error={refused.at("password")}
        />
      </GateForm>
      <p className="row small">
        <Link href="/sign-in">{shell.signIn.submit}</Link>
      </p>
    </Gate>
  );
}
