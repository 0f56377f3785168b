import { queryOptions } from "@tanstack/react-query";
import {
  type AssetState,
  type AssetSummary,
  explainAsset,
  type ListAssetsResponse,
  listAssets,
} from "../../api/generated";
import type { Key } from "../../api/queries";
import type { PagedList } from "../../parts/usePages";

export interface Shown {
  search: string;
  state: string;
  orderBy: string;
}

const PAGE = 100;

/** The list in pages of 100, as the address says what is shown. */
export function assetsList({ search, state, orderBy }: Shown): PagedList<ListAssetsResponse, AssetSummary> {
  return {
    id: JSON.stringify([search, state, orderBy]),
    itemsOf: (page) => page.assets,
    pageAt: (token) => ({
      queryKey: ["assets", "list", { search, state, orderBy }, token] satisfies Key,
      queryFn: ({ signal }) =>
        listAssets(
          {
            pageSize: PAGE,
            ...(token === "" ? {} : { pageToken: token }),
            ...(search === "" ? {} : { search }),
            ...(state === "" ? {} : { state: [state as AssetState] }),
            ...(orderBy === "" ? {} : { orderBy }),
          },
          { signal },
        ),
    }),
  };
}

/** Why an asset is where it is. */
export function whyQuery(assetId: string) {
  return queryOptions({
    queryKey: ["assets", "one", assetId, "why"] satisfies Key,
    queryFn: ({ signal }) => explainAsset(assetId, { signal }),
    staleTime: 0,
  });
}
