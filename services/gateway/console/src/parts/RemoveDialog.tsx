import type { ReactNode } from "react";
import { useShellWords } from "../words/shell";
import { Button } from "./Button";
import { Dialog } from "./Dialog";

/** Asks once more before something is taken away. */
export function RemoveDialog({
  title,
  remove,
  open,
  onClose,
  onRemove,
  children,
}: {
  title: string;
  /** The word on the button that does it. */
  remove: string;
  open: boolean;
  onClose: () => void;
  onRemove: () => void;
  children: ReactNode;
}) {
  const shell = useShellWords();
  return (
    <Dialog
      title={title}
      open={open}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{shell.cancel}</Button>
          <Button
            look="bad"
            onPress={() => {
              onClose();
              onRemove();
            }}
          >
            {remove}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
