/** Sentences come in English: what the mesh says is shown as it came. */
export const sentences: Readonly<Record<string, string>> = {};
