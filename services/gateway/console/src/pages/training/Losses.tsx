import type { EpochMeasure } from "../../api/generated";
import { numberIn } from "../../words/formats";
import { useLanguage } from "../../words/language";
import { useTrainingWords } from "./words";

const WIDTH = 600;
const HEIGHT = 120;

/** The loss of each epoch as a line; a table says the same to whoever cannot see it. */
export function Losses({ epochs }: { epochs: readonly EpochMeasure[] }) {
  const words = useTrainingWords().runs;
  const language = useLanguage();
  const most = Math.max(...epochs.map((one) => one.loss), Number.EPSILON);
  const points = epochs.map((one, index) => {
    const x = epochs.length === 1 ? WIDTH / 2 : (index / (epochs.length - 1)) * WIDTH;
    return `${x.toFixed(1)},${(HEIGHT - (one.loss / most) * (HEIGHT - 4)).toFixed(1)}`;
  });
  const first = epochs[0];
  const last = epochs.at(-1);
  return (
    <section className="card" aria-labelledby="run-losses">
      <h2 id="run-losses">{words.epochs}</h2>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="training-losses" aria-hidden="true" preserveAspectRatio="none">
        <polyline points={points.join(" ")} />
      </svg>
      <p className="soft small">
        {words.epoch} {first?.epoch}: {numberIn(language, first?.loss ?? 0, 4)} · {words.epoch} {last?.epoch}:{" "}
        {numberIn(language, last?.loss ?? 0, 4)}
      </p>
      <details>
        <summary>{words.loss}</summary>
        <table className="training-table">
          <thead>
            <tr>
              <th scope="col">{words.epoch}</th>
              <th scope="col">{words.loss}</th>
            </tr>
          </thead>
          <tbody>
            {epochs.map((one) => (
              <tr key={one.epoch}>
                <td>{one.epoch}</td>
                <td>{numberIn(language, one.loss, 4)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}
