import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { secondsOf } from "../../domain/timeline";
import { Answer } from "../../parts/Answer";
import { StateBadge } from "../../parts/Badge";
import { Crop } from "../../parts/Crop";
import { Length, Time } from "../../parts/values";
import { Waiting } from "../../parts/Waiting";
import { assets as deAssets } from "../../words/de/assets";
import { assets as enAssets } from "../../words/en/assets";
import { useWords } from "../../words/language";
import { latelyQuery } from "./queries";

/** The assets that changed last. */
export function Lately() {
  const words = useWords({ en: enAssets, de: deAssets });
  const query = useQuery(latelyQuery());
  return (
    <Answer query={query} waiting={<Waiting rows={6} rowHeight={64} />}>
      {({ assets }) => (
        <ul className="home-waiting">
          {assets.map((asset) => (
            <li key={asset.asset_id}>
              <Link href={`/assets/${asset.asset_id}`} className="home-entry">
                <Crop src={asset.poster} alt="" width={80} height={45} />
                <span>
                  <strong className="one-line" dir="auto">
                    {asset.title || words.untitled}
                  </strong>
                  <span className="home-facts soft">
                    <StateBadge state={asset.state ?? ""} />
                    <Length seconds={secondsOf(asset.duration)} />
                    <Time at={asset.changed_at ?? asset.requested_at} ago />
                  </span>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Answer>
  );
}
