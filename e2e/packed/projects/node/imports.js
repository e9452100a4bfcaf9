// What a server imports when it renders pages.
const before = new Set(Object.getOwnPropertyNames(globalThis))
const names = []
for (const name of ['client', 'element', 'element/german', 'protocol', 'server', 'testing']) {
  names.push(...Object.keys(await import(`@chunkwise/${name}`)))
}
const left = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name))
console.log(JSON.stringify({ names, left }))
