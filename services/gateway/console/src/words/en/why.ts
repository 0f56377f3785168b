/** Words of why an asset stands where it is. */
export const why = {
  verdicts: { moving: "Moving on", waiting: "Waiting", stuck: "Stuck", ended: "Ended" } as Record<string, string>,
  waitsFor: "Waits for",
  advice: "What to do",
  jobs: "Jobs under way",
  deadLetters: "Given up on the way",
  incomplete: "Not known",
  last: "Last event",
};
