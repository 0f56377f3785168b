import { useShellWords } from "../words/shell";
import { Button } from "./Button";

interface Action {
  label: string;
  onPress: () => void;
  isDisabled: boolean;
}

/** The foot of a dialog that previews what it does; nothing is submitted before it was `previewed` as it stands. */
export function PreviewActions({
  previewed,
  preview,
  submit,
  onCancel,
}: {
  previewed: boolean;
  preview: Action;
  submit: Action;
  onCancel: () => void;
}) {
  const words = useShellWords();
  return (
    <>
      <Button onPress={onCancel}>{words.cancel}</Button>
      <Button look={previewed ? "plain" : "main"} onPress={preview.onPress} isDisabled={preview.isDisabled}>
        {preview.label}
      </Button>
      <Button look="main" onPress={submit.onPress} isDisabled={!previewed || submit.isDisabled}>
        {submit.label}
      </Button>
    </>
  );
}
