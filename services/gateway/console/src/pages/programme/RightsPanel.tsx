import { Eraser, Scale } from "lucide-react";
import { Link } from "wouter";
import type { GetRightsResponse } from "../../api/generated";
import { Badge } from "../../parts/Badge";
import { Empty } from "../../parts/Empty";
import { Refusal } from "../../parts/Refusal";
import { ChangeLink, erasureOf } from "../../parts/rights_links";
import { Said } from "../../parts/Said";
import { useSession } from "../../parts/useSession";
import { programme as de } from "../../words/de/programme";
import { programme as en } from "../../words/en/programme";
import { useWords } from "../../words/language";
import { usePurposes } from "../../words/purposes";

/** What may be done with a programme and why, purpose by purpose, and where whoever may changes that. */
export function RightsPanel({ assetId, title, data }: { assetId: string; title: string; data: GetRightsResponse }) {
  const words = useWords({ en, de });
  const purposes = usePurposes();
  if (data.decisions.length === 0) {
    return (
      <Empty icon={<Scale />} title={words.noRights} small>
        {words.noRightsHelp}
      </Empty>
    );
  }
  return (
    <div className="programme-scroll stack programme-rights">
      <Changing assetId={assetId} title={title} />
      <ul className="stack">
        {data.decisions.map((one) => (
          <li key={one.purpose} className="stack">
            <div className="row">
              <h2 className="programme-purpose">{purposes[one.purpose ?? ""] ?? one.purpose}</h2>
              <Badge weight={one.allowed ? "good" : "bad"}>{one.allowed ? words.allowed : words.refused}</Badge>
            </div>
            {one.allowed ? (
              <p className="foreign">
                <Said sentence={one.sentence} wording={one.wording} />
              </p>
            ) : (
              <Refusal sentence={one.sentence} wording={one.wording} grounds={one.grounds} />
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Changing({ assetId, title }: { assetId: string; title: string }) {
  const words = useWords({ en, de });
  const { may } = useSession();
  if (!may("rights")) return null;
  return (
    <div className="row">
      <ChangeLink about={{ asset_id: assetId }} of={title} />
      <Link href={erasureOf({ asset: assetId })} className="button button-bare" aria-label={`${words.erase}: ${title}`}>
        <Eraser aria-hidden="true" />
        {words.erase}
      </Link>
    </div>
  );
}
