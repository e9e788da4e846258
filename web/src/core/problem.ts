import type { Problem } from "../api";

/** An answer of the API with a status of 400 or more. It has no code when it is not the system that refused. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string;
  readonly traceId: string;
  /** Seconds after which it is worth asking again; 0 when nobody said. */
  readonly retryAfter: number;

  constructor(status: number, problem: Partial<Problem>, retryAfter = 0) {
    super(problem.detail || problem.title || `The server answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? "";
    this.field = problem.field ?? "";
    this.traceId = problem.traceId ?? "";
    this.retryAfter = retryAfter;
  }

  /** Whether it is the token that is no good any more, and not a password or a code. A gateway's refusal has no code. */
  get isOfToken(): boolean {
    return this.status === 401 && ["", "InvalidToken", "Unauthenticated"].includes(this.code);
  }
}

/** The request did not reach the system, or its answer did not come back. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super("The server cannot be reached. Check your connection; nothing that you entered is lost.", { cause });
  }
}

/** What to tell people about an error: a sentence. */
export function wordsFor(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : sentence + ".";
}
