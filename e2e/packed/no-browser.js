// Loaded before a program that renders on a server: whoever reaches for these there, even to ask for them, is told by an
// error. Whether there is a document and a window everybody asks.
for (const name of ['indexedDB', 'localStorage', 'BroadcastChannel', 'Worker', 'XMLHttpRequest']) {
  Object.defineProperty(globalThis, name, {
    get() {
      throw new Error(`${name} was touched on a server`)
    },
  })
}
