import { useShellWords } from "../words/shell";
import { useLate } from "./useLate";
import "./states.css";

/** Keeps the layout of what is being loaded: grey lines in its place, drawn after 300 ms. */
export function Waiting({ rows = 6, rowHeight = 32 }: { rows?: number; rowHeight?: number }) {
  const late = useLate(true);
  const words = useShellWords();
  return (
    <div className="waiting" style={{ minBlockSize: rows * rowHeight }} aria-busy="true">
      {late && (
        <>
          <span className="for-readers" role="status">
            {words.loading}
          </span>
          {Array.from({ length: rows }, (_, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines without a meaning of their own
            <div key={row} className="waiting-row" style={{ blockSize: rowHeight }}>
              <div style={{ inlineSize: `${55 + ((row * 17) % 40)}%` }} />
            </div>
          ))}
        </>
      )}
    </div>
  );
}
