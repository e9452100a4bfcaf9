// While the script runs for the first time it learns where it is from, for what it loads later.
// oxlint-disable-next-line import/no-unassigned-import -- it has to run now, and is used later
import './checksum/script-tag.ts'

// The script tag has the names of the package, no more and no fewer: all of them as properties of `Chunkwise`.
export * from './index.ts'
