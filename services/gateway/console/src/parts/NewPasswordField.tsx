import { useAccessWords } from "../words/access";
import { TextField } from "./fields";

/** How many letters a password has at the least, as the gateway holds it. */
const SHORTEST = 12;

/** A password that is given for the first time, as browsers and keepers of passwords know it. */
export function NewPasswordField({
  label,
  value,
  onChange,
  error,
  autoFocus = false,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
  autoFocus?: boolean;
}) {
  const words = useAccessWords();
  return (
    <TextField
      label={label}
      help={words.passwordHelp}
      type="password"
      value={value}
      onChange={onChange}
      isRequired
      minLength={SHORTEST}
      autoComplete="new-password"
      autoFocus={autoFocus}
      error={error}
    />
  );
}
