import type { GivenRole } from "../domain/roles";
import { useAccessWords } from "../words/access";
import { useShellWords } from "../words/shell";
import { Choose } from "./fields";

/** Which role somebody gets, or a token: those that may be given, and what the chosen one may do. */
export function RoleField({
  roles,
  role,
  onChange,
  error,
}: {
  roles: readonly GivenRole[];
  role: GivenRole;
  onChange: (role: GivenRole) => void;
  error?: string | undefined;
}) {
  const words = useAccessWords();
  const shell = useShellWords();
  return (
    <Choose
      label={words.role}
      choices={roles.map((value) => ({ value, label: shell.roles[value] }))}
      value={role}
      onChange={onChange}
      help={words.roleHelp[role]}
      error={error}
    />
  );
}
