import type { Ask, Side } from './ask.ts'

/** What a server answered. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body, if it is JSON. */
  readonly json: unknown
}

/** Sends a request to a server and reads the whole answer; redirects are answers. */
export async function send(ask: Ask, side: Side, origin: string): Promise<Answer> {
  const { method, headers, body } = ask
  // A connection of its own for each: gunicorn ends one that was idle for 2 s, and a request may be on its way to it by then.
  const init: RequestInit = {
    method,
    headers: { ...headers, Connection: 'close' },
    redirect: 'manual',
    body: body?.bytes ?? null,
  }
  const response = await fetch(`${origin}${ask.path(side)}`, init)
  const text = await response.text()
  const isJson = typeOf(response.headers) === 'application/json' && text !== ''
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined }
}

/** `Content-Type` without its parameters: how a page of HTML is encoded does not matter. */
export const typeOf = (headers: Headers): string | undefined => headers.get('content-type')?.split(';', 1)[0]

/** What an upload looks like in an answer. Only what is used of it: the comparison sees all. */
export interface Shown {
  readonly id: string
  readonly file: string
  readonly filename: string
  readonly offset: number
}

/** Whether a JSON value is an upload. */
export const isShown = (value: unknown): value is Shown =>
  typeof value === 'object' && value !== null && 'id' in value && 'filename' in value

/** The uploads in an answer, alone or in a list. */
export const shownIn = ({ json }: Answer): Shown[] => (Array.isArray(json) ? json : [json]).filter(isShown)
