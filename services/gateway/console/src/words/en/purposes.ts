/** What something may be used for, by its code. */
export const purposes = {
  analysis: "Analysis",
  own_training: "Own training",
  sharing: "Sharing",
  generative_training: "Generative training",
};
