/** Words of why an asset stands where it is. */
export const why = {
  verdicts: { moving: "Moving on", waiting: "Waiting", stuck: "Stuck", ended: "Ended" } as Record<string, string>,
  waitsFor: "Waits for",
  advice: "What to do",
  jobs: "Jobs under way",
  deadLetters: "Given up on the way",
  missing: "Missing",
  incomplete: "Not known",
  last: "Last event",
  pieces: {
    "audio.analysed": "The sound was analysed",
    "audio.extracted": "The sound was extracted",
    "chunk.analysed": "A chunk was analysed",
    "chunk.planned": "A chunk was planned",
    "chunk.transcoded": "A chunk was transcoded",
    "segment.arrived": "A segment arrived",
    "segment.ingested": "A segment was taken in",
  } as Record<string, string>,
};
