import type { ReactNode } from "react";
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Tooltip,
  TooltipTrigger,
} from "react-aria-components";
import { keyLabel, useKeyOf } from "./keys";
import "./Button.css";

export interface ButtonProps extends Omit<AriaButtonProps, "children" | "className"> {
  children: ReactNode;
  /** `main`: the one first action of a page; `bad`: what cannot be taken back; `bare`: without a frame. */
  look?: "main" | "plain" | "bare" | "bad";
  /** Id of the binding that does the same: its key, as it is now, is shown beside the word. */
  does?: string | undefined;
  /** A key that is shown beside the word, whatever it does. */
  shortcut?: string | undefined;
}

/** A button with a word. */
export function Button({ children, look = "plain", does, shortcut, ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={`button button-${look}`}>
      {children}
      {does !== undefined && <KeyOf binding={does} />}
      {shortcut !== undefined && <Shortcut label={shortcut} />}
    </AriaButton>
  );
}

function KeyOf({ binding }: { binding: string }) {
  const key = useKeyOf(binding);
  return key !== undefined && <Shortcut label={keyLabel(key)} />;
}

function Shortcut({ label }: { label: string }) {
  return (
    <span aria-hidden="true">
      <kbd>{label}</kbd>
    </span>
  );
}

export interface IconButtonProps extends Omit<AriaButtonProps, "children" | "className" | "aria-label"> {
  /** What it does, for a tooltip and for screen readers. */
  label: string;
  icon: ReactNode;
}

/** A button with a picture; its word shows where the pointer rests. */
export function IconButton({ label, icon, ...rest }: IconButtonProps) {
  return (
    <TooltipTrigger delay={500}>
      <AriaButton {...rest} aria-label={label} className="button button-icon">
        {icon}
      </AriaButton>
      <Tooltip className="tooltip" offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
