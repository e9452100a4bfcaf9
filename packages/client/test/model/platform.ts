import { LightController, LightSignal } from './light-abort.ts'

/** What the client sees of its browser, the same for all pages. */
export const platform: { onLine: boolean; page: EventTarget; chance: () => number } = {
  ...{ onLine: true, page: new EventTarget() },
  chance: Math.random,
}

const { setImmediate: turn, crypto } = globalThis

/** Lets the event loop turn once, or whoever reports the progress of thousands of schedules would never be heard. */
export const breathe = (): Promise<void> => new Promise((resolve) => void turn(resolve))

/** What a schedule of the model needs in the place of the platform's own. */
const always: Readonly<Record<string, unknown>> = {
  navigator: platform,
  addEventListener: (...given: Parameters<EventTarget['addEventListener']>) => platform.page.addEventListener(...given),
  // On the server's own origin, which is told more than others.
  location: new URL('https://files.example/'),
  // Pages of one schedule share a store and a server, and know of each other by nothing else.
  BroadcastChannel: undefined,
  // The same keys for the same schedule.
  crypto: {
    subtle: crypto.subtle,
    randomUUID: () => crypto.randomUUID(),
    getRandomValues: (bytes: Uint8Array) => bytes.map(() => platform.chance() * 256),
  },
  // Who draws once a frame is not looked at.
  setTimeout: () => 0,
}

/** In virtual surroundings nothing is awaited but promises: a tick comes after all of them, and costs less than a turn. */
const virtual: Readonly<Record<string, unknown>> = {
  AbortController: LightController,
  AbortSignal: LightSignal,
  setImmediate: (run: () => void) => process.nextTick(run),
}

/**
 * Puts the model's surroundings in the platform's place.
 *
 * @param put puts one global there: vitest's `stubGlobal`, which can take it back.
 * @param real whether a real server is at work in them, which awaits more than promises.
 */
export function surround(put: (name: string, value: unknown) => void, real = false): void {
  for (const [name, value] of Object.entries({ ...always, ...(real ? {} : virtual) })) put(name, value)
  // What is thrown here is part of the game, and nobody reads where it was thrown.
  if (!real) Error.stackTraceLimit = 0
}
