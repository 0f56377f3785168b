/** The CloudEvents type of an event by its short name, which leaves out the first version. */
export function typeOf(name: string): string {
  return `framewell.${name}${/\.v\d+$/.test(name) ? "" : ".v1"}`;
}

/** The short name of an event by its type. */
export function nameOf(type: string): string {
  return type.replace(/^framewell\./, "").replace(/\.v1$/, "");
}
