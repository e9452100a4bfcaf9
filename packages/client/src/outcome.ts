/** A promise that is settled from outside. A rejection that nobody listens to is not reported: the state tells it too. */
export interface Outcome<Value> {
  readonly promise: Promise<Value>
  resolve(value: Value): void
  reject(error: Error): void
}

export function createOutcome<Value>(): Outcome<Value> {
  let keep = (_: Value): void => {}
  let refuse = (_: Error): void => {}
  const promise = new Promise<Value>((resolve, reject) => {
    keep = resolve
    refuse = reject
  })
  promise.catch(() => {})
  return { promise, resolve: keep, reject: refuse }
}
