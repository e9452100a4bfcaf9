// The script tag has the names of the package, no more and no fewer: all of them as properties of `Chunkwise`.
export * from './index.ts'
