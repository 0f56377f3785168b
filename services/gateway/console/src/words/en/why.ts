/** Words of why an asset stands where it is. */
export const why = {
  verdicts: { moving: "It moves on", waiting: "It waits", stuck: "It is stuck", ended: "It has ended" } as Record<
    string,
    string
  >,
  waitsFor: "Waits for",
  advice: "What to do",
  jobs: "Jobs under way",
  deadLetters: "Given up on the way",
  incomplete: "Not known",
  last: "Last event",
  asset: "The asset",
};
