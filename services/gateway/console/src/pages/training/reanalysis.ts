/** A look at the archive again as somebody fills it in, and what is asked for by it. */

import type { EstimateReanalysisRequest, StartReanalysisRequest } from "../../api/generated";

export type Where = "all" | "series" | "channel" | "assets";

export interface ReanalysisDraft {
  /** `analyser:<name>`, `model:<name>` or `skipped`. */
  what: string;
  where: Where;
  series: string;
  channel: string;
  assets: readonly { id: string; title: string }[];
  from: string;
  until: string;
  begin: string;
  end: string;
}

export const EMPTY: ReanalysisDraft = {
  what: "skipped",
  where: "all",
  series: "",
  channel: "",
  assets: [],
  from: "",
  until: "",
  begin: "",
  end: "",
};

export type ReanalysisLack = "series" | "channel" | "assets" | "dates" | "hours";

/** What is not acceptable in a draft, by field. */
export function lacksOf(draft: ReanalysisDraft): ReanalysisLack[] {
  const found: ReanalysisLack[] = [];
  if (draft.where === "series" && draft.series.trim() === "") found.push("series");
  if (draft.where === "channel" && draft.channel.trim() === "") found.push("channel");
  if (draft.where === "assets" && draft.assets.length === 0) found.push("assets");
  if (draft.where !== "assets" && draft.from !== "" && draft.until !== "" && draft.until <= draft.from) {
    found.push("dates");
  }
  if ((draft.begin === "") !== (draft.end === "")) found.push("hours");
  return found;
}

/** What a draft without lacks asks of the estimate. */
export function estimateOf(draft: ReanalysisDraft): EstimateReanalysisRequest {
  const [kind, ...name] = draft.what.split(":");
  const target = kind === "skipped" ? { skipped: true } : { [kind ?? ""]: name.join(":") };
  if (draft.where === "assets") return { target, selection: { asset_ids: draft.assets.map((one) => one.id) } };
  const conditions = {
    ...(draft.where === "series" ? { series: [draft.series.trim()] } : {}),
    ...(draft.where === "channel" ? { channels: [draft.channel.trim()] } : {}),
    ...(draft.from === "" ? {} : { since: new Date(`${draft.from}T00:00:00`).toISOString() }),
    ...(draft.until === "" ? {} : { until: new Date(`${draft.until}T00:00:00`).toISOString() }),
  };
  return { target, selection: Object.keys(conditions).length === 0 ? { all: true } : conditions };
}

/** What it starts, in hours of the browser's time zone. */
export function requestOf(draft: ReanalysisDraft): StartReanalysisRequest {
  const hours = { begin: draft.begin, end: draft.end, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  return { ...estimateOf(draft), ...(draft.begin === "" ? {} : { window: hours }) };
}
