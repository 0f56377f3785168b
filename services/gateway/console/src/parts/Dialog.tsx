import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useShellWords } from "../words/shell";
import { IconButton } from "./Button";
import { useKeysRest } from "./keys";
import "./Dialog.css";

export interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  /** Buttons at its foot, the first action last. */
  actions?: ReactNode;
  /** Cannot be left by Escape or a click beside it: something must be decided. */
  firm?: boolean;
  wide?: boolean;
}

/** A dialog over the page; keys of the page rest while it is open. */
export function Dialog({ title, open, onClose, children, actions, firm = false, wide = false }: DialogProps) {
  const words = useShellWords();
  useKeysRest(open);
  return (
    <ModalOverlay
      className="veil"
      isOpen={open}
      onOpenChange={(next) => !next && onClose()}
      isDismissable={!firm}
      isKeyboardDismissDisabled={firm}
    >
      <Modal className={wide ? "dialog dialog-wide" : "dialog"}>
        <AriaDialog className="dialog-content" role={firm ? "alertdialog" : "dialog"}>
          <header className="dialog-head">
            <Heading slot="title" level={2} className="foreign">
              {title}
            </Heading>
            {!firm && <IconButton label={words.close} icon={<X />} onPress={onClose} />}
          </header>
          <div className="dialog-body">{children}</div>
          {actions !== undefined && <footer className="dialog-foot">{actions}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
