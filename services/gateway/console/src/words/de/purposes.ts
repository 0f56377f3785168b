import type { purposes as en } from "../en/purposes";

export const purposes: typeof en = {
  analysis: "Analyse",
  own_training: "Eigenes Training",
  sharing: "Weitergabe",
  generative_training: "Training generativer Modelle",
};
