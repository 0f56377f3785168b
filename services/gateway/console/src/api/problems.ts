/** Errors of the API as problem details (RFC 9457), and the network's. */

export interface FieldError {
  field: string;
  problem: string;
  /** What the sentence of `problem` was made of; unset where it was made of nothing. */
  wording?: { template: string; params: Readonly<Record<string, string>> };
}

/** The mesh refused a request, or could not answer it: `detail` says why, in English, `code` and `reason` for the words. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly requestId: string,
    readonly reason = "",
    readonly params: Readonly<Record<string, string>> = {},
    readonly errors: readonly FieldError[] = [],
    readonly retryAfterSeconds: number | undefined = undefined,
    readonly template = "",
  ) {
    super(detail);
  }

  /** What `detail` was made of. */
  get wording(): { template: string; params: Readonly<Record<string, string>> } {
    return { template: this.template, params: this.params };
  }

  /** What is wrong with one field of the request; undefined where nothing is. */
  at(field: string): FieldError | undefined {
    return this.errors.find((one) => one.field === field);
  }
}

/** Whether it was refused because nobody is signed in (any more), or somebody else than this page knows. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ProblemError && (error.status === 401 || (error.status === 403 && error.reason === "csrf"));
}

/** No answer came: the gateway or the way to it is away. */
export class NetworkError extends Error {}

/** The problem that an answer states; also of one that states none, as a proxy's. */
export function problemOf(status: number, body: unknown, headers: Headers): ProblemError {
  const said = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof said[name] === "string" ? (said[name] as string) : "");
  const retry = Number(headers.get("retry-after") ?? Number.NaN);
  return new ProblemError(
    status,
    text("code"),
    text("detail") || text("title") || `the gateway answered ${status}`,
    headers.get("x-request-id") ?? "",
    text("reason"),
    (said.params ?? {}) as Record<string, string>,
    Array.isArray(said.errors) ? (said.errors as FieldError[]) : [],
    Number.isFinite(retry) ? retry : undefined,
    text("template"),
  );
}
