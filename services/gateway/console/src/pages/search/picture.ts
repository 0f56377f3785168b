/** A picture that somebody gives, as the API takes it: Base64. */

const MOST_BYTES = 4 * 1024 * 1024;
export const PICTURE_TYPES = ["image/jpeg", "image/png", "image/webp"] as const;

export type Given = { picture: string; url: string } | { wrong: "tooLarge" | "noPicture" };

/** Reads a file; says why where it is none that can be compared. */
export async function readPicture(file: File): Promise<Given> {
  if (!(PICTURE_TYPES as readonly string[]).includes(file.type)) return { wrong: "noPicture" };
  if (file.size > MOST_BYTES) return { wrong: "tooLarge" };
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return { picture: btoa(text), url: URL.createObjectURL(file) };
}
