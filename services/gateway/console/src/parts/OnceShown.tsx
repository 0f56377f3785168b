import { useAccessWords } from "../words/access";
import { Button } from "./Button";
import { TextField } from "./fields";
import { useStatus } from "./status";

/** A secret that is shown once, to be copied. */
export function OnceShown({ label, value, help }: { label: string; value: string; help: string }) {
  const words = useAccessWords().users;
  const status = useStatus();
  const copy = () =>
    navigator.clipboard?.writeText(value).then(
      () => status.say(words.copied),
      () => undefined,
    );
  return (
    <div className="stack">
      <TextField label={label} value={value} isReadOnly help={help} />
      {navigator.clipboard !== undefined && (
        <div className="row">
          <Button onPress={() => void copy()}>{words.copy}</Button>
        </div>
      )}
    </div>
  );
}
