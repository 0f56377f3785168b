/** What is offered while somebody writes: people, programmes, holders of rights. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { type DatasetClass, listAssets, listClasses, listContributors } from "../api/generated";
import type { Key } from "../api/queries";
import { isId } from "../domain/ids";
import { offers as de } from "../words/de/offers";
import { offers as en } from "../words/en/offers";
import { dayIn } from "../words/formats";
import { useLanguage, useWords } from "../words/language";
import type { Offer } from "./Combobox";

const MOST = 8;
export interface Offers<O extends Offer> {
  offers: O[];
  /** They are those of what was written before. */
  old: boolean;
  /** An answer is there, also where it holds nothing. */
  asked: boolean;
}

export interface PersonOffer extends Offer {
  person: DatasetClass;
}

/**
 * People whose name, or another spelling of it, holds what is written; of one dataset where it is named. An id, or
 * what is said to be one, gives whom it belongs to.
 */
export function usePeople(written: string, datasetId = "", byId = isId(written)): Offers<PersonOffer> {
  const words = useWords({ en, de });
  const { data, isPlaceholderData } = useQuery(
    queryOptions({
      queryKey: ["classes", "list", byId ? "ids" : "names", datasetId, written] satisfies Key,
      queryFn: ({ signal }) =>
        listClasses(
          {
            ...(datasetId === "" ? {} : { datasetId }),
            ...(byId ? { classIds: [written.trim()] } : { name: written }),
            pageSize: MOST,
            standing: true,
            withSamples: true,
          },
          { signal },
        ),
      enabled: written !== "",
      placeholderData: (before) => before,
    }),
  );
  const found = written === "" ? [] : (data?.classes ?? []);
  return {
    offers: found.map((person) => ({
      key: person.class_id,
      text: person.name,
      note: words.samples(person.samples?.accepted ?? 0),
      picture: person.samples?.path ?? "",
      person,
    })),
    old: isPlaceholderData,
    asked: data !== undefined,
  };
}

/** Programmes whose title, series, channel or id has the words that are written. */
export function useProgrammes(written: string): Offers<Offer> {
  const words = useWords({ en, de });
  const language = useLanguage();
  const { data, isPlaceholderData } = useQuery(
    queryOptions({
      queryKey: ["assets", "list", "offered", written] satisfies Key,
      queryFn: ({ signal }) => listAssets({ search: written, pageSize: MOST }, { signal }),
      enabled: written !== "",
      placeholderData: (before) => before,
    }),
  );
  const found = written === "" ? [] : (data?.assets ?? []);
  return {
    offers: found.map((asset) => ({
      key: asset.asset_id,
      text: asset.title || words.untitled,
      note: [asset.programme?.series, asset.requested_at && dayIn(language, new Date(asset.requested_at))]
        .filter(Boolean)
        .join(" · "),
      picture: asset.poster,
    })),
    old: isPlaceholderData,
    asked: data !== undefined,
  };
}

/** Holders of rights whose name begins with what is written. */
export function useHolders(written: string): Offers<Offer> {
  const words = useWords({ en, de });
  const { data, isPlaceholderData } = useQuery(
    queryOptions({
      queryKey: ["ledger", "holders", written] satisfies Key,
      queryFn: ({ signal }) => listContributors({ prefix: written, pageSize: MOST }, { signal }),
      enabled: written !== "",
      placeholderData: (before) => before,
    }),
  );
  const found = written === "" ? [] : (data?.contributors ?? []);
  return {
    offers: found.map((one) => ({ key: one.holder, text: one.holder, note: words.assets(one.asset_count) })),
    old: isPlaceholderData,
    asked: data !== undefined,
  };
}

/** The programme or the person with an id; undefined while it is asked for, null where there is none. */
export function useKnown(kind: "asset_id" | "class_id", id: string): Offer | null | undefined {
  const programmes = useProgrammes(kind === "asset_id" ? id : "");
  const people = usePeople(kind === "class_id" ? id : "", "", true);
  const { offers, old, asked } = kind === "asset_id" ? programmes : people;
  if (id === "" || old || !asked) return undefined;
  return (offers as Offer[]).find((one) => one.key === id) ?? null;
}
