import type { ComparedRate, Measure, ModelComparison, TrainingCompleted } from "../../api/generated";
import { Said, useSaid } from "../../parts/Said";
import { Percent } from "../../parts/values";
import { numberIn, percentIn } from "../../words/formats";
import { useLanguage } from "../../words/language";
import { useTrainingWords } from "./words";

/** Which way a rate is better. */
const UPWARDS: Readonly<Record<string, boolean>> = { recall: true };

/** What a version measured; beside the one in service where both were tried on the same. */
export function Measures({ completed }: { completed: TrainingCompleted }) {
  const words = useTrainingWords().measures;
  const beside = completed.comparison;
  return (
    <div className="training-measures">
      <Measured measures={completed.measures} />
      {beside === undefined ? (
        <p className="soft small">{words.alone}</p>
      ) : beside.why_not !== "" ? (
        <p className="soft small foreign">
          <Said sentence={beside.why_not} wording={beside.why_not_wording} />
        </p>
      ) : (
        <Compared with={beside} />
      )}
    </div>
  );
}

function Measured({ measures }: { measures: readonly Measure[] }) {
  const words = useTrainingWords().measures;
  return (
    <table>
      <caption className="for-readers">{words.title}</caption>
      <thead>
        <tr>
          <th scope="col">{words.measure}</th>
          <th scope="col" className="number">
            {words.candidate}
          </th>
        </tr>
      </thead>
      <tbody>
        {measures.map((one) => (
          <tr key={one.name}>
            <th scope="row">{nameOf(words, one.name)}</th>
            <td className="number">
              <Rate measure={one} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Both versions on the same pictures and unknown people, with the difference. */
function Compared({ with: beside }: { with: ModelComparison }) {
  const words = useTrainingWords().measures;
  return (
    <>
      <p className="soft small">{words.same(beside.version, beside.class_count, beside.programme_count)}</p>
      <table className="training-compared">
        <thead>
          <tr>
            <th scope="col">{words.measure}</th>
            <th scope="col" className="number">
              {words.candidate}
            </th>
            <th scope="col" className="number">
              {words.inForce}
            </th>
            <th scope="col" className="number">
              {words.difference}
            </th>
          </tr>
        </thead>
        <tbody>
          {beside.rates.map((one) => (
            <Beside key={one.name} rate={one} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function nameOf(words: { names: Readonly<Record<string, string>> }, name: string): string {
  return words.names[name] ?? name;
}

function Rate({ measure }: { measure: Measure }) {
  const words = useTrainingWords().measures;
  const language = useLanguage();
  const said = useSaid();
  if (measure.not_measured !== "") {
    return (
      <span className="soft" title={said(measure.not_measured, measure.not_measured_wording)}>
        {words.notMeasured}
      </span>
    );
  }
  return (
    <span title={words.interval(percentIn(language, measure.low, 1), percentIn(language, measure.high, 1))}>
      <Percent share={measure.value} digits={1} /> <span className="soft small">{words.of(measure.sample_count)}</span>
    </span>
  );
}

function Beside({ rate }: { rate: ComparedRate }) {
  const words = useTrainingWords().measures;
  const language = useLanguage();
  if (rate.trials === 0) {
    return (
      <tr>
        <th scope="row">{nameOf(words, rate.name)}</th>
        <td className="number soft" colSpan={3}>
          {words.notMeasured}
        </td>
      </tr>
    );
  }
  const points = (100 * (rate.candidate_count - rate.in_service_count)) / rate.trials;
  const better = !rate.certain ? "open" : points > 0 === Boolean(UPWARDS[rate.name]) ? "better" : "worse";
  const sign = points > 0 ? "+" : points < 0 ? "−" : "±";
  return (
    <tr>
      <th scope="row">
        {nameOf(words, rate.name)} <span className="soft small">{words.of(rate.trials)}</span>
      </th>
      <td className="number">
        <Percent share={rate.candidate_count / rate.trials} digits={1} />
      </td>
      <td className="number">
        <Percent share={rate.in_service_count / rate.trials} digits={1} />
      </td>
      <td className="number training-difference" data-better={better}>
        {words.points(`${sign}${numberIn(language, Math.abs(points), 1)}`)}
        {points !== 0 && <div className="small">{rate.certain ? words.certain : words.chance}</div>}
      </td>
    </tr>
  );
}
