import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Download, FileCheck2, ScrollText, ShieldCheck, ShieldX } from "lucide-react";
import { useDeferredValue } from "react";
import { type AuditRecord, type VerifyAuditResponse, verifyAudit } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Button } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { Sentence } from "../../parts/Failed";
import { SearchField } from "../../parts/fields";
import { Said } from "../../parts/Said";
import { Sheet } from "../../parts/Sheet";
import { useQueryString } from "../../parts/useQueryString";
import { Time } from "../../parts/values";
import { usePurposes } from "../../words/purposes";
import { useShellWords } from "../../words/shell";
import { auditOf } from "./queries";
import { SealButton } from "./SealButton";
import { SearchReason, useSearchReasons } from "./SearchReason";
import { useRightsWords } from "./words";

/** The log of decisions: the newest first, and a check of the whole. */
export function AuditLog() {
  const words = useRightsWords();
  const [principal, setPrincipal] = useQueryString("by");
  const asked = useDeferredValue(principal).trim();
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
      <Entries principal={asked} />
    </div>
  );
}

/** What somebody decided, or everybody. */
function Entries({ principal }: { principal: string }) {
  const words = useRightsWords().audit;
  const query = useInfiniteQuery(auditOf(principal));
  const reasons = useSearchReasons(principal, query.data);
  return (
    <Answer query={query}>
      {(data) => {
        const rows = data.pages.flatMap((page) => page.records);
        if (rows.length === 0) return <Empty icon={<ScrollText aria-hidden="true" />} title={words.none} />;
        return (
          <Sheet
            label={words.title}
            rows={rows}
            keyOf={(one) => `${one.chain_id}/${one.place}`}
            more={query}
            columns={[
              { id: "when", label: words.when, render: (one) => <Time at={one.time} /> },
              { id: "who", label: words.who, fit: "wide", render: (one) => <Who entry={one} /> },
              { id: "what", label: words.what, render: (one) => <What of={one.what} /> },
              {
                id: "about",
                label: words.about,
                render: (one) => (
                  <>
                    <code>{one.subject}</code>
                    <SearchReason subject={one.subject} reasons={reasons} />
                  </>
                ),
              },
              {
                id: "link",
                label: words.link,
                render: (one) => <code className="rights-hash">{one.hash.slice(0, 12)}</code>,
              },
            ]}
          />
        );
      }}
    </Answer>
  );
}

/** Who decided, and by which role. */
function Who({ entry }: { entry: AuditRecord }) {
  const words = useRightsWords();
  const roles: Readonly<Record<string, string>> = useShellWords().roles;
  return (
    <>
      <bdi>{entry.principal || words.nobody}</bdi>
      {entry.authority !== "" && (
        <span className="soft">
          {" "}
          {words.audit.authority} {roles[entry.authority] ?? entry.authority}
        </span>
      )}
    </>
  );
}

/** What was decided: `accept`, `role_changed:admin`, or the purpose that samples were given out for. */
function What({ of }: { of: string }) {
  const words = useRightsWords();
  const roles: Readonly<Record<string, string>> = useShellWords().roles;
  const purposes = usePurposes();
  const [what = "", role = ""] = of.split(":");
  const said = words.audit.whats[what] ?? purposes[what];
  if (said === undefined) return <span lang="en">{of}</span>;
  return <>{[said, roles[role] ?? role].filter(Boolean).join(": ")}</>;
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
