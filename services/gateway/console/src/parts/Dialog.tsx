import { X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useShellWords } from "../words/shell";
import { IconButton } from "./Button";
import { useKeysRest } from "./keys";
import { useSession } from "./useSession";
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
  /** Opens although the session has ended; any other one waits until somebody is signed in again. */
  signedOut?: boolean;
}

/** A dialog over the page; keys of the page rest while it is open. */
export function Dialog({ open, onClose, firm = false, wide = false, signedOut = false, ...rest }: DialogProps) {
  const shown = useShown(open, signedOut);
  useKeysRest(shown);
  return (
    <ModalOverlay
      className="veil"
      isOpen={shown}
      onOpenChange={(next) => !next && onClose()}
      isDismissable={!firm}
      isKeyboardDismissDisabled={firm}
    >
      <Modal className={wide ? "dialog dialog-wide" : "dialog"}>
        <Content {...rest} onClose={onClose} firm={firm} />
      </Modal>
    </ModalOverlay>
  );
}

/** A dialog that opened over the one to sign in again would leave that out of reach. */
function useShown(open: boolean, signedOut: boolean): boolean {
  const { session } = useSession();
  const mayOpen = signedOut || session?.ended !== true;
  const [wasShown, setShown] = useState(open && mayOpen);
  const shown = open && (wasShown || mayOpen);
  if (shown !== wasShown) setShown(shown);
  return shown;
}

type ContentProps = Pick<DialogProps, "title" | "onClose" | "children" | "actions"> & { firm: boolean };

function Content({ title, onClose, children, actions, firm }: ContentProps) {
  const words = useShellWords();
  const section = useFocusHeld();
  return (
    <AriaDialog ref={section} className="dialog-content" role={firm ? "alertdialog" : "dialog"}>
      <header className="dialog-head">
        <Heading slot="title" level={2} className="foreign">
          {title}
        </Heading>
        {!firm && <IconButton label={words.close} icon={<X />} onPress={onClose} />}
      </header>
      <div className="dialog-body">{children}</div>
      {actions !== undefined && <footer className="dialog-foot">{actions}</footer>}
    </AriaDialog>
  );
}

/**
 * Holds the focus in a dialog when what had it is gone or disabled: Escape and Tab go on from the dialog. Once it is
 * closed, the heading of the page takes the focus where nothing else of the page gets it back.
 */
function useFocusHeld() {
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    const held = section.current;
    if (held === null) return;
    const observer = new MutationObserver(() => ifLost(() => held.isConnected && held.focus()));
    observer.observe(held, { childList: true, subtree: true, attributeFilter: ["disabled"] });
    return () => {
      observer.disconnect();
      ifLost(() => document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true }));
    };
  }, []);
  return section;
}

/** Does something if nothing has the focus once the browser has drawn: it takes the focus from what is disabled then. */
function ifLost(then: () => void): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) then();
    }),
  );
}
