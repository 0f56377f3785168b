import { useRef } from "react";

/** One of several sounds or texts. It is the browser's own list: it opens above a player that fills the screen. */
export function TrackChoice<V extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: V;
  choices: readonly { value: V; label: string }[];
  onChange: (value: V) => void;
}) {
  const byPointer = useRef(false);
  return (
    <select
      className="input transport-choice"
      aria-label={label}
      value={value}
      onPointerDown={() => {
        byPointer.current = true;
      }}
      onKeyDown={() => {
        byPointer.current = false;
      }}
      onChange={(event) => {
        onChange(event.currentTarget.value as V);
        // Who chose by pointer goes on with the keys of the player; who came by Tab stays.
        if (byPointer.current) event.currentTarget.blur();
      }}
    >
      {choices.map((one) => (
        <option key={one.value} value={one.value}>
          {one.label}
        </option>
      ))}
    </select>
  );
}
