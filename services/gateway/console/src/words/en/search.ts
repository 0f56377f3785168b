import { pluralsOf } from "../plurals";

const count = pluralsOf("en");

/** Words of the search page. */
export const search = {
  box: "Words on screen, spoken or seen",
  help: "All words in one line or sentence; in quotation marks as they stand. Case and accents do not matter.",
  where: "Where",
  kinds: {
    all: "Everywhere",
    text: "On screen",
    transcript: "Spoken",
    label: "Seen",
  },
  kindOf: {
    text: "On screen",
    transcript: "Spoken",
    label: "Seen",
    object: "Seen",
    region: "Seen",
    picture: "Picture",
    face: "Person",
  } as Record<string, string>,
  picture: "Similar picture",
  pictureHelp: "Drop a picture here, or choose one. JPEG, PNG or WebP, at most 4 MB; it is not kept.",
  choosePicture: "Choose a picture",
  yourPicture: "Your picture",
  otherPicture: "Another search",
  tooLarge: "The picture is larger than 4 MB.",
  noPicture: "This is no picture that can be compared: JPEG, PNG or WebP.",
  distance: (distance: string) => `distance ${distance}`,
  people: "People of this name",
  allOf: (name: string) => `Appearances of ${name}`,
  start: "Search the whole archive",
  startHelp: "By words, by the name of a person, or by a picture.",
  nothing: "Nothing was found",
  nothingHelp: "Only whole words are found. What may not be analysed is not found either.",
  found: (n: number, more: boolean) => `${more ? "More than " : ""}${count(n, { one: "moment", other: "moments" })}`,
  when: "When",
  programme: "Programme",
  more: "More",
  results: "Moments",
  untitled: "Without a title",
  keys: { next: "Next moment", previous: "Moment before", open: "Play there" },
};
