/** A change of rights as somebody fills it in, and what is sent of it. */

import type { LegalBasis, PayModel, Purpose, RightsChanged, RightsStatementInput, Use } from "../../api/generated";
import { isId } from "../../domain/ids";
import type { Named } from "./asked";
import { beginOf, endOf } from "./queries";

export type Kind = "holder" | "asset_id" | "source";

export interface Draft {
  kind: Kind;
  name: string;
  use: Use;
  purposes: readonly Purpose[];
  basis: LegalBasis | "";
  issuer: string;
  statement: string;
  holder: string;
  from: string;
  until: string;
  pay: PayModel | "";
  amount: string;
  currency: string;
  words: string;
}

export const EMPTY: Draft = {
  kind: "holder",
  name: "",
  use: "prohibited",
  purposes: [],
  basis: "",
  issuer: "",
  statement: "",
  holder: "",
  from: "",
  until: "",
  pay: "",
  amount: "",
  currency: "EUR",
  words: "",
};

/** An empty draft of somebody, about what they came here for. */
export function begun(issuer: string, named: Named | undefined): Draft {
  if (named === undefined || named.kind === "class_id") return { ...EMPTY, issuer };
  return { ...EMPTY, issuer, kind: named.kind, name: named.name };
}

/** The draft about something of another kind: a name stays a name, an id is none of it. */
export function about(draft: Draft, kind: Kind): Draft {
  const stays = kind !== "asset_id" && draft.kind !== "asset_id";
  return { ...draft, kind, name: stays ? draft.name : "" };
}

export type Lack = "subject" | "asset" | "issuer" | "amount" | "dates";

const DECIMAL = /^[0-9]{1,12}(\.[0-9]{1,6})?$/;

/** An amount as the mesh takes it: with a point, also where a comma was written. */
export function amountOf(text: string): string {
  return text.trim().replace(",", ".");
}

/** Whether the draft says something about a permission: legal basis, term of payment. */
export function permits(draft: Draft): boolean {
  return draft.use === "allowed";
}

/** What is not acceptable in a draft, by field. */
export function lacks(draft: Draft): Lack[] {
  const found: Lack[] = [];
  if (draft.kind === "asset_id" && !isId(draft.name)) found.push("asset");
  else if (draft.name.trim() === "") found.push("subject");
  if (draft.issuer.trim() === "") found.push("issuer");
  if (permits(draft) && draft.pay !== "" && !DECIMAL.test(amountOf(draft.amount))) found.push("amount");
  if (draft.from !== "" && draft.until !== "" && draft.until < draft.from) found.push("dates");
  return found;
}

/** What a draft without lacks is sent as. */
export function changeOfDraft(draft: Draft): RightsChanged {
  const statement: RightsStatementInput = {
    issuer: draft.issuer.trim(),
    use: draft.use,
    source: "contract",
    ...(draft.statement.trim() === "" ? {} : { statement_id: draft.statement.trim() }),
    ...(draft.purposes.length === 0 ? {} : { purposes: [...draft.purposes] }),
    ...(draft.from === "" ? {} : { valid_from: beginOf(draft.from) }),
    ...(draft.until === "" ? {} : { valid_until: endOf(draft.until) }),
    ...(draft.words.trim() === "" ? {} : { verbatim: draft.words.trim() }),
    ...holderOf(draft),
  };
  if (permits(draft) && draft.basis !== "") statement.legal_basis = draft.basis;
  if (permits(draft) && draft.pay !== "") {
    statement.payment = { model: draft.pay, amount: amountOf(draft.amount), currency: draft.currency };
  }
  return { subject: { [draft.kind]: draft.name.trim() }, statements: [statement] };
}

/** Who is paid: whom the change is about, unless somebody else is named. */
function holderOf(draft: Draft): { holder?: string } {
  const named = draft.holder.trim() || (draft.kind === "holder" ? draft.name.trim() : "");
  return named === "" ? {} : { holder: named };
}
