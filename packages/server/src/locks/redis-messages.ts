/** What nodes tell each other of a lock. */
export type LockMessage =
  | { readonly what: 'free'; readonly id: string }
  /** Whoever writes and has asked before this number is to let go. */
  | { readonly what: 'let-go'; readonly id: string; readonly before: number }
  /** Whoever writes is to end: once it is idle, or after so many milliseconds. */
  | { readonly what: 'settle'; readonly id: string; readonly busyMs: number }

// Published by scripts: so these are expressions in Lua, of expressions.
export const sayFree = (id: string): string => `'free 0 ' .. ${id}`
export const sayLetGo = (before: string, id: string): string => `'let-go ' .. ${before} .. ' ' .. ${id}`
export const saySettle = (busyMs: string, id: string): string => `'settle ' .. ${busyMs} .. ' ' .. ${id}`

/** Reads a message; `undefined` for what is none. */
export function readMessage(text: string): LockMessage | undefined {
  // Ids are texts of any kind.
  const [, what, digits, id] = /^(free|let-go|settle) (\d+) (.*)$/s.exec(text) ?? []
  if (id === undefined) return undefined
  if (what === 'free') return { what, id }
  return what === 'settle' ? { what, id, busyMs: Number(digits) } : { what: 'let-go', id, before: Number(digits) }
}
