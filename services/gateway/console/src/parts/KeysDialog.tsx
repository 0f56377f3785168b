import { useEffect, useState } from "react";
import { useShellWords } from "../words/shell";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Switch } from "./fields";
import { type KeyBinding, keyLabel, nameOf, useKeySettings } from "./keys";
import "./KeysDialog.css";

/** Every key that works now; each can get another, all can be switched off. `letters` go to pages, after G. */
export function KeysDialog({
  open,
  onClose,
  letters,
}: {
  open: boolean;
  onClose: () => void;
  letters: readonly { letter: string; page: string }[];
}) {
  const words = useShellWords();
  const keys = useKeySettings();
  const { changing, change, taken } = useChanging(open);
  return (
    <Dialog
      title={words.keys.title}
      open={open}
      onClose={onClose}
      actions={
        <>
          <Button look="bare" onPress={keys.reset}>
            {words.keys.reset}
          </Button>
          <Button onPress={onClose}>{words.close}</Button>
        </>
      }
    >
      <Switch isSelected={keys.on} onChange={keys.setOn}>
        {words.singleKeys}
      </Switch>
      <p role="status" className={taken === "" ? "for-readers" : "sentence-bad"}>
        {taken !== "" && words.keys.taken(taken)}
      </p>
      <Bindings title={words.keys.page} bindings={keys.bindings} changing={changing} onChange={change} />
      <Bindings title={words.keys.general} bindings={keys.general} changing={changing} onChange={change} />
      <p className="keys-letters small soft">
        {letters.map(({ letter, page }) => (
          <span key={letter}>
            <kbd>{keyLabel(letter)}</kbd> {page}
          </span>
        ))}
      </p>
    </Dialog>
  );
}

/** Which binding gets another key: the next that is pressed, Escape for none. `taken` is one that was refused. */
function useChanging(open: boolean) {
  const keys = useKeySettings();
  const [changing, change] = useState<string>();
  const [taken, setTaken] = useState("");
  useEffect(() => {
    if (!open) change(undefined);
  }, [open]);
  useEffect(() => {
    if (changing === undefined) return;
    const press = (event: KeyboardEvent) => {
      if (["Shift", "Control", "Alt", "Meta", "Tab"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key !== "Escape") {
        const name = nameOf(event);
        const all = [...keys.bindings, ...keys.general];
        if (all.some((one) => one.id !== changing && keys.keyOf(one) === name)) {
          setTaken(keyLabel(name));
          return;
        }
        keys.remap(changing, name);
      }
      setTaken("");
      change(undefined);
    };
    window.addEventListener("keydown", press, true);
    return () => window.removeEventListener("keydown", press, true);
  });
  return { changing, change, taken };
}

function Bindings({
  title,
  bindings,
  changing,
  onChange,
}: {
  title: string;
  bindings: readonly KeyBinding[];
  changing: string | undefined;
  onChange: (id: string) => void;
}) {
  const words = useShellWords().keys;
  const { keyOf } = useKeySettings();
  if (bindings.length === 0) return null;
  return (
    <section>
      <h3 className="keys-title">{title}</h3>
      <ul className="keys">
        {bindings.map((one) => (
          <li key={one.id}>
            <span>{one.does}</span>
            {changing === one.id ? <span className="soft">{words.press}</span> : <kbd>{keyLabel(keyOf(one))}</kbd>}
            <Button look="bare" aria-label={`${words.change}: ${one.does}`} onPress={() => onChange(one.id)}>
              {words.change}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
