import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { isId } from "../../domain/ids";
import { Answer } from "../../parts/Answer";
import { Combobox } from "../../parts/Combobox";
import { Explanation } from "../../parts/Explanation";
import { useProgrammes } from "../../parts/offers";
import { useQueryString } from "../../parts/useQueryString";
import { useSettled } from "../../parts/useSettled";
import { whyOf } from "./queries";
import { useMeshWords } from "./words";

/** Asks of one asset, which is written by its title, what it waits for, and what to do. */
export function Why() {
  const words = useMeshWords().why;
  const [asked, ask] = useQueryString("why");
  const [written, write] = useState(isId(asked) ? asked : "");
  const settled = useSettled(written.trim());
  const { offers, old, asked: answered } = useProgrammes(settled);
  const pending = old || settled !== written.trim();
  const none = answered && !pending && settled !== "" && offers.length === 0;
  return (
    <section aria-labelledby="mesh-why" className="mesh-part">
      <h2 id="mesh-why">{words.title}</h2>
      <div className="mesh-ask">
        <Combobox
          label={words.label}
          value={written}
          onChange={(text) => {
            write(text);
            if (isId(text)) ask(text.trim());
          }}
          offers={written.trim() === "" ? [] : offers}
          old={pending}
          onTake={(one) => {
            write(one.text);
            ask(one.key);
          }}
          help={none ? words.none : words.help}
          eager
          over
        />
      </div>
      {isId(asked) && <Asked assetId={asked} />}
    </section>
  );
}

function Asked({ assetId }: { assetId: string }) {
  const words = useMeshWords().why;
  const query = useQuery(whyOf(assetId));
  return (
    <Answer query={query} small>
      {(why) => (
        <div className="card" aria-live="polite">
          <Explanation why={why} beside={<Link href={`/assets/${why.asset_id}`}>{words.open}</Link>} />
        </div>
      )}
    </Answer>
  );
}
