/**
 * Shares a thread: the function that comes back is asked after each small piece of work, and lets everybody else run once
 * `sliceMs` of work are done.
 */
export function breather(sliceMs: number): () => Promise<void> | undefined {
  let since = performance.now()
  return () => {
    if (performance.now() - since < sliceMs) return undefined
    return nextTask().then(() => void (since = performance.now()))
  }
}

// Timers are clamped to 4 ms when they nest and to a second in a hidden tab; messages are not.
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve)
      return
    }
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
