/** Refusals by their stable word. In English the gateway's own sentence says more than any of these could. */
export const refusals: Readonly<Record<string, string>> = {};
