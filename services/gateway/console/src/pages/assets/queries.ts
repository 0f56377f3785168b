import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { type AssetState, explainAsset, listAssets } from "../../api/generated";
import type { Key } from "../../api/queries";

export interface Shown {
  search: string;
  state: string;
  orderBy: string;
}

const PAGE = 100;

/** The list in pages of 100, as the address says what is shown. */
export function assetsQuery({ search, state, orderBy }: Shown) {
  return infiniteQueryOptions({
    queryKey: ["assets", "list", { search, state, orderBy }] satisfies Key,
    queryFn: ({ pageParam, signal }) =>
      listAssets(
        {
          pageSize: PAGE,
          ...(pageParam === "" ? {} : { pageToken: pageParam }),
          ...(search === "" ? {} : { search }),
          ...(state === "" ? {} : { state: [state as AssetState] }),
          ...(orderBy === "" ? {} : { orderBy }),
        },
        { signal },
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
    placeholderData: (before) => before,
  });
}

/** Why an asset is where it is. */
export function whyQuery(assetId: string) {
  return queryOptions({
    queryKey: ["assets", "one", assetId, "why"] satisfies Key,
    queryFn: ({ signal }) => explainAsset(assetId, { signal }),
    staleTime: 0,
  });
}
