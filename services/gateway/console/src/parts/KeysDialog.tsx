import { useEffect, useState } from "react";
import { useShellWords } from "../words/shell";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Switch } from "./fields";
import { type KeyBinding, keyLabel, nameOf, useKeySettings } from "./keys";
import "./KeysDialog.css";

/** Every key that works now; each can get another, all can be switched off. */
export function KeysDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const words = useShellWords();
  const keys = useKeySettings();
  const [changing, setChanging] = useState<string>();
  const [taken, setTaken] = useState("");
  const all = [...keys.bindings, ...keys.general];
  useEffect(() => {
    if (!open) setChanging(undefined);
  }, [open]);
  useEffect(() => {
    if (changing === undefined) return;
    const press = (event: KeyboardEvent) => {
      if (["Shift", "Control", "Alt", "Meta", "Tab"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key !== "Escape") {
        const name = nameOf(event);
        if (all.some((one) => one.id !== changing && keys.keyOf(one) === name)) {
          setTaken(keyLabel(name));
          return;
        }
        keys.remap(changing, name);
      }
      setTaken("");
      setChanging(undefined);
    };
    window.addEventListener("keydown", press, true);
    return () => window.removeEventListener("keydown", press, true);
  });

  const list = (title: string, bindings: readonly KeyBinding[]) =>
    bindings.length > 0 && (
      <section>
        <h3 className="keys-title">{title}</h3>
        <ul className="keys">
          {bindings.map((one) => (
            <li key={one.id}>
              <span>{one.does}</span>
              {changing === one.id ? (
                <span className="soft">{words.keys.press}</span>
              ) : (
                <kbd>{keyLabel(keys.keyOf(one))}</kbd>
              )}
              <Button look="bare" aria-label={`${words.keys.change}: ${one.does}`} onPress={() => setChanging(one.id)}>
                {words.keys.change}
              </Button>
            </li>
          ))}
        </ul>
      </section>
    );

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
      {list(words.keys.page, keys.bindings)}
      {list(words.keys.general, keys.general)}
    </Dialog>
  );
}
