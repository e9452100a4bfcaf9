/** A promise that is settled from outside. A rejection that nobody listens to is not reported: the state tells it too. */
export interface Outcome<Value> {
  readonly promise: Promise<Value>
  readonly settled: boolean
  resolve(value: Value): void
  reject(error: Error): void
}

export function createOutcome<Value>(): Outcome<Value> {
  let settled = false
  let keep = (_: Value): void => {}
  let refuse = (_: Error): void => {}
  const promise = new Promise<Value>((resolve, reject) => {
    keep = resolve
    refuse = reject
  })
  promise.catch(() => {})
  return {
    promise,
    get settled() {
      return settled
    },
    resolve(value) {
      settled = true
      keep(value)
    },
    reject(error) {
      settled = true
      refuse(error)
    },
  }
}
