import { pluralsOf } from "../plurals";

const count = pluralsOf("en");

/** Words of models that serve the mesh, others' among them. */
export const models = {
  title: "Models",
  text: "What looks at programmes and answers requests. A model from elsewhere is taken in as a tar archive of its folder, model.yaml first.",
  none: "No model is known.",
  take: "Take in a model",
  taking: "Taking it in and examining it …",
  taken: (name: string, version: string) => `${name} ${version} was taken in.`,
  name: "Model",
  version: "Version",
  task: "What it does",
  /** By the task of a manifest. */
  tasks: {
    "face-detection": "Faces",
    "face-landmarks": "Points of faces",
    "face-embedding": "Descriptions of faces",
    "text-detection": "Places of text",
    "text-recognition": "Text",
    "voice-activity": "Speech or none",
    "sound-events": "Sounds",
    transcription: "Transcript",
    identity: "People",
    classification: "Labels",
    detection: "Objects",
    embedding: "Likeness",
    segmentation: "Areas",
    sequence: "Passages",
    caption: "Descriptions",
  } as Readonly<Record<string, string>>,
  licence: "Licence",
  licences: (code: string, weights: string) => (code === weights ? code : `${code}, weights ${weights}`),
  where: "Looks at",
  everything: "every programme",
  always: "always, for its analyser",
  nothing: "nothing",
  state: "State",
  inForce: "In force",
  beside: "Beside it",
  quarantined: "Cannot be used",
  actions: "Actions",
  use: "Put in force",
  enable: "Let it look at every programme",
  disable: "Stop it looking",
  remove: "Remove",
  used: (name: string, version: string) => `${name} answers in version ${version} now.`,
  enabled: (name: string) => `${name} looks at every programme.`,
  disabled: (name: string) => `${name} looks no more.`,
  removed: (n: number) => `${count(n, { one: "version is", other: "versions are" })} gone.`,
  removeText: (name: string, version: string) =>
    `${name} ${version} goes. What it saw stays, named by model and version.`,
};

export type ModelWords = typeof models;
