const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text is an id as assets have it, and most people. */
export function isId(text: string): boolean {
  return UUID.test(text.trim());
}
