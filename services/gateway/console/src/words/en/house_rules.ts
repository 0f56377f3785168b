import { pluralsOf } from "../plurals";

const count = pluralsOf("en");

/** Words of house rules: what holds for programmes of a series, a channel or a source. */
export const houseRules = {
  tab: "House rules",
  title: "What other house rules would do",
  text: "The rules in force are in a file that the operator keeps (FRAMEWELL_DATASET_HOUSE_RULES). Here a draft of it is tried on everything there is; nothing changes.",
  rules: "Rules, as JSON",
  open: "Open a file",
  preview: "Try it",
  none: "The draft holds no rule.",
  condition: "Holds for",
  statement: "Statement",
  assets: "Assets",
  matchesNothing: "matches nothing",
  effect: "Together",
  changed: (n: number) => `${count(n, { one: "asset is", other: "assets are" })} decided otherwise`,
  withdrawn: (n: number) => `${count(n, { one: "sample goes", other: "samples go" })}`,
  proposed: (n: number) => `${count(n, { one: "sample is", other: "samples are" })} proposed after all`,
  snapshots: (n: number) => `${count(n, { one: "snapshot is", other: "snapshots are" })} withdrawn`,
  nothing: "No decision would change.",
};

export type HouseRuleWords = typeof houseRules;
