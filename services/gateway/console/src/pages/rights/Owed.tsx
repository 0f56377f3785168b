import { useInfiniteQuery } from "@tanstack/react-query";
import { Coins, Download } from "lucide-react";
import type { Contributor, ListLedgerResponse, UsageRecorded } from "../../api/generated";
import { Answer } from "../../parts/Answer";
import { Empty } from "../../parts/Empty";
import { Choose, SearchField, TextField } from "../../parts/fields";
import { Sheet } from "../../parts/Sheet";
import type { Paged } from "../../parts/useNextPage";
import { useQueryString } from "../../parts/useQueryString";
import { Count, Money, Time } from "../../parts/values";
import { contributors, type LedgerFilter, ledgerOf, ledgerQuery } from "./queries";
import { useRightsWords } from "./words";

const CURRENCIES = ["EUR", "CHF", "GBP", "USD"] as const;

/** The ledger: sums by holder, each use below them, and everybody who ever contributed. */
export function Owed() {
  const words = useRightsWords();
  const [holder, setHolder] = useQueryString("holder");
  const [from, setFrom] = useQueryString("from");
  const [until, setUntil] = useQueryString("until");
  const [currency, setCurrency] = useQueryString("currency");
  const filter: LedgerFilter = { holder, from, until, currency };
  const query = useInfiniteQuery(ledgerOf(filter));
  const table = `/v1/rights/ledger.csv?${new URLSearchParams(ledgerQuery(filter))}`;
  return (
    <div className="stack">
      <div className="rights-filter">
        <SearchField label={words.owed.search} value={holder} onChange={setHolder} />
        <TextField label={words.owed.from} type="date" value={from} onChange={setFrom} />
        <TextField label={words.owed.until} type="date" value={until} onChange={setUntil} />
        <Choose
          label={words.owed.currency}
          choices={[
            { value: "", label: words.owed.anyCurrency },
            ...CURRENCIES.map((value) => ({ value, label: value })),
          ]}
          value={currency}
          onChange={setCurrency}
        />
        <a className="button" href={table} download>
          <Download aria-hidden="true" />
          {words.owed.csv}
        </a>
      </div>
      <Answer query={query}>{(data) => <Sums pages={data.pages} more={query} />}</Answer>
      <h2>{words.owed.contributors}</h2>
      <Contributors />
    </div>
  );
}

function Sums({ pages, more }: { pages: readonly ListLedgerResponse[]; more: Paged }) {
  const words = useRightsWords();
  const balances = pages[0]?.balances ?? [];
  const entries = pages.flatMap((page) => page.entries);
  if (entries.length === 0) {
    return (
      <Empty icon={<Coins aria-hidden="true" />} title={words.owed.none}>
        {words.owed.noneText}
      </Empty>
    );
  }
  return (
    <div className="stack">
      <h2>{words.owed.title}</h2>
      <Balances balances={balances} />
      <h2>{words.owed.entries}</h2>
      <Entries entries={entries} more={more} />
    </div>
  );
}

function Balances({ balances }: { balances: ListLedgerResponse["balances"] }) {
  const words = useRightsWords().owed;
  return (
    <Sheet
      label={words.title}
      rows={balances}
      keyOf={(one) => `${one.holder} ${one.currency}`}
      columns={[
        { id: "holder", label: words.holder, render: (one) => <bdi>{one.holder}</bdi> },
        {
          id: "flat",
          label: words.flat,
          align: "end",
          render: (one) => <Money amount={one.flat_amount} currency={one.currency} />,
        },
        {
          id: "per_use",
          label: words.perUse,
          align: "end",
          render: (one) => <Money amount={one.per_use_amount} currency={one.currency} />,
        },
        {
          id: "sum",
          label: words.sum,
          align: "end",
          render: (one) => (
            <strong>
              <Money amount={one.amount} currency={one.currency} />
            </strong>
          ),
        },
        { id: "uses", label: words.count, align: "end", render: (one) => <Count value={one.uses} /> },
      ]}
    />
  );
}

function Entries({ entries, more }: { entries: readonly UsageRecorded[]; more: Paged }) {
  const words = useRightsWords().owed;
  return (
    <Sheet
      label={words.entries}
      rows={entries}
      keyOf={(one, index) => `${index} ${one.sample_id}`}
      more={more}
      columns={[
        { id: "when", label: words.when, fit: "whole", render: (one) => <Time at={one.used_at} /> },
        { id: "holder", label: words.holder, render: (one) => <bdi>{one.holder}</bdi> },
        { id: "what", label: words.what, render: (one) => <UsedIn use={one} /> },
        { id: "statement", label: words.statement, render: (one) => <bdi>{one.statement?.statement_id}</bdi> },
        {
          id: "rate",
          label: words.rate,
          align: "end",
          render: (one) => (
            <>
              {one.quantity} × <Money amount={one.rate?.amount || "0"} currency={one.rate?.currency || "EUR"} />
            </>
          ),
        },
      ]}
    />
  );
}

function UsedIn({ use }: { use: UsageRecorded }) {
  const words = useRightsWords();
  const [kind, id] = use.run_id ? [words.owed.run, use.run_id] : [words.owed.snapshot, use.snapshot_id ?? ""];
  return (
    <>
      {kind} <code className="rights-hash">{id.slice(0, 12)}</code>
    </>
  );
}

function Contributors() {
  const words = useRightsWords();
  const query = useInfiniteQuery(contributors);
  return (
    <Answer query={query} small>
      {(data) => {
        const rows = data.pages.flatMap((page) => page.contributors);
        if (rows.length === 0) return <Empty small title={words.owed.noContributors} />;
        return (
          <Sheet
            label={words.owed.contributors}
            rows={rows}
            keyOf={(one) => one.holder}
            more={query}
            columns={[
              { id: "holder", label: words.owed.holder, render: (one) => <bdi>{one.holder}</bdi> },
              {
                id: "statements",
                label: words.owed.statements,
                align: "end",
                render: (one) => <Count value={one.statement_count} />,
              },
              {
                id: "assets",
                label: words.owed.assets,
                align: "end",
                render: (one) => <Count value={one.asset_count} />,
              },
              {
                id: "samples",
                label: words.owed.samples,
                align: "end",
                render: (one) => <Count value={one.sample_count} />,
              },
              { id: "sum", label: words.owed.sum, align: "end", render: (one) => <Amounts of={one} /> },
            ]}
          />
        );
      }}
    </Answer>
  );
}

function Amounts({ of }: { of: Contributor }) {
  if (of.balances.length === 0) return <>–</>;
  return (
    <>
      {of.balances.map((one) => (
        <div key={one.currency}>
          <Money amount={one.amount} currency={one.currency} />
        </div>
      ))}
    </>
  );
}
