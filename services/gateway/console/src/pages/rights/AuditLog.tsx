import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Download, FileCheck2, ScrollText, ShieldCheck, ShieldX } from "lucide-react";
import { useDeferredValue } from "react";
import { type VerifyAuditResponse, verifyAudit } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { Sentence } from "../../parts/Failed";
import { SearchField } from "../../parts/fields";
import { Said } from "../../parts/Said";
import { Sheet } from "../../parts/Sheet";
import { useQueryString } from "../../parts/useQueryString";
import { Time } from "../../parts/values";
import { auditOf } from "./queries";
import { SealButton } from "./SealButton";
import { useRightsWords } from "./words";

/** The log of decisions: the newest first, and a check of the whole. */
export function AuditLog() {
  const words = useRightsWords();
  const [principal, setPrincipal] = useQueryString("by");
  const query = useInfiniteQuery(auditOf(useDeferredValue(principal).trim()));
  const check = useMutation({ mutationFn: () => verifyAudit({}) });
  return (
    <div className="stack">
      <div className="rights-head">
        <h2>{words.audit.title}</h2>
        <div className="row">
          <SearchField label={words.audit.anybody} value={principal} onChange={setPrincipal} />
          <a className="button" href="/v1/audit/log" download>
            <Download aria-hidden="true" />
            {words.audit.save}
          </a>
          <SealButton />
          <Button look="main" onPress={() => check.mutate()} isDisabled={check.isPending}>
            <FileCheck2 aria-hidden="true" />
            {check.isPending ? words.audit.verifying : words.audit.verify}
          </Button>
        </div>
      </div>
      <div aria-live="polite">
        <Sentence error={check.error} />
        {check.data !== undefined && <Verified found={check.data} />}
      </div>
      <Answer query={query}>
        {(data) => {
          const rows = data.pages.flatMap((page) => page.records);
          if (rows.length === 0) return <Empty icon={<ScrollText aria-hidden="true" />} title={words.audit.none} />;
          return (
            <Sheet
              label={words.audit.title}
              rows={rows}
              keyOf={(one) => `${one.chain_id}/${one.place}`}
              more={query}
              columns={[
                { id: "when", label: words.audit.when, render: (one) => <Time at={one.time} /> },
                {
                  id: "who",
                  label: words.audit.who,
                  render: (one) => (
                    <>
                      <bdi>{one.principal || words.nobody}</bdi>
                      {one.authority !== "" && (
                        <span className="soft">
                          {" "}
                          {words.audit.authority} {one.authority}
                        </span>
                      )}
                    </>
                  ),
                },
                { id: "what", label: words.audit.what, render: (one) => <span lang="en">{one.what}</span> },
                { id: "about", label: words.audit.about, render: (one) => <code>{one.subject}</code> },
                { id: "link", label: words.audit.link, render: (one) => <code>{one.hash.slice(0, 12)}</code> },
              ]}
            />
          );
        }}
      </Answer>
    </div>
  );
}

function Verified({ found }: { found: VerifyAuditResponse }) {
  const words = useRightsWords().audit;
  const Icon = found.intact ? ShieldCheck : ShieldX;
  return (
    <div className="rights-verified" data-intact={found.intact}>
      <Icon aria-hidden="true" />
      <div>
        <strong>{found.intact ? words.intact : words.broken}</strong>
        <p>{words.numbers(found.entries, found.sealed_entries, found.facts)}</p>
        {found.waiting_facts > 0 && <p>{words.waiting(found.waiting_facts)}</p>}
        {found.unreachable_entries > 0 && <p>{words.unreachable(found.unreachable_entries)}</p>}
        <ul>
          {found.problems.map((one, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two problems may read the same; the list never changes
            <li key={index} className="foreign">
              <Said sentence={one.sentence} wording={one.wording} />
            </li>
          ))}
        </ul>
        {found.problem_count > found.problems.length && (
          <p>{words.more(found.problem_count - found.problems.length)}</p>
        )}
      </div>
    </div>
  );
}
