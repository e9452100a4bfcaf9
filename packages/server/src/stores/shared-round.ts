/**
 * Lets those who ask for a work while it is being done share the next round of it, which begins after each of them has
 * asked: so many at once cost two rounds, not many.
 */
export function sharedRound(work: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  return () => {
    if (next) return next
    next = last.then(() => {
      next = undefined
      return work()
    })
    // What fails is told to those who share the round; the next one begins all the same.
    last = next.catch(() => {})
    return next
  }
}
