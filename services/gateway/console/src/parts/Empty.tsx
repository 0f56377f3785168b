import type { ReactNode } from "react";
import "./states.css";

/** A place without anything in it: why that is so, and the next step. */
export function Empty({
  icon,
  title,
  children,
  action,
  small = false,
}: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  small?: boolean;
}) {
  return (
    <div className={small ? "state state-small" : "state"}>
      {icon}
      <h2>{title}</h2>
      {children !== undefined && <div className="soft">{children}</div>}
      {action}
    </div>
  );
}
