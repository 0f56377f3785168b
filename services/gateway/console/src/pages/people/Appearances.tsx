import { Link } from "wouter";
import type { ClusterAppearance } from "../../api/generated";
import { lengthOf } from "../../domain/timeline";
import { Crop } from "../../parts/Crop";
import { Checkbox } from "../../parts/fields";
import { people as de } from "../../words/de/people";
import { people as en } from "../../words/en/people";
import { numberIn } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";

/** Appearances by programme, each with its face; some can be chosen where `chosen` is given. */
export function Appearances({
  appearances,
  chosen,
  onChoose,
}: {
  appearances: readonly ClusterAppearance[];
  chosen?: ReadonlySet<string>;
  onChoose?: (key: string) => void;
}) {
  const byAsset = new Map<string, ClusterAppearance[]>();
  for (const one of appearances) byAsset.set(one.asset_id, [...(byAsset.get(one.asset_id) ?? []), one]);
  return (
    <ul className="stack">
      {[...byAsset].map(([assetId, found]) => (
        <Programme key={assetId} assetId={assetId} found={found} chosen={chosen} onChoose={onChoose} />
      ))}
    </ul>
  );
}

interface Choosing {
  chosen: ReadonlySet<string> | undefined;
  onChoose: ((key: string) => void) | undefined;
}

function Programme({ assetId, found, ...choosing }: Choosing & { assetId: string; found: ClusterAppearance[] }) {
  const words = useWords({ en, de });
  const language = useLanguage();
  const seconds = found.reduce((sum, one) => sum + one.seconds, 0);
  const title = found[0]?.title || words.untitled;
  const about = [
    found[0]?.series,
    words.appearances(found.length),
    seconds > 0 && words.seconds(numberIn(language, seconds, 1)),
  ];
  return (
    <li className="people-programme">
      <header>
        <Link href={`/assets/${assetId}`} className="foreign">
          {title}
        </Link>
        <span className="small soft foreign">{about.filter(Boolean).join(" · ")}</span>
      </header>
      <ul className="people-faces">
        {found.map((one) => (
          <li key={keyOf(one)}>
            <Face one={one} label={`${title}, ${lengthOf(one.start_seconds)}`} {...choosing} />
          </li>
        ))}
      </ul>
    </li>
  );
}

/** A face, which leads to its moment. */
function Face({ one, label, chosen, onChoose }: Choosing & { one: ClusterAppearance; label: string }) {
  const words = useWords({ en, de });
  const key = keyOf(one);
  const at = one.appearance?.moment?.pts;
  return (
    <>
      <Link href={`/assets/${one.asset_id}${at === undefined ? "" : `?pts=${at}`}`} aria-label={label} title={label}>
        <Crop src={one.face} alt="" width={72} height={72} fit="cover" />
      </Link>
      {chosen !== undefined && onChoose !== undefined ? (
        <Checkbox isSelected={chosen.has(key)} onChange={() => onChoose(key)} aria-label={words.unknown.choose(label)}>
          <span className="small">{lengthOf(one.start_seconds)}</span>
        </Checkbox>
      ) : (
        <span className="small soft">{lengthOf(one.start_seconds)}</span>
      )}
    </>
  );
}

/** Names an appearance in the whole archive. */
export function keyOf(one: ClusterAppearance): string {
  return `${one.asset_id} ${one.appearance?.observation_id ?? ""}`;
}
