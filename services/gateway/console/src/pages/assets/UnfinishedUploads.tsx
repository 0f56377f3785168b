import { useQuery, useQueryClient } from "@tanstack/react-query";
import { X } from "lucide-react";
import type { Key } from "../../api/queries";
import { discardUnfinished, isRemembered, keyOf, unfinishedOf } from "../../api/upload_places";
import { uploads } from "../../api/uploads";
import { IconButton } from "../../parts/Button";
import { useSession } from "../../parts/useSession";
import { useStore } from "../../parts/useStore";
import { Bytes } from "../../parts/values";
import { assets as de } from "../../words/de/assets";
import { assets as en } from "../../words/en/assets";
import { percentIn } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";

/** Files whose tab was closed before they were whole, or before their rights were stated. */
export function UnfinishedUploads() {
  const words = useWords({ en, de }).uploads;
  const language = useLanguage();
  const { session } = useSession();
  const here = new Set(useStore(uploads).map(keyOf));
  const principal = session?.principal ?? "";
  const queries = useQueryClient();
  const { data = [] } = useQuery({
    queryKey: ["uploads", "unfinished", principal] satisfies Key,
    queryFn: ({ signal }) => unfinishedOf(principal, signal),
  });
  const left = data.filter(({ key }) => !here.has(key) && isRemembered(key));
  if (left.length === 0) return null;
  return (
    <section className="card assets-uploads" aria-labelledby="unfinished-uploads">
      <h2 id="unfinished-uploads">{words.unfinished}</h2>
      <ul>
        {left.map((one) => (
          <li key={one.key}>
            <div className="assets-upload">
              <span className="one-line" dir="auto" title={one.name}>
                {one.name}
              </span>
              <span className="soft small">
                {words.unfinishedAt(percentIn(language, Math.floor((one.sent / one.size) * 100) / 100))} ·{" "}
                <Bytes value={one.size} />
              </span>
            </div>
            <IconButton
              label={words.drop(one.name)}
              icon={<X />}
              onPress={() =>
                void discardUnfinished(one).then(() =>
                  queries.invalidateQueries({ queryKey: ["uploads", "unfinished"] }),
                )
              }
            />
          </li>
        ))}
      </ul>
      <p className="soft small">{words.unfinishedHelp}</p>
    </section>
  );
}
