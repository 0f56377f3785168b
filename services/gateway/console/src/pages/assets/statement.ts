/** The form that states rights, and the statement that it makes. */

import type { Purpose, RightsStatementInput } from "../../api/generated";

export type Basis = "own_production" | "licence" | "public" | "prohibited" | "none";

export const BASES: readonly Basis[] = ["own_production", "licence", "public", "prohibited", "none"];
export const PURPOSES: readonly Purpose[] = ["analysis", "own_training", "sharing", "generative_training"];

export interface Stated {
  basis: Basis;
  holder: string;
  purposes: readonly Purpose[];
  territories: string;
  /** A day as `2027-12-31`; empty for no end. */
  until: string;
  verbatim: string;
  foundAt: string;
}

export const NOTHING_STATED: Stated = {
  basis: "own_production",
  holder: "",
  purposes: ["analysis", "own_training"],
  territories: "",
  until: "",
  verbatim: "",
  foundAt: "",
};

export type Flaw = "holder" | "purposes" | "until";

/** What keeps the form from being sent. */
export function flawsOf(stated: Stated, now: Date): Flaw[] {
  const flaws: Flaw[] = [];
  if (stated.basis === "none") return flaws;
  if (stated.basis !== "public" && stated.holder.trim() === "") flaws.push("holder");
  if (stated.basis === "licence" && stated.purposes.length === 0) flaws.push("purposes");
  if (stated.until !== "" && !(endOf(stated.until) > now)) flaws.push("until");
  return flaws;
}

/** The statements of the form: one, or none. What it leaves empty is left out. */
export function statementsOf(stated: Stated): RightsStatementInput[] {
  if (stated.basis === "none") return [];
  const territories = stated.territories.split(/[,;\s]+/).filter(Boolean);
  const limited = stated.basis === "licence";
  return [
    {
      use: stated.basis === "prohibited" ? "prohibited" : "allowed",
      ...(stated.basis === "prohibited" ? {} : { legal_basis: stated.basis }),
      ...(stated.holder.trim() === "" ? {} : { holder: stated.holder.trim() }),
      ...(limited ? { purposes: [...stated.purposes] } : {}),
      ...(limited && territories.length > 0 ? { territories } : {}),
      ...(limited && stated.until !== "" ? { valid_until: endOf(stated.until).toISOString() } : {}),
      ...(stated.verbatim.trim() === "" ? {} : { verbatim: stated.verbatim.trim() }),
      ...(stated.foundAt.trim() === "" ? {} : { found_at: stated.foundAt.trim() }),
    },
  ];
}

/** The end of a day where the browser is: "until the 31st" holds on the 31st. */
function endOf(day: string): Date {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year ?? 0, (month ?? 1) - 1, (date ?? 1) + 1);
}
