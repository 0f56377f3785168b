import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { Answer } from "../../parts/Answer";
import { StateBadge } from "../../parts/Badge";
import { underWay } from "./queries";
import { useMeshWords } from "./words";

/** Assets that are being worked on, the first few of them. */
export function UnderWay() {
  const words = useMeshWords().work;
  const query = useQuery(underWay);
  return (
    <section aria-labelledby="mesh-work" className="mesh-part">
      <h2 id="mesh-work">{words.title}</h2>
      <Answer query={query} small>
        {(page) => {
          if (page.assets.length === 0) return <p className="soft">{words.none}</p>;
          const rest = page.total_size - page.assets.length;
          return (
            <>
              <ul className="card mesh-lines">
                {page.assets.map((one) => (
                  <li key={one.asset_id}>
                    <Link href={`/assets/${one.asset_id}`} className="one-line mesh-grow" dir="auto">
                      {one.title || words.untitled}
                    </Link>
                    <StateBadge state={one.state ?? ""} />
                  </li>
                ))}
              </ul>
              {rest > 0 && <p className="soft">{words.more(rest)}</p>}
            </>
          );
        }}
      </Answer>
    </section>
  );
}
